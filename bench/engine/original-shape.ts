/** The shape of the original's extraction on DuckDB: a query for each variable, then one that joins them all. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdb } from '../../packages/cohort/src/dialect/duckdb.ts';
import { csvCells } from '../../packages/cohort/src/engine/csv-cells.ts';
import { loadTable } from '../../packages/cohort/src/engine/load-table.ts';
import { writeRows } from '../../packages/cohort/src/engine/write-rows.ts';
import type { CohortModel } from '../../packages/cohort/src/model/model.ts';
import { compile } from '../../packages/cohort/src/plan/compile.ts';
import { steadyScope } from '../../packages/cohort/src/plan/patient-sql.ts';
import { planCohort } from '../../packages/cohort/src/plan/plan-cohort.ts';
import { setTables } from '../../packages/cohort/src/plan/set-sql.ts';
import { valueSql } from '../../packages/cohort/src/plan/value-sql.ts';
import { duckDbSession } from '../../packages/cohort/src/session/duckdb-session.ts';
import { tppSchema } from '../../packages/cohort/src/tpp-schema/schema.ts';

/** Writes the rows of one date as CSV; null for a path leaves the rows unwritten. */
export async function extractAsOriginal(
  connection: DuckDBConnection,
  model: CohortModel,
  date: number | null,
  path: string | null,
): Promise<void> {
  const whole = planCohort(model, [date], tppSchema);
  const tables = new Map<string, string>();
  const kept = new Set(['people']);
  for (const scan of whole.scans) {
    for (const { leaf, place } of scan.leaves) {
      const name = `variable_${tables.size}`;
      await makeVariable(connection, model, date, leaf, name);
      tables.set(`${place.table}.${place.column}`, name);
      kept.add(name);
      await dropOthers(connection, kept);
    }
  }
  const sets = setTables(whole.graph, duckdb);
  const scope = steadyScope(whole, duckdb, sets, 't."Patient_ID"', ({ table, column }) => {
    const name = tables.get(`${table}.${column}`) ?? '';
    return `${name}.value`;
  });
  const cells = model.columns.map(
    (column) =>
      `${csvCells.cell(column, valueSql(column.value, scope))} AS ${duckdb.identifier(column.name)}`,
  );
  const conditions = model.population.map(({ condition }) => valueSql(condition, scope));
  for (const { table, columns, rows } of sets.loads()) {
    await loadTable(connection, table, columns, rows);
  }
  const joins = [...tables.values()].map(
    (name) => `LEFT JOIN ${name} ON ${name}."Patient_ID" = t."Patient_ID"`,
  );
  await connection.run(
    `CREATE TABLE final_output AS SELECT t."Patient_ID" AS patient_id, ${cells.join(', ')} FROM people t ${joins.join(' ')} WHERE ${['TRUE', ...conditions].join(' AND ')} ORDER BY 1`,
  );
  if (path !== null) {
    const query = 'SELECT * FROM final_output';
    await writeRows({ session: duckDbSession(connection), model, query, path, format: 'csv' });
  }
  await dropOthers(connection, new Set());
}

/** Makes a table with `Patient_ID` and `value`. */
async function makeVariable(
  connection: DuckDBConnection,
  model: CohortModel,
  date: number | null,
  leaf: CohortModel['columns'][number]['value'],
  name: string,
): Promise<void> {
  const alone: CohortModel = {
    ...model,
    population: [],
    columns: [{ name: 'value', type: 'str', dateLength: null, value: leaf }],
  };
  const plan = planCohort(alone, [date], tppSchema);
  const { loads, prepare } = compile(plan, duckdb);
  for (const { table, columns, rows } of loads) await loadTable(connection, table, columns, rows);
  for (const statement of prepare) {
    if (/^CREATE TABLE "people"/.test(statement)) {
      await connection.run(statement.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
    } else if (/"(remaining|candidates|persons)"/.test(statement.split('\n')[0] ?? '')) {
      // The original has no such tables.
    } else if (statement.startsWith('CREATE')) {
      await connection.run(statement);
    }
  }
  const last = plan.scans.at(-1);
  const place = last?.leaves[0]?.place;
  if (last === undefined || place === undefined) throw new Error('A variable has no rows.');
  await connection.run(
    `CREATE TABLE ${name} AS SELECT "Patient_ID", ${place.column} AS value FROM ${duckdb.identifier(place.table)}`,
  );
}

async function dropOthers(connection: DuckDBConnection, kept: ReadonlySet<string>): Promise<void> {
  const read = await connection.runAndReadAll(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main'`,
  );
  for (const [table] of read.getRowsJson()) {
    if (!kept.has(String(table))) await connection.run(duckdb.dropTable(String(table)));
  }
}
