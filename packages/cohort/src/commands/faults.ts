/** What can go wrong with a command of cohortextractor, beyond the study definition itself. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface CommandFaultKinds extends Record<string, FaultKind<never>> {
  readonly 'cohort-usage': FaultKind<{ problem: string; remedy: string }>;
  readonly 'definition-not-listed': FaultKind<{
    name: string;
    listed: readonly string[];
    near: string | null;
  }>;
  readonly 'one-definition-only': FaultKind<{ flag: string; names: readonly string[] }>;
  readonly 'index-dates-malformed': FaultKind<{ range: string; part: string; problem: string }>;
  readonly 'index-dates-reversed': FaultKind<{ range: string }>;
  readonly 'index-dates-period': FaultKind<{ period: string }>;
  readonly 'index-dates-month-end': FaultKind<{ start: string; missing: string }>;
  readonly 'index-dates-too-many': FaultKind<{ limit: number }>;
  readonly 'path-outside-study': FaultKind<{ path: string; flag: string }>;
  readonly 'path-not-a-folder': FaultKind<{ path: string }>;
  readonly 'measures-missing': FaultKind<{ modules: readonly string[] }>;
  readonly 'database-read-only': FaultKind<{ command: string }>;
}

export const commandFaults: Faults<CommandFaultKinds> = defineFaults<CommandFaultKinds>({
  'cohort-usage': {
    blame: 'usage',
    summary: 'The words of a cohortextractor command do not fit its form.',
    message: ({ problem }) => `${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'definition-not-listed': {
    blame: 'usage',
    summary: 'The command names a study definition that is not in analysis/.',
    message: ({ name }) => `There is no study definition named "${name}".`,
    hint: ({ listed, near }) =>
      near !== null
        ? `Did you mean "${near}"?`
        : listed.length === 0
          ? 'There are none in analysis/: run the command from the folder that holds analysis/, or write analysis/study_definition.py.'
          : `Those in analysis/ are: ${listed.join(', ')}.`,
  },
  'one-definition-only': {
    blame: 'user',
    summary: 'An option that serves a single study definition was used for several.',
    message: ({ flag, names }) =>
      `${flag} can be used with a single study definition only, and there are ${names.length}: ${names.join(', ')}.`,
    hint: () => 'Name the one that you mean with --study-definition.',
  },
  'index-dates-malformed': {
    blame: 'user',
    summary: 'A range of index dates is not in the form that is expected.',
    message: ({ range, part, problem }) =>
      `Invalid date range "${range}": "${part}" is ${problem}.`,
    hint: () =>
      'Dates are YYYY-MM-DD or "today"; write DATE, "DATE to DATE", or "DATE to DATE by week" (or by month).',
  },
  'index-dates-reversed': {
    blame: 'user',
    summary: 'A range of index dates ends before it starts.',
    message: ({ range }) => `Invalid date range "${range}": it ends before it starts.`,
    hint: () => 'Write the earlier date first.',
  },
  'index-dates-period': {
    blame: 'user',
    summary: 'A range of index dates has a step that does not exist.',
    message: ({ period }) => `Unknown time period "${period}" in the date range.`,
    hint: () => 'Steps are "by week" or "by month".',
  },
  'index-dates-month-end': {
    blame: 'user',
    summary: 'A monthly range of index dates meets a month without that day.',
    message: ({ start, missing }) =>
      `Monthly index dates from ${start} meet ${missing}, a day that does not exist.`,
    hint: () => 'Start on a day from 1 to 28.',
  },
  'index-dates-too-many': {
    blame: 'user',
    summary: 'A range of index dates has more dates than are allowed.',
    message: ({ limit }) => `The date range has more than ${limit} dates.`,
    hint: () => 'Check the years, use longer steps, or split the range over several actions.',
  },
  'path-outside-study': {
    blame: 'user',
    summary: 'A path leads out of the study.',
    message: ({ path, flag }) => `${flag} ${path} leads out of the study.`,
    hint: () => 'Use a path inside the study, relative to its root, that passes no link outwards.',
  },
  'path-not-a-folder': {
    blame: 'user',
    summary: 'A folder was expected where something else is.',
    message: ({ path }) => `${path} is not a folder.`,
    hint: () => 'Name a folder, or remove the file that has its name.',
  },
  'measures-missing': {
    blame: 'user',
    summary: 'Measures were asked for, and the definition has none.',
    message: ({ modules }) => `There are no measures in ${modules.join(', ')}.`,
    hint: () => 'Define them beside the study: measures = [Measure(...), ...].',
  },
  'database-read-only': {
    blame: 'usage',
    summary: 'A command would change the database, which Vitrine only ever reads.',
    message: ({ command }) => `${command} changes the database, which Vitrine only ever reads.`,
    hint: () =>
      'Whoever keeps the database renews its tables of products, VmpMapping and CustomMedicationDictionary.',
  },
});
