/** A real Trino for tests, with its tables in memory. The first file that asks for it starts it; it ends with the run. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { FaultError } from '@vitrine/pipeline';
import type { TrinoDatabase } from '../database-process/database-address.ts';
import { trinoIn } from '../dialect/trino.ts';
import { trinoLoadStatements } from '../dialect/trino-load.ts';
import type { Constant } from '../model/model.ts';
import type { Schema } from '../plan/plan.ts';
import { trinoClient } from './trino-client.ts';

const START = fileURLToPath(new URL('../../../../tools/test-trino/start.sh', import.meta.url));

/** The process of the whole run, whichever way it starts its files. */
const RUN = isMainThread ? process.ppid : process.pid;

export interface TrinoServer {
  readonly port: number;
  readonly pid: number;
}

/** Rows of a table, column by column in the order of the schema. */
export type RowsOf = (
  table: string,
  columns: readonly string[],
) => Promise<readonly (readonly Constant[])[]> | readonly (readonly Constant[])[];

/** @param name Whoever says the same name has the same server. */
export async function startTrino(name = 'shared'): Promise<TrinoServer> {
  const child = spawn('sh', [START, `${RUN}-${name}`, String(RUN)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port = '', pid = ''] = (await text(child.stdout)).trim().split(' ');
  if (pid === '') throw new Error('Trino did not start');
  await untilTablesAreRead(trinoDatabase(Number(port), 'default', 'default'));
  return { port: Number(port), pid: Number(pid) };
}

/** A server that answers knows only some seconds later that its one node may read tables; until then it refuses to. */
async function untilTablesAreRead(database: TrinoDatabase): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await sayTo(database, 'CREATE TABLE IF NOT EXISTS "default".ready AS SELECT 1 AS one');
      await sayTo(database, 'SELECT one FROM "default".ready');
      return;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : null;
      const isPassing =
        cause instanceof FaultError && cause.diagnostics[0]?.code === 'database-passing-fault';
      if (!isPassing || tries === 100) throw error;
      await setTimeout(200);
    }
  }
}

/** Schemas of the server, which must be there: one of the records, one of the tables of runs. */
export function trinoDatabase(port: number, schema: string, ownSchema: string): TrinoDatabase {
  return {
    engine: 'trino',
    host: '127.0.0.1',
    port,
    isEncrypted: false,
    user: 'vitrine',
    password: null,
    catalog: 'memory',
    schema,
    ownSchema,
  };
}

/** Says a statement and gives its rows. What Trino says against it is shown: this is no patient's record. */
export async function sayTo(
  database: TrinoDatabase,
  statement: string,
): Promise<readonly (readonly unknown[])[]> {
  const rows: (readonly unknown[])[] = [];
  try {
    for await (const { data = [] } of trinoClient(database).pages(statement)) rows.push(...data);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    throw new Error(`${await lastWords(database)}\n${statement.slice(0, 5000)}`, { cause: error });
  }
  return rows;
}

/** What Trino itself says of the query that failed last. */
export async function lastWords({ port, user }: TrinoDatabase): Promise<string> {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/query${path}`, {
      headers: { 'X-Trino-User': user },
    });
    return await answer.json();
  };
  const failed = (await ask('?state=FAILED')) as { queryId: string; query: string }[];
  const last = failed.toSorted((a, b) => (a.queryId < b.queryId ? 1 : -1))[0];
  if (last === undefined) return 'nothing failed';
  const told = (await ask(`/${last.queryId}`)) as { failureInfo?: { message?: string } };
  return `${told.failureInfo?.message}\n${last.query.slice(0, 5000)}`;
}

/** Makes the two schemas, and in that of the records the tables with their rows. */
export async function makeRecords(
  database: TrinoDatabase,
  schema: Schema,
  rowsOf: RowsOf,
): Promise<void> {
  for (const name of [database.schema, database.ownSchema]) {
    await sayTo(database, `CREATE SCHEMA IF NOT EXISTS ${name}`);
  }
  const dialect = trinoIn(database.schema, '');
  // Tables of records keep their own names.
  const named = {
    ...dialect,
    ownTable: (name: string) => `${database.schema}.${dialect.identifier(name)}`,
  };
  for (const [table, { columns }] of Object.entries(schema)) {
    const typed = Object.entries(columns).map(([name, { type }]) => ({ name, type }));
    const rows = await rowsOf(
      table,
      typed.map(({ name }) => name),
    );
    for (const statement of trinoLoadStatements({ table, columns: typed, rows }, named)) {
      await sayTo(database, statement);
    }
  }
}

/** Names of the tables of runs that are there. */
export async function tablesOfRuns(database: TrinoDatabase): Promise<readonly string[]> {
  const found = await sayTo(
    database,
    `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database.ownSchema}'`,
  );
  return found.map(([name]) => String(name));
}
