import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Measure } from '../cohortextractor/study.ts';
import { writeAtomically } from '../formats/atomic-file.ts';
import { csvLine } from '../formats/csv-cell.ts';
import { removeParts } from '../formats/part-file.ts';
import type { RawTable } from '../formats/raw-table.ts';
import { readTable } from '../formats/read-table.ts';
import { calculateMeasure, measureCsv } from './calculate-measure.ts';
import { measureFaults } from './faults.ts';
import { findInputs, type MeasureInput } from './find-inputs.ts';
import { columnsOf, type MeasureData, measureData } from './measure-data.ts';

export interface MeasuresRequest {
  readonly measures: readonly Measure[];
  /** What follows `study_definition` in the module's name, for example `_bp`. */
  readonly suffix: string;
  /** Folder of the cohort files, to which the measures are written too. */
  readonly directory: string;
  /** Keep the files of single dates that are there already. The combined files are made anew. */
  readonly skipExisting: boolean;
  readonly log: (message: string) => void;
}

export interface MeasuresResult {
  /** Cohort files that were found, earliest first. */
  readonly inputs: readonly string[];
  /** Files that were written: one a measure and date, then one a measure. */
  readonly written: readonly string[];
  /** Files that were there already and kept. */
  readonly kept: readonly string[];
}

/**
 * Works out measures for every dated cohort file of a folder: `measure_<id>_<date>.csv` for each date and
 * `measure_<id>.csv` for all of them (cohort-extractor §6). No cohort files is no fault: it is said in the log, and
 * nothing is written.
 *
 * Faults: those of reading and writing files, `measure-…`.
 */
export async function generateMeasures(request: MeasuresRequest): Promise<MeasuresResult> {
  const { measures, directory, log } = request;
  const inputs = await findInputs(directory, request.suffix);
  if (inputs.length === 0) {
    log(
      `There are no cohort files named input${request.suffix}_<date> in ${directory}: run generate_cohort with --index-date-range first`,
    );
    return { inputs: [], written: [], kept: [] };
  }

  removeParts([
    ...measures.map((measure) => combinedPath(directory, measure)),
    ...measures.flatMap((one) => inputs.map(({ date }) => measurePath(directory, one, date))),
  ]);
  const written: string[] = [];
  const kept: string[] = [];
  for (const input of inputs) {
    const isKept = (measure: Measure): boolean =>
      request.skipExisting && existsSync(measurePath(directory, measure, input.date));
    const wanted = measures.filter((measure) => !isKept(measure));
    for (const measure of measures.filter(isKept)) {
      const path = measurePath(directory, measure, input.date);
      log(`Kept ${path}, which was there already`);
      kept.push(path);
    }
    if (wanted.length === 0) continue;
    // Columns are typed by their use in all measures, so that skipping some changes nothing for the others.
    const data = await loadData(input, measures);
    for (const measure of wanted) {
      const path = measurePath(directory, measure, input.date);
      await writeAtomically(path, measureCsv(calculateMeasure(measure, data, log)));
      log(`Wrote ${path}`);
      written.push(path);
    }
  }

  const dates = inputs.map(({ date }) => date);
  for (const measure of measures) {
    const path = await combineDates(measure, directory, dates);
    log(`Wrote ${path}, with all dates`);
    written.push(path);
  }
  return { inputs: inputs.map(({ path }) => path), written, kept };
}

/** Writes `measure_<id>.csv` from the files of single dates, and says its path. */
export async function combineDates(
  measure: Measure,
  directory: string,
  dates: readonly string[],
): Promise<string> {
  const path = combinedPath(directory, measure);
  await writeAtomically(path, combined(measure, directory, dates));
  return path;
}

/** Path of the file of a measure for all dates. */
export function combinedPath(directory: string, measure: Measure): string {
  return join(directory, `measure_${measure.id}.csv`);
}

/** Path of the file of a measure for one date. */
export function measurePath(directory: string, measure: Measure, date: string): string {
  return join(directory, `measure_${measure.id}_${date}.csv`);
}

async function loadData(input: MeasureInput, measures: readonly Measure[]): Promise<MeasureData> {
  const { numbers, groups } = columnsOf(measures);
  const table = await readTable(input.path, input.format, { columns: numbers.union(groups) });
  const isCsv = input.format === 'csv' || input.format === 'csv.gz';
  return measureData(table, measures, isCsv, input.path);
}

/** The files of all dates under one header, with the date as the last column, and CRLF line ends. */
async function* combined(
  measure: Measure,
  directory: string,
  dates: readonly string[],
): AsyncGenerator<Buffer> {
  let header: string | null = null;
  for (const date of dates) {
    const path = measurePath(directory, measure, date);
    const table = await readTable(path, 'csv');
    const names = csvLine([...table.columns.map(({ name }) => name), 'date']);
    if (header === null) {
      header = names;
      yield Buffer.from(`${header}\r\n`);
    } else if (names !== header) {
      const [first = ''] = dates;
      throw measureFaults.error(
        'measure-files-differ',
        {
          measure: measure.id,
          first: basename(measurePath(directory, measure, first)),
          other: basename(path),
        },
        { file: path },
      );
    }
    yield Buffer.from(rowsOf(table, date));
  }
}

function rowsOf(table: RawTable, date: string): string {
  const columns = table.columns.filter((column) => column.kind === 'text');
  let lines = '';
  for (let row = 0; row < table.rows; row++) {
    const cells = columns.map(({ values, labels }) => String(labels[values[row] ?? -1] ?? ''));
    lines += `${csvLine([...cells, date])}\r\n`;
  }
  return lines;
}
