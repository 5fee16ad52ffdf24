/** A model's answers over rows given in this process: what tests compare with other ways to work a model out. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdb, SOURCE } from '../dialect/duckdb.ts';
import type { CohortModel, Constant } from '../model/model.ts';
import type { Cohort, Source } from '../oracle/evaluate-cohort.ts';
import { type CompiledPlan, compile } from '../plan/compile.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import { duckDbSession } from '../session/duckdb-session.ts';
import { duckdbType } from '../tpp-schema/duckdb-tables.ts';
import { loadTable } from './load-table.ts';
import { runPlan, type StudyFiles } from './run-plan.ts';
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
export async function loadRows({ database, files, schema }: Source): Promise<LoadedRows> {
  const engine = await openEngine({ threads: 2 });
  const { connection } = engine;
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
  return {
    cohorts: async (model, dates) => {
      try {
        return await cohortsOf(
          connection,
          compile(planCohort(model, dates, schema), duckdb),
          files,
        );
      } finally {
        await dropOwnTables(connection);
      }
    },
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}

async function cohortsOf(
  connection: DuckDBConnection,
  plan: CompiledPlan,
  files: StudyFiles,
): Promise<readonly Cohort[]> {
  const cohorts: Cohort[] = [];
  for await (const { query, remaining } of runPlan(duckDbSession(connection), plan, files)) {
    const plain = plan.model.columns.map(({ name, type }) => {
      const column = duckdb.identifier(name);
      if (type === 'date') return `(${column} - DATE '1970-01-01') AS ${column}`;
      return type === 'int' || type === 'float' ? `CAST(${column} AS DOUBLE) AS ${column}` : column;
    });
    const read = await connection.runAndReadAll(
      `SELECT ${['CAST(patient_id AS DOUBLE) AS patient_id', ...plain].join(', ')} FROM (${query})`,
    );
    const rows = read.getRowsJS().map((row) =>
      Object.fromEntries(
        ['patient_id', ...plan.model.columns.map(({ name }) => name)].map((name, index) => {
          const value = row[index] ?? null;
          return [name, typeof value === 'bigint' ? Number(value) : (value as Constant)];
        }),
      ),
    );
    cohorts.push({ rows, remaining: remaining.slice(1) });
  }
  return cohorts;
}

/** What a plan left behind for the next one to stumble over. */
async function dropOwnTables(connection: DuckDBConnection): Promise<void> {
  const left = await connection.runAndReadAll(
    'SELECT table_name FROM duckdb_tables() WHERE temporary',
  );
  for (const [table] of left.getRows()) await connection.run(duckdb.dropTable(String(table)));
}
