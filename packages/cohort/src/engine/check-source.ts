/** Whether a database has what a model asks of it, before anything is read. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { databaseFaults } from '../database-process/faults.ts';
import { duckdb, SOURCE } from '../dialect/duckdb.ts';
import type { CohortModel } from '../model/model.ts';
import type { Schema } from '../plan/plan.ts';
import type { ColumnKind } from '../tpp-schema/column.ts';

/** The table that is away while a database is being rebuilt (cohort-extractor §5.4). */
const SWAPPED_LAST = 'CodedEvent_SNOMED';

/** Types of DuckDB that hold values of each kind without loss. */
const accepted: Readonly<Record<ColumnKind, RegExp>> = {
  int: /^(U?(TINY|SMALL|BIG)?INT(EGER)?|HUGEINT)$/,
  float: /^(DOUBLE|FLOAT|DECIMAL.*|U?(TINY|SMALL|BIG)?INT(EGER)?)$/,
  bool: /^BOOLEAN$/,
  date: /^DATE$/,
  datetime: /^(TIMESTAMP|TIMESTAMP_S|TIMESTAMP_MS|DATE)$/,
  str: /^(VARCHAR.*|ENUM.*)$/,
};

/**
 * Looks for every table and column that the model names.
 * @throws FaultError database-being-rebuilt, database-table-missing, database-column-…: all of them at once; then
 *   database-patient-repeated
 */
export async function checkSource(
  connection: DuckDBConnection,
  model: CohortModel,
  schema: Schema,
): Promise<void> {
  const found = new Map<string, Map<string, string>>();
  const read = await connection.runAndReadAll(
    `SELECT table_name, column_name, data_type FROM duckdb_columns()
       WHERE database_name = '${SOURCE}' OR schema_name = '${SOURCE}'`,
  );
  for (const [table, column, type] of read.getRows()) {
    const columns = found.get(String(table)) ?? new Map<string, string>();
    found.set(String(table), columns.set(String(column), String(type)));
  }
  const { tables, columns } = namesIn(model);
  const faults = [...tables].toSorted().flatMap((table): readonly Diagnostic[] => {
    const there = found.get(table);
    if (there === undefined) {
      return table === SWAPPED_LAST
        ? [databaseFaults.diagnose('database-being-rebuilt', {})]
        : [databaseFaults.diagnose('database-table-missing', { table })];
    }
    return Object.entries(schema[table]?.columns ?? {}).flatMap(([column, { type }]) => {
      if (!columns.has(column)) return [];
      const own = there.get(column);
      if (own === undefined) {
        return [databaseFaults.diagnose('database-column-missing', { table, column })];
      }
      if (accepted[type].test(own)) return [];
      const values = { table, column, found: own, expected: type };
      return [databaseFaults.diagnose('database-column-type', values)];
    });
  });
  if (faults.length > 0) throw new FaultError(faults);
  for (const table of tables) {
    if (schema[table]?.onePerPatient === true) await checkPatients(connection, table);
  }
}

/** A patient who is there twice would be in every extract twice. */
async function checkPatients(connection: DuckDBConnection, table: string): Promise<void> {
  const counted = await connection.runAndReadAll(
    `SELECT count("Patient_ID") - count(DISTINCT "Patient_ID") FROM ${duckdb.sourceTable(table, {})}`,
  );
  const repeated = Number(counted.getRows()[0]?.[0] ?? 0);
  if (repeated > 0) throw databaseFaults.error('database-patient-repeated', { table, repeated });
}

/** Names of the tables that a model reads, and of all columns that it names. */
function namesIn(model: CohortModel): {
  readonly tables: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
} {
  const tables = new Set<string>();
  const columns = new Set<string>(['Patient_ID']);
  const seen = new Set<object>();
  const visit = (node: object): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if ('table' in node && typeof node.table === 'string') tables.add(node.table);
    if ('kind' in node && node.kind === 'column' && 'name' in node) columns.add(String(node.name));
    if ('left' in node && 'right' in node && typeof node.left === 'string') {
      columns.add(node.left).add(String(node.right));
    }
    if ('expandVirtualProducts' in node && node.expandVirtualProducts === true) {
      tables.add('VmpMapping');
      columns.add('id').add('prev_id');
    }
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'elements' && typeof value === 'object' && value !== null) visit(value);
    }
  };
  visit(model);
  return { tables, columns };
}
