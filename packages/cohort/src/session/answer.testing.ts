/** What a listener of a test answers to a statement, and answers that DuckDB works out. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Constant, ValueType } from '../model/model.ts';
import { duckDbSession } from './duckdb-session.ts';
import { type ReadColumn, readRows } from './session.ts';
import type { Translator } from './translator.testing.ts';

export type Answer =
  | {
      readonly kind: 'rows';
      readonly columns: readonly ReadColumn[];
      readonly rows: readonly (readonly Constant[])[];
    }
  | {
      readonly kind: 'error';
      readonly number: number;
      readonly name: string;
      readonly message: string;
    }
  /** The connection ends without a word. */
  | { readonly kind: 'drop' }
  /** Nothing comes until the client gives up. */
  | { readonly kind: 'silence' };

export const nothing: Answer = { kind: 'rows', columns: [], rows: [] };

/** The answer of the server to a statement: rows that DuckDB finds for what sqlglot makes of it. */
export async function answerOnDuckDb(
  connection: DuckDBConnection,
  translator: Translator,
  statement: string,
): Promise<Answer> {
  const statements = await translator.translate(statement);
  const last = statements.at(-1) ?? '';
  if (!/^\s*SELECT/i.test(last)) {
    for (const one of statements) await connection.run(one);
    return nothing;
  }
  const described = await connection.runAndReadAll(`DESCRIBE ${last}`);
  const columns = described.getRows().map(([name, type]): ReadColumn => {
    return { name: String(name), type: typeOf(String(type)) };
  });
  return { kind: 'rows', columns, rows: await readRows(duckDbSession(connection), last, columns) };
}

function typeOf(type: string): ValueType {
  if (/INT/.test(type)) return 'int';
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return 'float';
  if (type === 'BOOLEAN') return 'bool';
  if (type === 'DATE') return 'date';
  return /^TIMESTAMP/.test(type) ? 'datetime' : 'str';
}
