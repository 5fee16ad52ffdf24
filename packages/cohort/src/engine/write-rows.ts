/** The rows of a query as a file. CSV is written by DuckDB itself, other formats by the house's own writers. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdb } from '../dialect/duckdb.ts';
import { writeAtomically } from '../formats/atomic-file.ts';
import { csvCell } from '../formats/csv-cell.ts';
import { type OutputFormatName, outputFormats } from '../formats/output-format.ts';
import type { CohortModel, ModelColumn } from '../model/model.ts';
import { readTable } from './read-table.ts';
import { text } from './source.ts';

export interface RowsToWrite {
  readonly connection: DuckDBConnection;
  readonly model: CohortModel;
  /** `patient_id` and the model's columns. */
  readonly query: string;
  readonly path: string;
  readonly format: OutputFormatName;
}

/** Writes the rows; when this fails, a part of the file may be left. */
export async function writeRows({
  connection,
  model,
  query,
  path,
  format,
}: RowsToWrite): Promise<void> {
  if (format === 'csv' || format === 'csv.gz') {
    await connection.run(copyCsv(model, query, path, format));
    return;
  }
  const table = await readTable(connection, model, query);
  await writeAtomically(path, outputFormats[format].encode(table));
}

/**
 * Real extracts end their lines with CR LF and quote only where they must; nothing stands for a missing text or date
 * (cohort-extractor §5.6). DuckDB would quote more, so it is told not to, and quotes are part of the cells.
 */
function copyCsv(
  { columns }: CohortModel,
  query: string,
  path: string,
  format: 'csv' | 'csv.gz',
): string {
  const items = columns.map(
    (column) => `${csvCellSql(column)} AS ${duckdb.identifier(csvCell(column.name))}`,
  );
  const options = [
    'FORMAT csv',
    'HEADER true',
    "NEW_LINE '\\r\\n'",
    "QUOTE ''",
    "ESCAPE ''",
    "NULLSTR ''",
    `COMPRESSION ${format === 'csv.gz' ? 'gzip' : 'none'}`,
  ];
  return `COPY (SELECT ${['patient_id', ...items].join(', ')} FROM (${query})) TO ${text(path)} (${options.join(', ')})`;
}

function csvCellSql({ name, type, dateLength }: ModelColumn): string {
  const column = duckdb.identifier(name);
  switch (type) {
    case 'bool':
      return `CAST(${column} AS UTINYINT)`;
    case 'int':
      return column;
    case 'float':
      // There is no negative zero.
      return `(${column} + CAST(0 AS DOUBLE))`;
    case 'str':
      return `(CASE WHEN regexp_matches(${column}, '[",\\r\\n]') THEN '"' || replace(${column}, '"', '""') || '"' ELSE ${column} END)`;
    case 'date':
      return dateLength === 10 || dateLength === null
        ? column
        : `substr(CAST(${column} AS VARCHAR), 1, ${dateLength})`;
  }
}
