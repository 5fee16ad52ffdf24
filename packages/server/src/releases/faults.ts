/** The faults of airlocks: of signing people in, and of what is announced and sent. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';
import type { Statuses } from '@vitrine/platform';

interface InFile {
  /** Path of the file in the announcement. */
  readonly file: string;
}

interface Approval extends InFile {
  readonly reviewer: string;
}

type Values = {
  readonly 'airlock-sign-in-refused': { readonly minutes: number };
  readonly 'airlock-sign-in-limited': { readonly limit: number; readonly minutes: number };
  readonly 'airlock-nothing-to-see': { readonly username: string };
  readonly 'airlock-grant-over': Record<never, never>;
  readonly 'release-request-elsewhere': { readonly request: string };
  readonly 'release-workspace-elsewhere': { readonly workspace: string };
  readonly 'release-author-unknown': { readonly author: string };
  readonly 'release-author-without-right': { readonly author: string; readonly workspace: string };
  readonly 'release-releaser-refused': { readonly releaser: string; readonly reason: string };
  readonly 'release-too-large': { readonly bytes: number; readonly limit: number };
  readonly 'release-file-repeated': InFile;
  readonly 'release-file-type-refused': InFile & { readonly allowed: readonly string[] };
  readonly 'release-file-sizes-differ': InFile;
  readonly 'release-job-unknown': InFile & { readonly job: string };
  readonly 'release-job-unfinished': InFile & { readonly job: string };
  readonly 'release-commit-differs': InFile & { readonly job: string };
  readonly 'release-approvals-missing': InFile & { readonly count: number };
  readonly 'release-approval-own': Approval;
  readonly 'release-approval-repeated': Approval;
  readonly 'release-approval-not-checker': Approval;
  readonly 'release-approval-grant': Approval;
  readonly 'release-approval-time': Approval;
  readonly 'release-approval-forged': Approval;
  readonly 'release-faults-more': { readonly count: number };
  readonly 'release-announced-differently': { readonly release: string };
  readonly 'release-cancelled': { readonly release: string };
  readonly 'release-complete': { readonly release: string };
  readonly 'release-offset-missing': Record<never, never>;
  readonly 'release-file-unannounced': { readonly sha256: string };
  readonly 'release-file-too-long': { readonly sha256: string; readonly size: number };
  readonly 'release-bytes-differ': { readonly sha256: string };
  readonly 'release-store-full': Record<never, never>;
};

type Code = keyof Values;
type Kinds = { readonly [C in Code]: FaultKind<Values[C]> };

const again = 'Ask the reviewer to sign in to the airlock anew and to approve the file again.';

