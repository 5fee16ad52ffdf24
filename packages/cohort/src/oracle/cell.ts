/** Cells of the oracle's tables: how they compare and how many become one. */
import type { AggregateFunction, Constant } from '../model/model.ts';

/** As in the model: dates are day numbers, datetimes milliseconds, null is unknown. */
export type Cell = Constant;

export type Row = Readonly<Record<string, Cell>>;

/** The rows of each table. A table that is not named is empty. */
export type Database = Readonly<Record<string, readonly Row[]>>;

/** -1, 0 or 1. Texts by code points, which is the order of their UTF-8 bytes; false before true. Neither may be null. */
export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return Math.sign(Number(a) - Number(b));
}

/** As `compareCells`, with null after everything. */
export function compareNullsLast(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareCells(a, b);
}

/** The same text for the same cells and for no others. */
export function identityOf(cells: readonly Cell[]): string {
  return JSON.stringify(cells);
}

/**
 * One value of those in the rows of a patient or group. `exists` and `count` look at the number of rows only.
 *
 * @param values A value a row.
 */
export function aggregate(name: AggregateFunction, values: readonly Cell[]): Cell {
  if (name === 'exists') return values.length > 0;
  if (name === 'count') return values.length;
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const sum = () => known.reduce((total: number, value) => total + Number(value), 0);
  switch (name) {
    case 'sum':
      return sum();
    case 'mean':
      return sum() / known.length;
    case 'minimum':
      return known.reduce((least, value) => (compareCells(value, least) < 0 ? value : least));
    case 'maximum':
      return known.reduce((most, value) => (compareCells(value, most) > 0 ? value : most));
  }
}
