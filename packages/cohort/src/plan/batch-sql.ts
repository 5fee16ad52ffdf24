/** Batches of dates: what is made for all of their dates together, and then for each. */
import { BITS } from '../dialect/dialect.ts';
import type { CompiledBatch } from './compile.ts';
import { compileDate } from './date-sql.ts';
import { isFlag } from './patient-sql.ts';
import { type People, peopleOf, STRETCHES } from './people-sql.ts';
import type { Plan } from './plan.ts';
import type { RowsScope } from './rows-sql.ts';
import type { LookupTables } from './set-sql.ts';
import type { WrittenCells } from './written-cells.ts';

/**
 * Dates whose people are worked out together: more share more, fewer need less room. What a flag is at all of them lies in
 * one number, so only what else changes with every date takes a column for each.
 */
export const MOST_DATES: number = BITS;

/** Most columns of a batch that hold a value at one date each, where one of few dates does not have more. */
export const MOST_COLUMNS: number = 64;

/** So many dates share their people however much changes with each. */
export const LEAST_DATES: number = 4;

/** How many dates a batch has at most; all of them where nothing is made for a batch. */
export function datesOfBatch(plan: Plan): number {
  const leaves = [...plan.scans, ...plan.datedScans].flatMap((scan) => scan.leaves);
  const places = leaves.map(({ place }) => place.kind);
  if (!places.includes('stretch') && !places.includes('moment')) return plan.dates.length;
  const values = leaves.filter(
    ({ leaf, place }) => place.kind === 'moment' && !isFlag(leaf),
  ).length;
  const most = Math.floor(MOST_COLUMNS / Math.max(1, values));
  const size = Math.min(MOST_DATES, Math.max(LEAST_DATES, most));
  // The last batch is not to be a small rest.
  return Math.ceil(plan.dates.length / Math.ceil(plan.dates.length / size));
}

export function batchesOf(
  plan: Plan,
  rows: RowsScope,
  lookup: LookupTables,
  cells: WrittenCells | null,
): { readonly batches: readonly CompiledBatch[]; readonly people: People } {
  const { dialect } = rows;
  const people = peopleOf(plan, rows, lookup);
  const size = datesOfBatch(plan);
  const firsts = Array.from(
    { length: Math.ceil(plan.dates.length / size) },
    (_, index) => index * size,
  );
  // The dates are written first: they decide what must be kept of the people.
  const dates = firsts.map((first) =>
    plan.dates
      .slice(first, first + size)
      .map((_, index) => compileDate(plan, rows, lookup, people, first + index, cells)),
  );
  const batches = firsts.map((first, index) => ({
    prepare: people.statements(first, Math.min(first + size, plan.dates.length) - 1),
    dates: dates[index] ?? [],
    release: [dialect.dropTable(STRETCHES)],
  }));
  return { batches, people };
}
