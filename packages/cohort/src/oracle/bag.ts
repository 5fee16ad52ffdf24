import { identityOf, type Row } from './cell.ts';

/** A bag of rows, and its columns even when it is empty. */
export interface Bag {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** These columns of a row, null where it has none. */
export function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
}

/** Rows that agree in the columns, null with null; each group has a row at least. */
export function groups(
  rows: readonly Row[],
  columns: readonly string[],
): readonly (readonly [Row, ...Row[]])[] {
  const identity = (row: Row): string => identityOf(columns.map((name) => row[name] ?? null));
  return [...Map.groupBy(rows, identity).values()].map(([first = {}, ...rest]) => [first, ...rest]);
}
