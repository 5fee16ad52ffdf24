/** A session that speaks T-SQL to DuckDB, by way of sqlglot: what whole plans in it mean. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { loadStatements } from '../dialect/load-statements.ts';
import { mssql } from '../dialect/mssql.ts';
import { duckDbSession } from './duckdb-session.ts';
import type { Session } from './session.ts';
import type { Translator } from './translator.testing.ts';

/** @param connection With the translator's own functions, and a search path on which the tables of the source lie. */
export function translatedSession(connection: DuckDBConnection, translator: Translator): Session {
  const embedded = duckDbSession(connection);
  const run = async (statement: string): Promise<void> => {
    for (const one of await translator.translate(statement)) {
      await told(embedded.run(one), statement, one);
    }
  };
  return {
    ...embedded,
    dialect: mssql,
    files: null,
    run,
    read: async function* (query, columns) {
      const [one = ''] = await translator.translate(query);
      const pieces = embedded.read(one, columns)[Symbol.asyncIterator]();
      for (;;) {
        const next = await told(pieces.next(), query, one);
        if (next.done === true) return;
        yield next.value;
      }
    },
    load: async (table, columns, rows) => {
      for (const statement of loadStatements({ table, columns, rows }, mssql)) {
        await run(statement);
      }
    },
  };
}

/** What a test shows must hold the statement and what became of it. */
async function told<Result>(
  work: Promise<Result>,
  statement: string,
  translation: string,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${String(error).slice(0, 500)}\n${statement}\n${translation}`);
  }
}

/** What statements of another database left behind, as when its connection ends. */
export async function dropTemporaryTables(connection: DuckDBConnection): Promise<void> {
  const left = await connection.runAndReadAll(
    'SELECT table_name FROM duckdb_tables() WHERE temporary',
  );
  for (const [table] of left.getRows()) {
    await connection.run(`DROP TABLE temp."${String(table).replaceAll('"', '""')}"`);
  }
}
