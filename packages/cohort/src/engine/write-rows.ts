/** The rows of a query as a file. CSV is written by DuckDB itself, other formats by the house's own writers. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { writeAtomically } from '../formats/atomic-file.ts';
import { type OutputFormatName, outputFormats } from '../formats/output-format.ts';
import type { CohortModel } from '../model/model.ts';
import { readTable } from './read-table.ts';
import { text } from './source.ts';

/** Whether a format's rows are asked for as cells (see `csvCells`), not as values. */
export function isWrittenAsCells(format: OutputFormatName): format is 'csv' | 'csv.gz' {
  return format === 'csv' || format === 'csv.gz';
}

export interface RowsToWrite {
  readonly connection: DuckDBConnection;
  readonly model: CohortModel;
  /** `patient_id` and the model's columns, as values or as cells. */
  readonly query: string;
  readonly path: string;
  readonly format: OutputFormatName;
}

/** Writes the rows and says how many they were; when this fails, a part of the file may be left. */
export async function writeRows({
  connection,
  model,
  query,
  path,
  format,
}: RowsToWrite): Promise<number> {
  if (isWrittenAsCells(format)) {
    const copy = `COPY (${query}) TO ${text(path)} (${csvOptions(format).join(', ')})`;
    const [[rows] = []] = (await connection.runAndReadAll(copy)).getRows();
    return Number(rows);
  }
  const table = await readTable(connection, model, query);
  await writeAtomically(path, outputFormats[format].encode(table));
  return table.rows;
}

/** Lines end with CR LF. DuckDB would quote more than the original, so it is told not to: quotes are part of the cells. */
function csvOptions(format: 'csv' | 'csv.gz'): readonly string[] {
  return [
    'FORMAT csv',
    'HEADER true',
    "NEW_LINE '\\r\\n'",
    "QUOTE ''",
    "ESCAPE ''",
    "NULLSTR ''",
    `COMPRESSION ${format === 'csv.gz' ? 'gzip' : 'none'}`,
  ];
}
