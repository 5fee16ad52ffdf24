/**
 * Values that several others are made of. Written out wherever they are needed they would grow with every use, and columns of
 * columns of columns would fill megabytes; so they become columns of queries around the rows, level by level.
 */
import type { PatientValue } from '../model/model.ts';
import { operandsOf } from '../model/operands.ts';
import type { Graph } from './graph.ts';
import { type Scope, type Value, valueSql } from './value-sql.ts';

/** Parts of a value below which it is written out at every use. */
const LEAST_SIZE = 4;

/** Letters of a scope's own value beyond which it is one of several parts. */
const SHORT = 48;

export interface SharedValues {
  /** The scope given, in which shared values are columns. */
  readonly scope: Scope;
  /** Whether any value is shared: `around` must then be used, and what stood in the rows is seen through it alone. */
  readonly any: boolean;
  /**
   * A FROM item of the scope's alias, with the shared values as further columns.
   *
   * @param from FROM items, one of them of that alias, and perhaps WHERE.
   * @param items What else of these must be seen.
   */
  around(from: string, items?: readonly string[]): string;
}

/**
 * @param values Those that are wanted; one that is written several times stands there as often.
 * @param alias Of the rows whose columns `scope` gives; what it gives of others is made a column, too.
 */
export function shareValues(
  values: readonly PatientValue[],
  scope: Scope,
  graph: Graph,
  alias: string,
): SharedValues {
  const uses = new Map<number, number>();
  /** Each value behind those that it is made of. */
  const ordered: PatientValue[] = [];
  const visit = (value: PatientValue): void => {
    const id = graph.id(value);
    const known = uses.get(id) ?? 0;
    uses.set(id, known + 1);
    // What no rows are needed for is short, or known beforehand.
    if (known > 0 || graph.leavesOf(value).length === 0) return;
    if (scope.own(value) === null) for (const [, operand] of operandsOf(value)) visit(operand);
    ordered.push(value);
  };
  for (const value of values) visit(value);

  const sizes = new Map<number, number>();
  const sizeOf = (value: PatientValue): number => sizes.get(graph.id(value)) ?? 1;
  for (const value of ordered) {
    const own = scope.own(value);
    const parts = operandsOf(value).reduce((sum, [, operand]) => sum + sizeOf(operand), 1);
    sizes.set(graph.id(value), own === null ? parts : own.length > SHORT ? LEAST_SIZE : 1);
  }
  const isShared = (value: PatientValue): boolean =>
    (uses.get(graph.id(value)) ?? 0) > 1 && sizeOf(value) >= LEAST_SIZE;
  const any = ordered.some(isShared);

  const columns = new Map<number, { readonly name: string; readonly level: number }>();
  const needs = new Map<number, number>();
  const levels: string[][] = [];
  const ownOf = (value: Value): string | null => {
    const column = columns.get(graph.id(value));
    return column === undefined ? scope.own(value) : `${alias}.${column.name}`;
  };
  const shared: Scope = { ...scope, own: ownOf };
  for (const value of any ? ordered : []) {
    const id = graph.id(value);
    const own = scope.own(value);
    const level =
      own === null
        ? Math.max(0, ...operandsOf(value).map(([, operand]) => needs.get(graph.id(operand)) ?? 0))
        : 0;
    needs.set(id, level);
    const isElsewhere = own !== null && !own.startsWith(`${alias}.`);
    if (!isShared(value) && !isElsewhere) continue;
    const name = `s${columns.size}`;
    const sql = own ?? valueSql(value, shared);
    levels[level] = [...(levels[level] ?? []), `${sql} AS ${name}`];
    columns.set(id, { name, level });
    needs.set(id, level + 1);
  }
  return {
    scope: shared,
    any,
    around: (from, items = []) => {
      // A level may be empty when only what lies elsewhere was to be seen.
      const all = Array.from(levels, (level) => level ?? []);
      const [first = [], ...others] = all;
      const start = `(SELECT ${[`${alias}.*`, ...items, ...first].join(',\n  ')}\nFROM ${from}) ${alias}`;
      return others.reduce(
        (inner, level) =>
          `(SELECT ${[`${alias}.*`, ...level].join(',\n  ')}\nFROM ${inner}) ${alias}`,
        start,
      );
    },
  };
}
