import type { TableLoad } from '../plan/compile.ts';
import type { Dialect } from './dialect.ts';

/** Rows of one INSERT: SQL Server takes no more than a thousand. */
const ROWS = 999;

/** Statements that make a table of the plan and bring its rows in, for databases that are spoken to in SQL alone. */
export function loadStatements(
  { table, columns, rows }: TableLoad,
  dialect: Dialect,
): readonly string[] {
  const definitions = columns.map(
    ({ name, type }) => `${dialect.identifier(name)} ${dialect.columnType(type)}`,
  );
  const statements = [`CREATE TABLE ${dialect.ownTable(table)} (${definitions.join(', ')})`];
  for (let at = 0; at < rows.length; at += ROWS) {
    const tuples = rows.slice(at, at + ROWS).map((row) => {
      const cells = columns.map(({ type }, index) => dialect.literal(row[index] ?? null, type));
      return `(${cells.join(', ')})`;
    });
    statements.push(`INSERT INTO ${dialect.ownTable(table)} VALUES\n${tuples.join(',\n')}`);
  }
  return statements;
}
