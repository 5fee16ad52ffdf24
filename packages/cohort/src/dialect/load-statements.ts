import type { TableLoad } from '../plan/compile.ts';
import type { Dialect } from './dialect.ts';

/** Most of one INSERT. */
export interface InsertLimits {
  readonly rows: number;
  readonly characters: number;
}

/** SQL Server takes no more than a thousand rows. */
const USUAL: InsertLimits = { rows: 999, characters: 1_000_000 };

/** Statements that make a table of the plan and bring its rows in, for databases that are spoken to in SQL alone. */
export function loadStatements(
  { table, columns, rows }: TableLoad,
  dialect: Dialect,
  limits: InsertLimits = USUAL,
): readonly string[] {
  const definitions = columns.map(
    ({ name, type }) => `${dialect.identifier(name)} ${dialect.columnType(type)}`,
  );
  const statements = [`CREATE TABLE ${dialect.ownTable(table)} (${definitions.join(', ')})`];
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
    if (tuples.length === limits.rows || characters + tuple.length > limits.characters) insert();
    tuples.push(tuple);
    characters += tuple.length;
  }
  insert();
  return statements;
}
