import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'audit-entry-broken': {
    blame: 'data',
    summary: 'The log of decisions was changed: an entry does not fit the one before it.',
    message: ({ id, kind, at }: { id: number; kind: string; at: string }) =>
      `Entry ${id} of the log of decisions (${kind}, ${at}) does not fit what stands before it.`,
    hint: () =>
      'It, or what stood before it, was changed, removed or put in. Compare with the newest backup that is whole.',
  },
  'audit-head-missing': {
    blame: 'data',
    summary: 'A head of the log that was written down earlier is no part of the log.',
    message: ({ head }: { head: string }) => `The head ${head} is no part of the log of decisions.`,
    hint: () =>
      'Entries were cut off at the end or replaced since it was written down, or it is the head of another log.',
  },
  'audit-job-event-broken': {
    blame: 'data',
    summary: 'The history of a job was changed.',
    message: ({ job, what }: { job: string; what: string }) =>
      `The history of the job ${job} does not fit: ${what}.`,
    hint: () => 'Compare with the newest backup that is whole.',
  },
  'audit-log-missing': {
    blame: 'usage',
    summary: 'There is no log of decisions in the database.',
    message: ({ place }: { place: string }) => `There is no log of decisions in ${place}.`,
    hint: () =>
      'Name the data folder of a server or an airlock with --data, or its database with DATABASE_URL.',
  },
  'audit-release-broken': {
    blame: 'data',
    summary: 'A release is not what the log of decisions says.',
    message: ({ release, misfits }: { release: string; misfits: readonly string[] }) =>
      `The release ${release} is not what was decided: ${misfits.join(', ')}.`,
    hint: () => 'Compare its files and approvals with the newest backup that is whole.',
  },
  'demo-agent-ended': {
    blame: 'platform',
    summary: 'The agent of the demo ended before it was told to.',
    message: ({ last }: { log: string; last: string }) => `The agent of the demo ended: ${last}`,
    hint: ({ log }: { log: string; last: string }): string => `Its whole log is ${log}.`,
  },
  'demo-folder-holds-other-files': {
    blame: 'usage',
    summary: 'The folder for the demo holds files that no demo made.',
    message: ({ folder, entry }: { folder: string; entry: string }) =>
      `${folder} holds “${entry}”, which no demo made.`,
    hint: () =>
      'The demo throws away all that is in its folder: name a new one with --folder, or an empty one.',
  },
  'disclosure-path-missing': {
    blame: 'usage',
    summary: 'A file or folder to be checked is not there.',
    message: ({ path }: { path: string }) => `There is no file or folder “${path}”.`,
    hint: () => 'Name files, or folders whose files are all to be checked.',
  },
  'disclosure-settings-invalid': {
    blame: 'usage',
    summary: 'The settings of the disclosure checks cannot be used.',
    message: ({ file, reason }: { file: string; reason: string }) =>
      `The settings in ${file} cannot be used: ${reason}.`,
    hint: () => 'docs/disclosure.md lists the settings with their defaults.',
  },
  'folder-unusable': {
    blame: 'usage',
    summary: 'A folder that a program is to keep its files in cannot be made or written.',
    message: ({ folder, reason }: { folder: string; reason: string }) =>
      `The folder ${folder} cannot be made or written (${reason}).`,
    hint: () => 'Name a folder on a local disk that you may write to.',
  },
  'host-unknown': {
    blame: 'usage',
    summary: 'The address to answer at is none of this machine.',
    message: ({ host }: { host: string }) => `This machine has no network interface “${host}”.`,
    hint: () => 'Use 127.0.0.1 for this machine alone, or 0.0.0.0 for all of its interfaces.',
  },
  'log-missing': {
    blame: 'user',
    summary: 'There is no log of the action.',
    message: ({ action }: { action: string }) => `There is no log of “${action}”.`,
    hint: ({ action, logged }: { action: string; logged: readonly string[] }): string =>
      logged.length === 0
        ? `No action has run here yet. Run it with: vitrine run ${action}`
        : `There are logs of: ${logged.join(', ')}.`,
  },
  'port-forbidden': {
    blame: 'usage',
    summary: 'The operating system keeps the port for others.',
    message: ({ port }: { port: number }) => `You may not answer at port ${port}.`,
    hint: () => 'Choose one from 1024 up; only root has the others.',
  },
  'port-taken': {
    blame: 'usage',
    summary: 'Another program answers at the port.',
    message: ({ port }: { port: number }) => `Another program answers at port ${port}.`,
    hint: () => 'Choose another with --port; --port 0 takes any that is free.',
  },
  'runtime-has-no-programs': {
    blame: 'usage',
    summary: 'The runtime is the cohort engine, which runs no programs.',
    message: ({ name }: { name: string }) => `${name} is the cohort engine and runs no programs.`,
    hint: () => 'Use `vitrine cohort …` for it, or name python, jupyter or r.',
  },
  'script-not-found': {
    blame: 'user',
    summary: 'An action runs a script that is not in the study.',
    message: ({ action, script }: { action: string; script: string; meant: string | null }) =>
      `The action “${action}” runs ${script}, which is not in the study.`,
    hint: ({ meant }: { action: string; script: string; meant: string | null }): string =>
      meant === null
        ? 'Add the script, or mend its path: upper and lower case count.'
        : `Did you mean ${meant}? Upper and lower case count.`,
  },
  'sign-in-setting-invalid': {
    blame: 'usage',
    summary: 'A setting of a way to sign in is missing or cannot be understood.',
    message: ({ name, expected }: { name: string; expected: string }) =>
      `${name} must be ${expected}.`,
    hint: () => 'Correct it, or leave all settings of this way to sign in out.',
  },
  'size-malformed': {
    blame: 'usage',
    summary: 'A size on the command line is not a size.',
    message: ({ text }: { text: string }) => `“${text}” is not a size.`,
    hint: () => 'Write a number with a unit, for example 512M or 4G.',
  },
  'variable-malformed': {
    blame: 'usage',
    summary: 'A value of --env is not NAME=VALUE.',
    message: ({ text }: { text: string }) => `“${text}” does not set a variable.`,
    hint: () => 'Write NAME=VALUE.',
  },
} as const;

/** Faults of the command line itself. */
export const cliFaults: Faults<typeof kinds> = defineFaults(kinds);
