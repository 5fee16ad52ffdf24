import { basename, join } from 'node:path';
import type { Study } from '../cohortextractor/study.ts';
import { writeAtomically } from '../formats/atomic-file.ts';
import { readTable } from '../formats/read-table.ts';
import type { ColumnType } from '../table.ts';
import { reportPage } from './report-page.ts';
import { summariseColumn } from './summarise-column.ts';

export interface CohortReportRequest {
  readonly study: Pick<Study, 'module' | 'columns'>;
  /** What follows `study_definition` in the module's name, for example `_bp`. */
  readonly suffix: string;
  /** Where `input<suffix>.csv` is. */
  readonly inputDirectory: string;
  /** Where `descriptives<suffix>.html` goes; it must exist. */
  readonly outputDirectory: string;
  /** Day number of today: dates after it are not charted. */
  readonly today: number;
}

/**
 * Describes a cohort file, column by column, on one HTML page: figures and a chart of each (cohort-extractor §5.1).
 * Resolves to the path of the page. Patients' identifiers are in the file but not on the page.
 *
 * Faults: those of reading `input<suffix>.csv` and of writing.
 */
export async function cohortReport(request: CohortReportRequest): Promise<string> {
  const input = join(request.inputDirectory, `input${request.suffix}.csv`);
  const table = await readTable(input, 'csv');
  const types = new Map(request.study.columns.map(({ name, type }) => [name, type]));
  const columns = table.columns.flatMap((column) => {
    if (column.kind !== 'text' || column.name === PATIENT_ID) return [];
    // A column that the study does not know is described as text, which anything is.
    const type: ColumnType = types.get(column.name) ?? 'str';
    return [summariseColumn(column, type, request.today)];
  });
  const page = reportPage({
    study: request.study.module,
    file: basename(input),
    rows: table.rows,
    columns,
  });
  const output = join(request.outputDirectory, `descriptives${request.suffix}.html`);
  await writeAtomically(output, [Buffer.from(page)]);
  return output;
}

const PATIENT_ID = 'patient_id';
