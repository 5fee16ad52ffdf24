/**
 * When a row counts. Conditions that compare a value of the row with one of the index date alone hold on one stretch of
 * the sorted index dates: 'on or before' from some date on, 'on or after' up to some date. So all dates of a range can be
 * answered from one reading of the rows.
 */
import type { Operation, PatientValue, RowValue } from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';
import type { Cell } from '../oracle/cell.ts';
import { applyOperation } from '../oracle/operations.ts';
import type { Graph } from './graph.ts';

/** `value` compared with a limit that grows with the index date. */
export interface Bound {
  /** Date or int of the row; does not depend on the index date. */
  readonly value: RowValue;
  readonly type: 'date' | 'int';
  /** The limit at each date number. Never falls. */
  readonly limits: readonly number[];
  /** Whether the value must differ from the limit. */
  readonly strict: boolean;
}

/** A row counts from the first date at which all of `enter` hold, up to the last at which all of `exit` hold. */
export interface Window {
  /** value ≤ limit. */
  readonly enter: readonly Bound[];
  /** value ≥ limit. */
  readonly exit: readonly Bound[];
}

/** Longest table of a bound, in days: longer ones are left to be worked out date by date. */
const LONGEST = 80_000;

const mirrored: Partial<Record<Operation, Operation>> = {
  less: 'greater',
  'less-or-equal': 'greater-or-equal',
  greater: 'less',
  'greater-or-equal': 'less-or-equal',
  equal: 'equal',
};

/** The window that a condition stands for, or null if it is none. */
export function windowOf(
  condition: RowValue,
  dates: readonly (number | null)[],
  graph: Graph,
): Window | null {
  if (condition.kind !== 'operation') return null;
  const mirror = mirrored[condition.operation];
  const [left, right] = condition.operands;
  if (mirror === undefined || left === undefined || right === undefined) return null;
  if (!graph.dependsOnIndexDate(left)) {
    return boundsOf(left, condition.operation, right, dates);
  }
  return graph.dependsOnIndexDate(right) ? null : boundsOf(right, mirror, left, dates);
}

/** Both windows at once. */
export function intersect(a: Window, b: Window): Window {
  return { enter: [...a.enter, ...b.enter], exit: [...a.exit, ...b.exit] };
}

function boundsOf(
  value: RowValue,
  operation: Operation,
  limit: RowValue,
  dates: readonly (number | null)[],
): Window | null {
  const type = typeOf(value);
  if ((type !== 'date' && type !== 'int') || type !== typeOf(limit)) return null;
  const limits: number[] = [];
  for (const date of dates) {
    const here = constantAt(limit, date);
    if (typeof here !== 'number' || here < (limits.at(-1) ?? here)) return null;
    limits.push(here);
  }
  if ((limits.at(-1) ?? 0) - (limits[0] ?? 0) > LONGEST) return null;
  const bound = (strict: boolean): Bound => ({ value, type, limits, strict });
  switch (operation) {
    case 'less':
    case 'less-or-equal':
      return { enter: [bound(operation === 'less')], exit: [] };
    case 'greater':
    case 'greater-or-equal':
      return { enter: [], exit: [bound(operation === 'greater')] };
    case 'equal':
      return { enter: [bound(false)], exit: [bound(false)] };
    default:
      return null;
  }
}

/**
 * The value of an expression of the index date alone, or of nothing; undefined if it needs anything else.
 *
 * @param indexDate Undefined where it is not known.
 */
export function constantAt(
  value: RowValue | PatientValue,
  indexDate: number | null | undefined,
): Cell | undefined {
  switch (value.kind) {
    case 'constant':
      return value.value;
    case 'index-date':
      return indexDate;
    case 'operation': {
      const operands: Cell[] = [];
      for (const operand of value.operands) {
        const known = constantAt(operand, indexDate);
        if (known === undefined) return undefined;
        operands.push(known);
      }
      return applyOperation(value.operation, operands);
    }
    default:
      return undefined;
  }
}

/** What a bound says of each day: `first` is the first value of the table; what lies outside counts as the nearest end. */
export interface BoundTable {
  readonly first: number;
  /** Date numbers by `value - first`. */
  readonly numbers: readonly number[];
}

/** First date number whose limit lets a value in: the number of dates if none does. */
export function enterTable({ limits, strict }: Bound): BoundTable {
  return tableOf(limits, (value) => {
    const found = limits.findIndex((limit) => (strict ? value < limit : value <= limit));
    return found === -1 ? limits.length : found;
  });
}

/** Last date number whose limit lets a value in: -1 if none does. */
export function exitTable({ limits, strict }: Bound): BoundTable {
  return tableOf(limits, (value) =>
    limits.findLastIndex((limit) => (strict ? value > limit : value >= limit)),
  );
}

function tableOf(limits: readonly number[], numberAt: (value: number) => number): BoundTable {
  const first = (limits[0] ?? 0) - 1;
  const last = (limits.at(-1) ?? 0) + 1;
  return {
    first,
    numbers: Array.from({ length: last - first + 1 }, (_, index) => numberAt(first + index)),
  };
}

/** The most dates that one row can count at, where that is known: null if it hangs on several values of the row. */
export function mostDates({ enter, exit }: Window, graph: Graph): number | null {
  const [lower, upper] = [exit[0], enter[0]];
  if (lower === undefined || upper === undefined || exit.length > 1 || enter.length > 1)
    return null;
  if (graph.id(lower.value) !== graph.id(upper.value)) return null;
  const enters = enterTable(upper);
  const at = ({ first, numbers }: BoundTable, value: number): number =>
    numbers[Math.min(Math.max(value - first, 0), numbers.length - 1)] ?? 0;
  const exits = exitTable(lower);
  const values = enters.numbers.map((_, index) => enters.first + index);
  return Math.max(
    0,
    ...values.map((value) => at(exits, value) - at(enters, value) + 1),
    ...exits.numbers.map((exit, index) => exit - at(enters, exits.first + index) + 1),
  );
}
