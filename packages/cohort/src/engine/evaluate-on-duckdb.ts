/** A model's answers over rows given in this process: what tests compare with other ways to work a model out. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdb, SOURCE } from '../dialect/duckdb.ts';
import type { CohortModel } from '../model/model.ts';
import type { Cohort, Source } from '../oracle/evaluate-cohort.ts';
import { duckDbSession } from '../session/duckdb-session.ts';
import { duckdbType } from '../tpp-schema/duckdb-tables.ts';
import { evaluateOnSession } from './evaluate-on-session.ts';
import { loadTable } from './load-table.ts';
import { openEngine } from './source.ts';

/** Rows of this process within an engine, to be asked by one model after another. */
export interface LoadedRows extends Disposable {
  /**
   * @param dates Day numbers, sorted, each once; or a single null.
   * @returns What the model gives at each date, in their order.
   */
  cohorts(model: CohortModel, dates: readonly (number | null)[]): Promise<readonly Cohort[]>;
}

/** As `LoadedRows.cohorts`, for a single model. */
export async function evaluateOnDuckDb(
  model: CohortModel,
  source: Source,
  dates: readonly (number | null)[],
): Promise<readonly Cohort[]> {
  using loaded = await loadRows(source);
  return await loaded.cohorts(model, dates);
}

/** Opens an engine with the rows as its source. */
export async function loadRows(source: Source): Promise<LoadedRows> {
  const { files, schema } = source;
  const engine = await openEngine({ threads: 2 });
  const { connection } = engine;
  await makeSource(connection, source);
  const session = duckDbSession(connection);
  return {
    cohorts: async (model, dates) => {
      try {
        return await evaluateOnSession(session, { model, schema, files, dates });
      } finally {
        await dropOwnTables(connection);
      }
    },
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}

/** Makes the tables of a source, where `attachSource` would attach them. */
export async function makeSource(
  connection: DuckDBConnection,
  { database, schema }: Source,
): Promise<void> {
  await connection.run(`CREATE SCHEMA ${SOURCE}`);
  for (const [table, { columns }] of Object.entries(schema)) {
    const definitions = Object.entries(columns).map(
      ([column, one]) => `${duckdb.identifier(column)} ${duckdbType(one)}`,
    );
    const target = duckdb.sourceTable(table, {});
    await connection.run(`CREATE TABLE ${target} (${definitions.join(', ')})`);
    const typed = Object.entries(columns).map(([name, { type }]) => ({ name, type }));
    const rows = (database[table] ?? []).map((row) => typed.map(({ name }) => row[name] ?? null));
    if (rows.length === 0) continue;
    await loadTable(connection, 'incoming', typed, rows);
    await connection.run(`INSERT INTO ${target} SELECT * FROM incoming`);
    await connection.run('DROP TABLE incoming');
  }
}

/** What a plan left behind for the next one to stumble over. */
export async function dropOwnTables(connection: DuckDBConnection): Promise<void> {
  const left = await connection.runAndReadAll(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main'`,
  );
  for (const [table] of left.getRows()) await connection.run(duckdb.dropTable(String(table)));
}
