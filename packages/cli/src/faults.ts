import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'demo-agent-ended': {
    blame: 'platform',
    summary: 'The agent of the demo ended before it was told to.',
    message: ({ last }: { log: string; last: string }) => `The agent of the demo ended: ${last}`,
    hint: ({ log }: { log: string; last: string }): string => `Its whole log is ${log}.`,
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
  'log-missing': {
    blame: 'user',
    summary: 'There is no log of the action.',
    message: ({ action }: { action: string }) => `There is no log of “${action}”.`,
    hint: ({ action, logged }: { action: string; logged: readonly string[] }): string =>
      logged.length === 0
        ? `No action has run here yet. Run it with: vitrine run ${action}`
        : `There are logs of: ${logged.join(', ')}.`,
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
