import type { TableLoad } from '../plan/compile.ts';
import type { Dialect } from './dialect.ts';

/** Most of one INSERT: SQL Server takes no more than a thousand rows. */
const LIMITS = { rows: 999, characters: 1_000_000 } as const;

/** The statement that makes an empty table of the plan. */
export function emptyTable({ table, columns }: TableLoad, dialect: Dialect): string {
  const definitions = columns.map(
    ({ name, type }) => `${dialect.identifier(name)} ${dialect.columnType(type)}`,
  );
  return `CREATE TABLE ${dialect.ownTable(table)} (${definitions.join(', ')})`;
}

/** Statements that make a table of the plan and bring its rows in, for databases that are spoken to in SQL alone. */
export function loadStatements(load: TableLoad, dialect: Dialect): readonly string[] {
  const { table, columns, rows } = load;
  const statements = [emptyTable(load, dialect)];
  let tuples: string[] = [];
  let characters = 0;
  const insert = (): void => {
    if (tuples.length > 0) {
      statements.push(`INSERT INTO ${dialect.ownTable(table)} VALUES\n${tuples.join(',\n')}`);
    }
    tuples = [];
    characters = 0;
  };
  for (const row of rows) {
    const cells = columns.map(({ type }, index) => dialect.literal(row[index] ?? null, type));
    const tuple = `(${cells.join(', ')})`;
    if (tuples.length === LIMITS.rows || characters + tuple.length > LIMITS.characters) insert();
    tuples.push(tuple);
    characters += tuple.length;
  }
  insert();
  return statements;
}