const kinds: Kinds = {
  'airlock-sign-in-refused': {
    blame: 'user',
    summary: 'A user name and single-use token do not let anybody into the airlock.',
    message: () => 'The user name and the token do not belong together, or the token is over.',
    hint: (v) =>
      `Make a new token on your account page and type it within ${v.minutes} minutes; each is used once, and a new one ends the one before.`,
  },
  'airlock-sign-in-limited': {
    blame: 'user',
    summary: 'Too many wrong tokens were tried for a person.',
    message: (v) =>
      `There were ${v.limit} wrong attempts within ${v.minutes} minutes; more are not looked at.`,
    hint: (v) => `Wait ${v.minutes} minutes, and then use a new token.`,
  },
  'airlock-nothing-to-see': {
    blame: 'user',
    summary: 'A person has no role that lets them look at anything inside.',
    message: (v) => `No role of ${v.username} lets them look at outputs inside.`,
    hint: () => 'Ask the staff for a role on the project.',
  },
  'airlock-grant-over': {
    blame: 'user',
    summary: 'What somebody was given at sign-in to the airlock is over.',
    message: () => 'The sign-in is over, or was taken back.',
    hint: () => 'Make a new token on your account page, and sign in to the airlock anew.',
  },
  'release-request-elsewhere': {
    blame: 'user',
    summary: 'A release request is known with another backend, workspace or author.',
    message: (v) => `The release request ${v.request} is known as another one.`,
    hint: () => 'Check that the airlock uses the token of its own backend and its own database.',
  },
  'release-workspace-elsewhere': {
    blame: 'user',
    summary: 'A workspace does not exist, or nothing of it has run on the backend of the token.',
    message: (v) => `There is no workspace ${v.workspace} of which jobs ran on this backend.`,
    hint: () => 'Check its name, and that the token is the one of this backend.',
  },
  'release-author-unknown': {
    blame: 'user',
    summary: 'The author of a release request is nobody, or has a disabled account.',
    message: (v) => `There is nobody with the user name ${v.author} who may sign in.`,
    hint: () => 'Ask somebody else of the project to make the release request.',
  },
  'release-author-without-right': {
    blame: 'user',
    summary: 'The author of a release may not look at the outputs of the workspace.',
    message: (v) => `${v.author} may not look at the outputs of the workspace ${v.workspace}.`,
    hint: () =>
      'Give them a role on the project that lets them, or let somebody who has one make the release request.',
  },
  'release-releaser-refused': {
    blame: 'user',
    summary: 'Somebody released who may not: only output checkers may, and never what is theirs.',
    message: (v) => `${v.releaser} may not release this: ${v.reason}.`,
    hint: () => 'Let another output checker release it.',
  },
  'release-too-large': {
    blame: 'user',
    summary: 'The files of a release are too large together.',
    message: (v) =>
      `The files of the release come to ${v.bytes} bytes; one may have at most ${v.limit}.`,
    hint: () => 'Release them in several requests.',
  },
  'release-file-repeated': {
    blame: 'user',
    summary: 'A path is in a release more than once.',
    message: (v) => `${v.file}: the path is in the release more than once.`,
    hint: () => 'Name each path once.',
  },
  'release-file-type-refused': {
    blame: 'user',
    summary: 'Files of that type do not leave.',
    message: (v) => `${v.file}: files of this type do not leave.`,
    hint: (v) => `Only files of these types do: ${v.allowed.join(', ')}.`,
  },
  'release-file-sizes-differ': {
    blame: 'user',
    summary: 'Two files of a release have the same hash and different sizes.',
    message: (v) => `${v.file}: another file with the same SHA-256 has another size.`,
    hint: () => 'Measure the files anew.',
  },
  'release-job-unknown': {
    blame: 'user',
    summary: 'The job that is said to have made a file is none of the workspace on this backend.',
    message: (v) =>
      `${v.file}: there is no job ${v.job} of this workspace and backend that could have made it.`,
    hint: () => 'Run the action again, and request the file that it makes.',
  },
  'release-job-unfinished': {
    blame: 'user',
    summary: 'The job that is said to have made a file has not succeeded.',
    message: (v) => `${v.file}: the job ${v.job} has not succeeded.`,
    hint: () => 'Release outputs of jobs that have succeeded; run the action again.',
  },
  'release-commit-differs': {
    blame: 'user',
    summary: 'A file is said to come from another commit than its job ran.',
    message: (v) => `${v.file}: the job ${v.job} ran another commit.`,
    hint: () => 'Name the commit that the manifest of the workspace has for the file.',
  },
  'release-approvals-missing': {
    blame: 'user',
    summary: 'A file does not have two approvals that count.',
    message: (v) =>
      `${v.file}: ${v.count === 0 ? 'no approval counts' : `only ${v.count} approval counts`}; two of different people are needed.`,
    hint: () => 'Let another output checker, who is not the author, approve it.',
  },
  'release-approval-own': {
    blame: 'user',
    summary: 'An author has approved a file of their own.',
    message: (v) => `${v.file}: ${v.reviewer} is the author and cannot approve it.`,
    hint: () => 'Let another output checker approve it.',
  },
  'release-approval-repeated': {
    blame: 'user',
    summary: 'Two approvals of a file are of the same person.',
    message: (v) => `${v.file}: ${v.reviewer} has approved it more than once.`,
    hint: () => 'Let another output checker approve it.',
  },
  'release-approval-not-checker': {
    blame: 'user',
    summary: 'Somebody has approved a file who is no output checker, or not any more.',
    message: (v) => `${v.file}: ${v.reviewer} is no output checker, or not any more.`,
    hint: () => 'Let another output checker approve it.',
  },
  'release-approval-grant': {
    blame: 'user',
    summary: 'An approval names a sign-in that is not the one of its reviewer on this backend.',
    message: (v) =>
      `${v.file}: the approval of ${v.reviewer} names a sign-in that is not theirs on this backend.`,
    hint: () => again,
  },
  'release-approval-time': {
    blame: 'user',
    summary: 'An approval was not given while its reviewer was signed in.',
    message: (v) => `${v.file}: ${v.reviewer} was not signed in when the approval was given.`,
    hint: () => `${again} If it happens again, set the clock of the airlock.`,
  },
  'release-approval-forged': {
    blame: 'user',
    summary: 'The signature of an approval does not fit what it is said to approve.',
    message: (v) =>
      `${v.file}: the signature of ${v.reviewer} does not fit the file, its bytes or the request.`,
    hint: () => again,
  },
  'release-faults-more': {
    blame: 'user',
    summary: 'A release has more faults than are listed.',
    message: (v) => `There are ${v.count} faults more.`,
    hint: () => 'Remove those listed first.',
  },
  'release-announced-differently': {
    blame: 'user',
    summary: 'A release with this identifier was announced with other contents.',
    message: (v) => `The release ${v.release} has already been announced, with other contents.`,
    hint: () =>
      'Send the announcement as it was, or make a new release request for what has changed.',
  },
  'release-cancelled': {
    blame: 'user',
    summary: 'Bytes came for a release that was given up.',
    message: (v) => `The release ${v.release} has been cancelled.`,
    hint: () => 'Make a new release request.',
  },
  'release-complete': {
    blame: 'user',
    summary: 'A release that is complete cannot be given up.',
    message: (v) => `The release ${v.release} is complete and cannot be cancelled.`,
    hint: () => 'Take files back on the page of the release.',
  },
  'release-offset-missing': {
    blame: 'usage',
    summary: 'It was not said where the bytes of a file belong.',
    message: () => 'The header upload-offset is not a number of bytes.',
    hint: () => 'Say how many bytes of the file were sent before these; 0 at first.',
  },
  'release-file-unannounced': {
    blame: 'user',
    summary: 'Bytes came for a file that was not announced.',
    message: (v) => `The release has no file with the SHA-256 ${v.sha256}.`,
    hint: () => 'Send the files that the release lists.',
  },
  'release-file-too-long': {
    blame: 'user',
    summary: 'More bytes of a file came than were announced.',
    message: (v) =>
      `More than the ${v.size} bytes that were announced came for the file ${v.sha256}; all of it has been dropped.`,
    hint: () => 'Send exactly the bytes that were approved, from the beginning.',
  },
  'release-bytes-differ': {
    blame: 'user',
    summary: 'The bytes of a file are not those that were announced.',
    message: (v) =>
      `The bytes that came do not have the SHA-256 ${v.sha256}; all of them have been dropped.`,
    hint: () => 'Send exactly the bytes that were approved, from the beginning.',
  },
  'release-store-full': {
    blame: 'platform',
    summary: 'There is no room for released files.',
    message: () => 'The disk for released files is full.',
    hint: () => 'Make room in the releases folder and send again; what has come so far stays.',
  },
};

export const releaseFaults: Faults<Kinds> = defineFaults(kinds);

/** Their HTTP statuses, where 422 (or 503 for ours) would not do. */
export const releaseStatuses: Partial<Statuses<Code>> = {
  'airlock-sign-in-refused': 403,
  'airlock-sign-in-limited': 429,
  'airlock-nothing-to-see': 403,
  'airlock-grant-over': 403,
  'release-announced-differently': 409,
  'release-request-elsewhere': 409,
  'release-cancelled': 409,
  'release-complete': 409,
  'release-offset-missing': 400,
  'release-file-unannounced': 404,
  'release-file-too-long': 413,
};
