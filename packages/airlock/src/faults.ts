import { defineFaults, type Faults } from '@vitrine/pipeline';
import type { Statuses } from '@vitrine/platform';

const kinds = {
  'airlock-settings-unreadable': {
    blame: 'usage',
    summary: 'The settings of the airlock cannot be read.',
    message: ({ file, reason }: { file: string; reason: string }) =>
      `The settings ${file} cannot be read: ${reason}.`,
    hint: () => 'Name a JSON file with --config; docs/operating.md shows one.',
  },
  'airlock-setting-invalid': {
    blame: 'usage',
    summary: 'A setting of the airlock is unknown or not what it should be.',
    message: ({ source, key, reason }: { source: string; key: string; reason: string }) =>
      `${source} sets ${key} wrongly: ${reason}.`,
    hint: () => 'docs/operating.md lists every setting of the airlock.',
  },
  'airlock-setting-missing': {
    blame: 'usage',
    summary: 'A setting of the airlock that has no default is not set.',
    message: ({ file, key, variable }: { file: string; key: string; variable: string }) =>
      `${key} is set neither in ${file} nor by ${variable}.`,
    hint: () => 'docs/operating.md says what each setting is for.',
  },
  'job-server-away': {
    blame: 'platform',
    summary: 'The job server does not answer the airlock.',
    message: () => 'The job server does not answer at the moment.',
    hint: () => 'Try again in a minute; if it stays so, tell whoever runs this airlock.',
  },
  'workspace-not-seen': {
    blame: 'usage',
    summary: 'There is no such workspace here, or the person may not look at it.',
    message: ({ workspace }: { workspace: string }) =>
      `There is no workspace ${workspace} that you may look at here.`,
    hint: () => 'Look for it in the list of workspaces.',
  },
  'too-many-followers': {
    blame: 'platform',
    summary: 'More pages follow release requests than the airlock can tell of changes.',
    message: () => 'Too many pages follow release requests at the moment.',
    hint: () => 'The page shows what is new when it is loaded again.',
  },
  'request-unknown': {
    blame: 'usage',
    summary: 'There is no such release request, or the person may not see it.',
    message: ({ id }: { id: string }) => `There is no release request ${id}.`,
    hint: () => 'Look for it in the list of release requests.',
  },
  'copy-refused': {
    blame: 'user',
    summary:
      'A file cannot be taken into a release request: it is a link, not there, or no regular file.',
    message: ({ path, reason }: { path: string; reason: string }) =>
      `${path} cannot be taken: ${reason}.`,
    hint: () => 'Run its action again and look at the workspace anew.',
  },
  'copy-too-large': {
    blame: 'user',
    summary: 'A file is larger than what may be released.',
    message: ({ path, limit }: { path: string; limit: number }) =>
      `${path} is larger than ${Math.floor(limit / 1024 / 1024)} MiB.`,
    hint: () => 'Release a summary of it, or split it up.',
  },
  'files-not-chosen': {
    blame: 'user',
    summary: 'A form to add files to a release request names no file that can be added.',
    message: () => 'No file is selected that can be added.',
    hint: () => 'Tick files, or folders with files that are in no request and have not left.',
  },
  'files-too-many': {
    blame: 'user',
    summary: 'More files are to be added to a release request at once than is possible.',
    message: ({ count, limit }: { count: number; limit: number }) =>
      `${count} files are selected; ${limit} can be added at once.`,
    hint: () => 'Add them folder by folder.',
  },
  'file-not-seen': {
    blame: 'usage',
    summary: 'There is no such output in the workspace, or it is not one to look at.',
    message: ({ path }: { path: string }) => `There is no output ${path} that you may look at.`,
    hint: () => 'Look for it in the tree of the workspace.',
  },
  'file-excluded': {
    blame: 'user',
    summary: 'A file was refused when its job ended, so that there is only a note of it.',
    message: ({ path }: { path: string }) => `${path} was refused when its job ended.`,
    hint: () => 'Its page says why; mend that in the code of the study and run the action again.',
  },
  'file-name-unseen': {
    blame: 'user',
    summary: 'The name of a file holds characters that nobody sees, or that steer.',
    message: ({ path }: { path: string }) =>
      `${JSON.stringify(path)} holds characters that cannot be seen, so that nobody could judge its name.`,
    hint: () => 'Give the output another name in the code of the study and run the action again.',
  },
  'view-too-large': {
    blame: 'user',
    summary: 'A file is larger than what a page shows.',
    message: ({ path, limit }: { path: string; limit: number }) =>
      `${path} is larger than ${Math.floor(limit / 1024 / 1024)} MiB, which is the most that is shown.`,
    hint: () => 'Write a smaller summary of it in the code of the study.',
  },
  'raw-in-viewer-only': {
    blame: 'usage',
    summary: 'The bytes of a file were asked for outside the frame of its viewer.',
    message: () => 'Files of workspaces are shown on their pages only; they cannot be downloaded.',
    hint: () => 'Open the page of the file from the tree of the workspace.',
  },
  'version-unknown': {
    blame: 'usage',
    summary: 'There is no such version of a file: it was not released, or is in no request.',
    message: ({ path, version }: { path: string; version: string }) =>
      `There is no ${version} version of ${path}.`,
    hint: () => 'Open the page of the file; it names the versions that there are.',
  },
  'code-unreachable': {
    blame: 'platform',
    summary: 'The repository of a study cannot be reached from inside.',
    message: ({ repository }: { repository: string }) =>
      `The code cannot be shown: ${repository} cannot be reached from here.`,
    hint: () => 'Try again in a few minutes; if it stays so, tell whoever runs this airlock.',
  },
  'code-commit-missing': {
    blame: 'user',
    summary: 'The repository of a study does not have the commit that made a file any more.',
    message: ({ repository, commit }: { repository: string; commit: string }) =>
      `${repository} has no commit ${commit.slice(0, 7)} on any branch.`,
    hint: () =>
      'Its branch was deleted or rewritten; run the actions again at a commit that is there.',
  },
  'code-file-missing': {
    blame: 'usage',
    summary: 'The study has no such file or folder at a commit.',
    message: ({ path, commit }: { path: string; commit: string }) =>
      `There is no ${path} at commit ${commit.slice(0, 7)}.`,
    hint: () => 'Begin at the first folder of the study.',
  },
  'review-approval-unproven': {
    blame: 'platform',
    summary: 'An approval came without the proof that the job server will ask for.',
    message: ({ path }: { path: string }) => `The approval of ${path} carries no proof.`,
    hint: () => 'Sign in again and approve it once more.',
  },
  'review-not-allowed': {
    blame: 'user',
    summary: 'The person may not do this to the release request.',
    message: ({ what, part }: { what: string; part: string }) => `As ${part} you may not ${what}.`,
    hint: () => 'The author makes and mends a request; checkers who are not its author review it.',
  },
  'review-rights-unconfirmed': {
    blame: 'user',
    summary: 'The job server has not confirmed the rights of the person, or took them away.',
    message: () => 'Your rights are not confirmed at present.',
    hint: () => 'Sign in again. While the job server does not answer, nothing can be done here.',
  },
  'review-wrong-status': {
    blame: 'user',
    summary: 'The release request is not in a status in which this can be done.',
    message: ({ what, status }: { what: string; status: string }) =>
      `You cannot ${what} while the request is ${status}.`,
    hint: () => 'Load the page again to see where the request stands.',
  },
  'review-outdated': {
    blame: 'user',
    summary: 'The release request has changed since the page was loaded.',
    message: () => 'The request has changed since you looked at it.',
    hint: () => 'Load the page again, look at what changed, and decide anew.',
  },
  'review-workspace-closed': {
    blame: 'user',
    summary: 'The workspace is archived or its project has ended.',
    message: () => 'The workspace is archived or its project has ended; it can only be looked at.',
    hint: () => 'Ask the staff of the platform if work is to go on.',
  },
  'review-already-active': {
    blame: 'user',
    summary: 'The author has another active release request in the workspace.',
    message: ({ id }: { id: string }) => `Your request ${id} in this workspace is still active.`,
    hint: () => 'Add the files to it, or withdraw it first.',
  },
  'review-no-output': {
    blame: 'user',
    summary: 'The release request has no file that would leave.',
    message: () => 'There is no output file in the request.',
    hint: () => 'Add at least one file as output.',
  },
  'review-group-unexplained': {
    blame: 'user',
    summary: 'A group of files has no context or no controls.',
    message: ({ group }: { group: string }) =>
      `The group “${group}” lacks its context or controls.`,
    hint: () =>
      'Say what the files show, of whom and how many, and what was done against disclosure.',
  },
  'review-policy-unconfirmed': {
    blame: 'user',
    summary: 'The author has not confirmed that the request keeps to the rules.',
    message: () => 'The request can be submitted once you confirm that it keeps to the rules.',
    hint: () => 'Read the rules beside the button and confirm them.',
  },
  'review-answer-missing': {
    blame: 'user',
    summary: 'The author has not answered in a group in which changes were asked for.',
    message: ({ group }: { group: string }) => `Nobody has answered in the group “${group}”.`,
    hint: () => 'Write a comment that says what you changed, or why not.',
  },
  'review-votes-missing': {
    blame: 'user',
    summary: 'The reviewer has not judged every output file.',
    message: ({ count }: { count: number }) =>
      `${count} of the output files have no vote of yours.`,
    hint: () => 'Approve each file or request changes to it.',
  },
  'review-comment-missing': {
    blame: 'user',
    summary: 'Changes are asked for in a group without a comment that says which.',
    message: ({ group, visibility }: { group: string; visibility: string }) =>
      `The group “${group}” has no ${visibility} of this turn.`,
    hint: () => 'Say in a comment what has to change.',
  },
  'review-submitted-already': {
    blame: 'user',
    summary: 'The reviewer has handed in a review in this turn already.',
    message: () => 'You have submitted your review already.',
    hint: () => 'You can still change votes; another checker has to submit the other review.',
  },
  'review-vote-kept': {
    blame: 'user',
    summary: 'A vote cannot be cleared once the review is handed in.',
    message: () => 'After submitting a review a vote can be changed, but not cleared.',
    hint: () => 'Approve the file or request changes to it.',
  },
  'review-not-approved': {
    blame: 'user',
    summary: 'A file of the request does not have two approvals of its very bytes.',
    message: ({ path }: { path: string }) => `${path} does not have two approvals.`,
    hint: () => 'Return the request, or let a third checker break the tie.',
  },
  'review-recalled': {
    blame: 'user',
    summary: 'The release request was recalled, and its release given up by the job server.',
    message: () =>
      'This request was recalled after its release had begun; nothing of it can leave.',
    hint: () => 'Reject or withdraw it; the author makes a new request with the same files.',
  },
  'review-file-type': {
    blame: 'user',
    summary: 'A file of the request is of a type that may not leave.',
    message: ({ path }: { path: string }) => `${path} is of a type that may not leave.`,
    hint: () => 'Withdraw the file.',
  },
  'review-bytes-changed': {
    blame: 'user',
    summary: 'The bytes of a file are not those that were recorded or judged.',
    message: ({ path }: { path: string }) =>
      `The bytes of ${path} are not those that are recorded.`,
    hint: () =>
      'Look at the file as it is now; if its job did not make it so, tell the platform’s staff.',
  },
  'review-file-there': {
    blame: 'user',
    summary: 'The file is in the release request already.',
    message: ({ path }: { path: string }) => `${path} is in the request already.`,
    hint: () => 'Update it if the workspace has newer bytes.',
  },
  'review-file-missing': {
    blame: 'user',
    summary: 'The release request has no such file.',
    message: ({ path }: { path: string }) => `${path} is not in the request.`,
    hint: () => 'Load the page again.',
  },
  'review-file-released': {
    blame: 'user',
    summary: 'Bytes that were released before can only be supporting.',
    message: ({ path }: { path: string }) => `The content of ${path} was released before.`,
    hint: () => 'Add it as a supporting file.',
  },
  'review-group-missing': {
    blame: 'user',
    summary: 'The release request has no such group.',
    message: ({ group }: { group: string }) => `There is no group “${group}”.`,
    hint: () => 'Load the page again.',
  },
  'review-comment-refused': {
    blame: 'user',
    summary: 'The comment is not there, is another person’s, or cannot be changed any more.',
    message: () => 'This comment is not yours to change now.',
    hint: () =>
      'Comments can be changed by who wrote them, in the turn in which they were written.',
  },
  'review-text-missing': {
    blame: 'user',
    summary: 'A text that has to be given is empty or too long.',
    message: ({ what }: { what: string }) => `Give ${what} of 1 to 10,000 characters.`,
    hint: () => 'Write it in a few sentences.',
  },
} as const;

/** Faults of the review. */
export const airlockFaults: Faults<typeof kinds> = defineFaults(kinds);

/** HTTP statuses of faults that are not simply “not possible”. */
export const airlockStatuses: Statuses<string> = {
  'request-unknown': 404,
  'too-many-followers': 503,
  'workspace-not-seen': 404,
  'file-not-seen': 404,
  'version-unknown': 404,
  'code-file-missing': 404,
  'raw-in-viewer-only': 403,
  'review-not-allowed': 403,
  'review-rights-unconfirmed': 403,
  'review-outdated': 409,
  'review-already-active': 409,
  'review-recalled': 409,
  'upload-over': 409,
  'recall-too-late': 409,
  'review-bytes-changed': 409,
};
