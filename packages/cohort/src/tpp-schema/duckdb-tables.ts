/** The schema as DuckDB's tables. Other databases bring their own; nothing is ever created there. */
import type { ColumnSchema } from './column.ts';
import { type TableName, tableNames, tppSchema } from './schema.ts';

const plainTypes = {
  int: 'INTEGER',
  float: 'DOUBLE',
  bool: 'BOOLEAN',
  date: 'DATE',
  datetime: 'TIMESTAMP',
  str: 'VARCHAR',
} as const;

/** Type of a column in DuckDB. Collation is left to the queries: DuckDB's own comparison is byte by byte. */
export function duckdbType({ type, wide }: ColumnSchema): string {
  return wide === true ? 'BIGINT' : plainTypes[type];
}

/** A name of the schema within a statement. Names of the schema hold no quotation marks. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/**
 * The statement that creates one table, empty.
 *
 * Keys get no index: columnar scans do not use one, and keeping it costs more than all else when rows stream in.
 */
export function duckdbCreateTable(name: TableName): string {
  const columns = Object.entries<ColumnSchema>(tppSchema[name].columns).map(
    ([column, schema]) =>
      `${quoted(column)} ${duckdbType(schema)}${schema.nullable ? '' : ' NOT NULL'}`,
  );
  return `CREATE TABLE ${quoted(name)} (${columns.join(', ')})`;
}

/** The statements that create every table. */
export function duckdbCreateTables(): readonly string[] {
  return tableNames.map(duckdbCreateTable);
}
