/** Where the rows go: into one file of DuckDB, or into a folder of Parquet files. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnSchema } from '../tpp-schema/column.ts';
import { duckdbCreateTable, duckdbType, quoted } from '../tpp-schema/duckdb-tables.ts';
import { type TableName, tableNames, tppSchema } from '../tpp-schema/schema.ts';
import { text } from './draws.ts';

export interface Target {
  /**
   * Writes the rows of a SELECT, after those that are there, in its order.
   *
   * @returns How many rows they were.
   */
  write(table: TableName, select: string): Promise<number>;
  /** Ends the writing and gives the whole its name. */
  finish(path: string): Promise<void>;
}

/** Kind of database at a path: a name that ends in .duckdb or .db is one file, every other a folder. */
export function targetKind(path: string): 'duckdb' | 'parquet' {
  return /\.(duckdb|db)$/i.test(path) ? 'duckdb' : 'parquet';
}

/** Prepares the target in a work folder on the disk of its path. */
export async function openTarget(
  kind: 'duckdb' | 'parquet',
  work: string,
  connection: DuckDBConnection,
): Promise<Target> {
  return kind === 'duckdb' ? duckdbFile(work, connection) : parquetFolder(work, connection);
}

async function duckdbFile(work: string, connection: DuckDBConnection): Promise<Target> {
  const file = join(work, 'synthetic.duckdb');
  await connection.run(`ATTACH ${text(file)} AS target`);
  await connection.run('USE target');
  for (const table of tableNames) await connection.run(duckdbCreateTable(table));
  await connection.run('USE memory');
  return {
    write: async (table, select) => {
      const { rowsChanged } = await connection.run(
        `INSERT INTO target.${quoted(table)} ${inSchema(table, select)}`,
      );
      return rowsChanged;
    },
    finish: async (path) => {
      await connection.run('CHECKPOINT target');
      await connection.run('DETACH target');
      await rename(file, path);
    },
  };
}

/** One folder a table with one file a slice, each of rows that come after those of the file before it. */
async function parquetFolder(work: string, connection: DuckDBConnection): Promise<Target> {
  const folder = join(work, 'synthetic');
  await mkdir(folder);
  const files = new Map<TableName, number>();
  return {
    write: async (table, select) => {
      const number = files.get(table) ?? 0;
      files.set(table, number + 1);
      if (number === 0) await mkdir(join(folder, table));
      const file = join(folder, table, `part-${String(number).padStart(5, '0')}.parquet`);
      const reader = await connection.runAndReadAll(
        `COPY (${inSchema(table, select)}) TO ${text(file)} (FORMAT parquet)`,
      );
      return Number(reader.getRows()[0]?.[0] ?? 0);
    },
    finish: (path) => rename(folder, path),
  };
}

/** The rows with exactly the columns of the schema, in its order and types. A column too few or unknown is an error. */
function inSchema(table: TableName, select: string): string {
  const columns = Object.entries<ColumnSchema>(tppSchema[table].columns).map(
    ([name, schema]) => `CAST(${quoted(name)} AS ${duckdbType(schema)}) AS ${quoted(name)}`,
  );
  return `SELECT ${columns.join(', ')} FROM (${select})`;
}
