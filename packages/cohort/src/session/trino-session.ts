/**
 * Trino. There are no temporary tables: those of a run lie in a schema under names that begin in a way of their own, and
 * all tables that begin so are dropped in the end.
 */
import { randomUUID } from 'node:crypto';
import type { TrinoDatabase } from '../database-process/database-address.ts';
import { trinoIn } from '../dialect/trino.ts';
import { trinoLoadStatements } from '../dialect/trino-load.ts';
import { trinoText } from '../dialect/trino-text.ts';
import type { Constant, ValueType } from '../model/model.ts';
import type { ReadColumn, RowsPiece, Session } from './session.ts';
import { type AcceptedTypes, sourceTables } from './source-tables.ts';
import { type TrinoClient, trinoClient } from './trino-client.ts';

/** Types are written in lower case; those with a time zone are none of ours. */
const accepted: AcceptedTypes = {
  int: /^(tinyint|smallint|integer|bigint)$/,
  float: /^(double|real|decimal\(.*\)|tinyint|smallint|integer|bigint)$/,
  bool: /^boolean$/,
  date: /^date$/,
  datetime: /^(timestamp\(\d+\)|timestamp|date)$/,
  str: /^(varchar(\(\d+\))?|char\(\d+\))$/,
};

export interface TrinoUse {
  readonly signal: AbortSignal | undefined;
  readonly log: ((line: string) => void) | undefined;
  /** Told of every page that comes. */
  readonly heard?: () => void;
  readonly client?: TrinoClient;
}

/** What tables of runs begin with: the day as a number, so that leftovers of a killed process can be told from those in use. */
function freshPrefix(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return `vitrine_${day}_${randomUUID().slice(0, 8)}_`;
}

/** Nothing is said to the server before the first statement. */
export function openTrino(
  database: TrinoDatabase,
  { signal, log, heard = () => {}, client = trinoClient(database) }: TrinoUse,
): Session {
  const prefix = freshPrefix();
  const dialect = trinoIn(database.ownSchema, prefix);
  let hasTables = false;
  const run = async (statement: string, until = signal): Promise<void> => {
    hasTables = true;
    for await (const _ of client.pages(statement, until)) heard();
  };
  async function* read(
    query: string,
    columns: readonly ReadColumn[],
    until = signal,
  ): AsyncGenerator<RowsPiece> {
    for await (const { data = [] } of client.pages(query, until)) {
      heard();
      if (data.length === 0) continue;
      yield {
        rows: data.length,
        columns: columns.map(({ type }, index) => data.map((row) => cellOf(row[index], type))),
      };
    }
  }
  const names = async (query: string, size: number, until = signal): Promise<string[][]> => {
    const columns = Array.from({ length: size }, (): ReadColumn => ({ name: '', type: 'str' }));
    const found: string[][] = [];
    for await (const piece of read(query, columns, until)) {
      for (let row = 0; row < piece.rows; row++) {
        found.push(piece.columns.map((column) => String(column[row])));
      }
    }
    return found;
  };
  return {
    dialect,
    files: null,
    run: (statement) => run(statement),
    read: (query, columns) => read(query, columns),
    load: async (table, columns, rows) => {
      for (const statement of trinoLoadStatements({ table, columns, rows }, dialect)) {
        await run(statement);
      }
    },
    describe: async () => {
      const found = await names(
        `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = ${trinoText(database.schema.toLowerCase())}`,
        3,
      );
      return sourceTables(
        found.map(([table = '', column = '', type = '']) => [table, column, type] as const),
        accepted,
        (name) => name.toLowerCase(),
      );
    },
    [Symbol.asyncDispose]: async () => {
      if (!hasTables) return;
      // What was stopped has its tables dropped all the same.
      try {
        const left = await names(
          `SELECT table_name FROM information_schema.tables WHERE table_schema = ${trinoText(database.ownSchema.toLowerCase())} AND starts_with(table_name, ${trinoText(prefix)})`,
          1,
          NEVER,
        );
        for (const [table = ''] of left) {
          await run(dialect.dropTable(table.slice(prefix.length)), NEVER);
        }
      } catch {
        log?.(`Tables that begin with ${prefix} may be left in the schema for tables of runs.`);
      }
    },
  };
}

const NEVER: AbortSignal = new AbortController().signal;

/** Numbers that JSON cannot say come as texts. */
function cellOf(value: unknown, type: ValueType): Constant {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'bool':
      return value === true;
    case 'int':
    case 'float':
      return Number(value);
    case 'str':
      return String(value);
    case 'date':
      return Date.parse(`${String(value)}T00:00:00Z`) / 86_400_000;
    case 'datetime':
      return Date.parse(`${String(value).replace(' ', 'T')}Z`);
  }
}
