import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf } from '../calendar.ts';
import { formatFaults } from '../formats/faults.ts';
import { formatOf, type OutputFormatName } from '../formats/output-format.ts';
import { measureFaults } from './faults.ts';

export interface MeasureInput {
  readonly path: string;
  readonly format: OutputFormatName;
  /** ISO date that ends the file's name. */
  readonly date: string;
}

const DATE = /_(\d{4}-\d{2}-\d{2})$/;

/**
 * The dated cohort files of a study, earliest first. They are named `input<suffix>_<date>`; where a folder has none of
 * that name, whatever starts with `input<suffix>` and ends with a date (cohort-extractor §6), as cohorts written with
 * `--output-file` do. So a study without a suffix does not take the files of its neighbours.
 *
 * Faults: `measure-inputs-clash`, `measure-input-date`, `file-not-found` for the folder.
 */
export async function findInputs(
  directory: string,
  suffix: string,
): Promise<readonly MeasureInput[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw formatFaults.error('file-not-found', { file: directory }, { file: directory });
    }
    throw error;
  });
  const start = `input${suffix}`;
  const dated = names.sort().flatMap((name) => {
    const format = formatOf(name);
    if (format === null || !name.startsWith(start)) return [];
    const stem = name.slice(0, -format.length - 1);
    const date = DATE.exec(stem)?.[1];
    return date === undefined ? [] : [{ name, stem, format, date }];
  });
  const exact = dated.filter(({ stem, date }) => stem === `${start}_${date}`);
  const chosen = exact.length > 0 ? exact : dated;

  const byDate = Map.groupBy(chosen, ({ date }) => date);
  for (const [date, inputs] of byDate) {
    const files = inputs.map(({ name }) => name);
    if (files.length > 1) {
      throw measureFaults.error('measure-inputs-clash', { date, files }, { file: directory });
    }
    const [file = ''] = files;
    if (dayOf(date) === null)
      throw measureFaults.error('measure-input-date', { file, date }, { file });
  }
  return chosen
    .map(({ name, format, date }) => ({ path: join(directory, name), format, date }))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
}
