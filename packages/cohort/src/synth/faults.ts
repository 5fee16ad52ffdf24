import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'synth-codelists-missing': {
    blame: 'usage',
    summary: 'There is no folder of codelists where one was named.',
    message: ({ folder, study }: { folder: string; study: boolean }): string =>
      study
        ? `${folder} has neither codelists/ nor local_codelists/.`
        : `There is no folder of codelists at ${folder}.`,
    hint: () => 'Name a study with --study, or a folder of CSV files with --codelists.',
  },
  'synth-output-exists': {
    blame: 'usage',
    summary: 'There is something at the path where a synthetic database should be written.',
    message: ({ path }: { path: string }) => `${path} exists already.`,
    hint: () => 'Name another path, or delete it first. Nothing is ever overwritten.',
  },
  'synth-folder-missing': {
    blame: 'usage',
    summary: 'The folder that should hold the synthetic database cannot be written to.',
    message: ({ folder, reason }: { folder: string; reason: string }) =>
      `Nothing can be written in ${folder} (${reason}).`,
    hint: () => 'Name a path in a folder that is there and that you may write to.',
  },
  'synth-too-many-events': {
    blame: 'usage',
    summary: 'More events were asked for than the patients can have.',
    message: ({ events, most }: { events: number; most: number }) =>
      `${events} events are too many; so many patients can have ${most}.`,
    hint: () => 'Raise --patients or lower --events.',
  },
  'synth-too-many-patients': {
    blame: 'usage',
    summary: 'More patients were asked for than there are identifiers.',
    message: ({ most }: { most: number }) => `There can be no more than ${most} patients.`,
    hint: () => 'Lower --patients.',
  },
  'synth-disk-full': {
    blame: 'platform',
    summary: 'The disk was full before the synthetic database was whole.',
    message: ({ folder, table }: { folder: string; table: string }) =>
      `There is no more space in ${folder}; it ran out at the table ${table}.`,
    hint: () =>
      'Free space or name a path on a larger disk. A million events take about 25 MB. What was begun has been removed.',
  },
  'synth-memory-short': {
    blame: 'usage',
    summary: 'The memory that was allowed is not enough.',
    message: ({ table }: { table: string }) =>
      `The memory that was allowed is not enough for the table ${table}.`,
    hint: () => 'Allow more with --memory, for example --memory 4G.',
  },
  'synth-stopped': {
    blame: 'usage',
    summary: 'The making of a synthetic database was stopped.',
    message: () => 'Stopped. What was begun has been removed.',
    hint: () => 'The same command with the same seed makes the same database.',
  },
} as const;

/** What can go wrong when a synthetic database is made. */
export const synthFaults: Faults<typeof kinds> = defineFaults(kinds);
