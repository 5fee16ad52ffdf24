/** Batches of dates: what is made for all of their dates together, and then for each. */
import type { CompiledBatch } from './compile.ts';
import { compileDate } from './date-sql.ts';
import { type People, peopleOf, STRETCHES } from './people-sql.ts';
import type { Plan } from './plan.ts';
import type { RowsScope } from './rows-sql.ts';
import type { LookupTables } from './set-sql.ts';
import type { WrittenCells } from './written-cells.ts';

/** Dates whose people are worked out together. More dates share more, fewer need less memory. */
const BATCH = 16;

export function batchesOf(
  plan: Plan,
  rows: RowsScope,
  lookup: LookupTables,
  cells: WrittenCells | null,
): { readonly batches: readonly CompiledBatch[]; readonly people: People } {
  const { dialect } = rows;
  const people = peopleOf(plan, rows, lookup);
  const moving = [...plan.places.values()].some(
    ({ kind }) => kind === 'stretch' || kind === 'moment',
  );
  const size = moving
    ? Math.ceil(plan.dates.length / Math.ceil(plan.dates.length / BATCH))
    : plan.dates.length;
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
