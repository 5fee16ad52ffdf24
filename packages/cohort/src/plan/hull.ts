/**
 * The limits that the rows of a scan keep to, whichever leaf they count for. A database that is told them first looks up
 * codes, and whatever else costs more than a comparison, for those rows alone.
 */
import { operation } from '../model/build.ts';
import type { RowValue } from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';
import type { Graph } from './graph.ts';
import type { PlannedLeaf, Scan } from './plan.ts';
import { constantAt } from './window.ts';

/** Limits of one value of a row; null for none. */
interface Limits {
  readonly value: RowValue;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Conditions that every row fulfils that counts for any leaf at any date.
 *
 * @param day The index date, where the scan is read for one.
 */
export function hullOf(
  { leaves, windows }: Scan,
  graph: Graph,
  day: number | null | undefined,
): readonly RowValue[] {
  const [first, ...others] = leaves.map((leaf) => limitsOf(leaf, windows, graph, day));
  if (first === undefined) return [];
  return [...first].flatMap(([id, own]) => {
    const all = [own, ...others.map((limits) => limits.get(id) ?? null)];
    const lows = all.map((limits) => limits?.low ?? null).filter((low) => low !== null);
    const highs = all.map((limits) => limits?.high ?? null).filter((high) => high !== null);
    const limit = (value: number): RowValue => ({
      kind: 'constant',
      type: typeOf(own.value),
      value,
    });
    return [
      ...(lows.length === all.length
        ? [operation('greater-or-equal', own.value, limit(Math.min(...lows)))]
        : []),
      ...(highs.length === all.length
        ? [operation('less-or-equal', own.value, limit(Math.max(...highs)))]
        : []),
    ];
  });
}

/** Of each value that a leaf limits, by the graph's number. Limits that are strict are taken as if they were not. */
function limitsOf(
  { conditions, window }: PlannedLeaf,
  windows: Scan['windows'],
  graph: Graph,
  day: number | null | undefined,
): ReadonlyMap<number, Limits> {
  const limits = new Map<number, Limits>();
  const add = (value: RowValue, low: number | null, high: number | null): void => {
    const id = graph.id(value);
    const known = limits.get(id);
    limits.set(id, {
      value,
      low:
        known?.low == null || low === null ? (low ?? known?.low ?? null) : Math.max(low, known.low),
      high:
        known?.high == null || high === null
          ? (high ?? known?.high ?? null)
          : Math.min(high, known.high),
    });
  };
  for (const condition of conditions) {
    if (condition.kind !== 'operation') continue;
    const [value, limit] = condition.operands;
    if (value === undefined || limit === undefined || !isCountable(value)) continue;
    const here = constantAt(limit, day);
    if (typeof here !== 'number' || typeOf(limit) !== typeOf(value)) continue;
    if (/^greater/.test(condition.operation)) add(value, here, null);
    if (/^less/.test(condition.operation)) add(value, null, here);
  }
  const own = window === null ? undefined : windows[window]?.window;
  for (const { value, limits: exits } of own?.exit ?? []) add(value, exits[0] ?? null, null);
  for (const { value, limits: enters } of own?.enter ?? []) add(value, null, enters.at(-1) ?? null);
  return limits;
}

/** Days and whole numbers, which a limit cuts without rounding. */
function isCountable(value: RowValue): boolean {
  const type = typeOf(value);
  return type === 'date' || type === 'int';
}
