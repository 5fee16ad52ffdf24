/** The faults of the job server. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

/** The values that the texts of each fault need. */
type Values = {
  readonly 'server-setting-invalid': { readonly name: string; readonly expected: string };
  readonly 'backend-unknown': { readonly backend: string };
  readonly 'backend-inactive': { readonly backend: string };
  readonly 'workspace-unknown': { readonly workspace: string };
  readonly 'workspace-archived': { readonly workspace: string };
  readonly 'job-request-unknown': { readonly number: number };
  readonly 'job-unknown': { readonly actions: readonly string[]; readonly number: number };
  readonly 'nothing-failed': { readonly number: number };
  readonly 'project-file-missing': { readonly commit: string };
  readonly 'codelists-stale': { readonly actions: readonly string[] };
  readonly 'client-key-reused': { readonly key: string };
  readonly 'too-many-jobs': { readonly count: number; readonly limit: number };
  readonly 'commit-malformed': { readonly commit: string };
  readonly 'commit-not-on-branch': { readonly commit: string; readonly branch: string };
  readonly 'commit-unreadable': { readonly commit: string; readonly repository: string };
  readonly 'branch-unknown': { readonly branch: string; readonly repository: string };
  readonly 'repository-refused': { readonly repository: string };
  readonly 'repository-unreachable': { readonly repository: string; readonly reason: string };
  readonly 'source-too-large': { readonly path: string; readonly bytes: number };
};

type Kinds = { readonly [C in keyof Values]: FaultKind<Values[C]> };

const list = (names: readonly string[]): string => {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
};

const short = (commit: string): string => commit.slice(0, 7);

const kinds: Kinds = {
  'server-setting-invalid': {
    blame: 'usage',
    summary: 'A setting in the environment cannot be understood.',
    message: (v) => `${v.name} must be ${v.expected}.`,
    hint: () => 'Correct it, or leave it out.',
  },
  'backend-unknown': {
    blame: 'user',
    summary: 'There is no such backend.',
    message: (v) => `There is no backend ${v.backend}.`,
    hint: () => 'Choose one that the status page lists.',
  },
  'backend-inactive': {
    blame: 'user',
    summary: 'The backend takes no job requests.',
    message: (v) => `The backend ${v.backend} is not active.`,
    hint: () => 'Choose another backend.',
  },
  'workspace-unknown': {
    blame: 'user',
    summary: 'There is no such workspace.',
    message: (v) => `There is no workspace ${v.workspace}.`,
    hint: () => 'Check its spelling; names tell capital and small letters apart.',
  },
  'workspace-archived': {
    blame: 'user',
    summary: 'Nothing runs in an archived workspace.',
    message: (v) => `The workspace ${v.workspace} has been archived.`,
    hint: () => 'Unarchive it on its page first.',
  },
  'job-request-unknown': {
    blame: 'user',
    summary: 'There is no such job request.',
    message: (v) => `There is no job request ${v.number}.`,
    hint: () => 'Look for it in the event log.',
  },
  'job-unknown': {
    blame: 'user',
    summary: 'A job request has no job for an action that was named.',
    message: (v) => `Job request ${v.number} has no job for ${list(v.actions)}.`,
    hint: () => 'Name actions that its page lists; nothing has been changed.',
  },
  'nothing-failed': {
    blame: 'user',
    summary: 'There is nothing to run again.',
    message: (v) => `No job of job request ${v.number} has failed.`,
    hint: () => 'To run something again that succeeded, make a new job request.',
  },
  'project-file-missing': {
    blame: 'user',
    summary: 'The commit has no project.yaml.',
    message: (v) => `There is no project.yaml at commit ${short(v.commit)}.`,
    hint: () => 'Commit and push a project.yaml at the top of the repository.',
  },
  'codelists-stale': {
    blame: 'user',
    summary: 'The codelists are out of date, so actions that read the database may not run.',
    message: (v) =>
      `The codelists are out of date, and ${list(v.actions)} would read the database.`,
    hint: () => 'Update the codelists with `opensafely codelists update`, commit and push.',
  },
  'client-key-reused': {
    blame: 'user',
    summary: 'A key that made one job request came again with another one.',
    message: (v) => `The key ${v.key} has already been used for a different job request.`,
    hint: () => 'Use a new key for each job request.',
  },
  'too-many-jobs': {
    blame: 'user',
    summary: 'A job request comes to more jobs than one may.',
    message: (v) => `The job request comes to ${v.count} jobs; one may have at most ${v.limit}.`,
    hint: () => 'Ask for fewer actions at a time.',
  },
  'commit-malformed': {
    blame: 'user',
    summary: 'What was given is not a commit.',
    message: (v) => `"${v.commit}" is not the hash of a commit.`,
    hint: () => 'Give all 40 hexadecimal digits.',
  },
  'commit-not-on-branch': {
    blame: 'user',
    summary: 'The commit is not on the branch of the workspace.',
    message: (v) => `Commit ${short(v.commit)} is not on the branch ${v.branch}.`,
    hint: (v) => `Merge it into ${v.branch} and push, or choose a commit that is on it.`,
  },
  'commit-unreadable': {
    blame: 'user',
    summary: 'The commit is not in the repository.',
    message: (v) => `Commit ${short(v.commit)} is not in ${v.repository}.`,
    hint: () => 'Push the commit, and check its hash.',
  },
  'branch-unknown': {
    blame: 'user',
    summary: 'The repository has no such branch.',
    message: (v) => `There is no branch ${v.branch} in ${v.repository}.`,
    hint: () => 'Push the branch, or change the branch of the workspace.',
  },
  'repository-refused': {
    blame: 'user',
    summary: 'The server reads no repository at such an address.',
    message: (v) => `Code cannot be read from ${v.repository}.`,
    hint: () => 'Use an https address of a git repository.',
  },
  'repository-unreachable': {
    blame: 'platform',
    summary: 'The repository does not answer.',
    message: (v) => `${v.repository} cannot be read: ${v.reason}.`,
    hint: () => 'Check that the repository exists and may be read, and try again.',
  },
  'source-too-large': {
    blame: 'user',
    summary: 'A file of the study is too large to be read.',
    message: (v) => `${v.path} is larger than ${Math.floor(v.bytes / 1024)} kB.`,
    hint: () => 'Make the file smaller.',
  },
};

export const faults: Faults<Kinds> = defineFaults(kinds);
