/** What can go wrong while measures are worked out from cohort files. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface MeasureFaultKinds extends Record<string, FaultKind<never>> {
  readonly 'measure-inputs-clash': FaultKind<{ date: string; files: readonly string[] }>;
  readonly 'measure-input-date': FaultKind<{ file: string; date: string }>;
  readonly 'measure-column-missing': FaultKind<{ file: string; column: string; measure: string }>;
  readonly 'measure-column-not-number': FaultKind<{
    file: string;
    column: string;
    row: number | null;
  }>;
  readonly 'measure-too-many-groups': FaultKind<{ measure: string; limit: number }>;
  readonly 'measure-files-differ': FaultKind<{ measure: string; first: string; other: string }>;
}

export const measureFaults: Faults<MeasureFaultKinds> = defineFaults<MeasureFaultKinds>({
  'measure-inputs-clash': {
    blame: 'user',
    summary:
      'Several cohort files stand for the same index date, so the measures would count patients twice.',
    message: ({ date, files }) =>
      `There is more than one cohort file for ${date}: ${files.join(', ')}.`,
    hint: () =>
      'Keep the one that the measures are about, and remove the others or write them to another folder.',
  },
  'measure-input-date': {
    blame: 'user',
    summary: 'The name of a cohort file ends with a date that does not exist.',
    message: ({ file, date }) => `${file} is named after ${date}, and there is no such day.`,
    hint: () => 'Rename or remove the file.',
  },
  'measure-column-missing': {
    blame: 'user',
    summary: 'A measure uses a column that a cohort file does not have.',
    message: ({ file, column, measure }) =>
      `Measure "${measure}" needs the column "${column}", which ${file} does not have.`,
    hint: () => 'Run generate_cohort again with the present study definition, then the measures.',
  },
  'measure-column-not-number': {
    blame: 'data',
    summary: 'A numerator or denominator holds something that is not a number.',
    message: ({ file, column, row }) =>
      row === null
        ? `Column "${column}" of ${file} does not hold numbers.`
        : `Column "${column}" of ${file} does not hold a number in row ${row}, the header counted as row 1.`,
    hint: () => 'Numerators and denominators are flags (0 or 1) or numbers, and are never blank.',
  },
  'measure-too-many-groups': {
    blame: 'user',
    summary: 'The columns that a measure groups by have too many combinations of values.',
    message: ({ measure, limit }) =>
      `Measure "${measure}" groups by columns with more than ${limit.toLocaleString('en-GB')} combinations of values.`,
    hint: () => 'Group by fewer columns, or by columns with fewer values.',
  },
  'measure-files-differ': {
    blame: 'user',
    summary:
      'The files of one measure have different columns for different dates, so they cannot be combined.',
    message: ({ measure, first, other }) =>
      `The files of measure "${measure}" cannot be combined: ${first} and ${other} have different columns.`,
    hint: () =>
      'Remove the files that an earlier version of the measure left, or run without --skip-existing.',
  },
});
