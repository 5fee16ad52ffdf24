/** How long requests lay with whom, month by month, and how they ended. */
import type { Happening, RequestEvent } from './event.ts';
import type { StatusOwner } from './status.ts';
import { type Turnaround, turnaroundOf } from './turnaround.ts';

export interface MonthReport {
  /** `2026-11`, in UTC: of the first submission. */
  readonly month: string;
  readonly submitted: number;
  readonly released: number;
  readonly rejected: number;
  readonly withdrawn: number;
  /** Returns, several of one request included. */
  readonly returned: number;
  /** Medians in milliseconds; null where no request of the month has come so far. */
  readonly firstAnswer: number | null;
  readonly toRelease: number | null;
  readonly held: Readonly<Record<StatusOwner, number>>;
}

/** Months in their order, those without a request between the first and the last included. */
export function turnaroundReport(
  requests: readonly (readonly RequestEvent[])[],
  now: number,
): readonly MonthReport[] {
  const submitted = requests.flatMap((events) => {
    const first = events.find(({ kind }) => kind === 'submitted');
    return first === undefined
      ? []
      : [{ month: monthOf(first.at), events, turnaround: turnaroundOf(events, now) }];
  });
  const byMonth = Map.groupBy(submitted, ({ month }) => month);
  return monthsBetween([...byMonth.keys()]).map((month) => {
    const those = byMonth.get(month) ?? [];
    const ended = (kind: Happening['kind']): number =>
      those.filter(({ events }) => events.some((event) => event.kind === kind)).length;
    const median = (value: (turnaround: Turnaround) => number | null): number | null =>
      medianOf(those.flatMap(({ turnaround }) => value(turnaround) ?? []));
    return {
      month,
      submitted: those.length,
      released: ended('released'),
      rejected: ended('rejected'),
      withdrawn: ended('withdrawn'),
      returned: those.reduce(
        (sum, { events }) =>
          sum +
          events.filter(({ kind }) => kind === 'returned' || kind === 'returned-early').length,
        0,
      ),
      firstAnswer: median(({ firstAnswer }) => firstAnswer),
      toRelease: median(({ toRelease }) => toRelease),
      held: {
        author: median(({ held }) => held.author) ?? 0,
        reviewer: median(({ held }) => held.reviewer) ?? 0,
        system: median(({ held }) => held.system) ?? 0,
      },
    };
  });
}

/** Null for no values; the mean of the middle two for an even number. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

function monthsBetween(months: readonly string[]): readonly string[] {
  const sorted = months.toSorted();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const found: string[] = [];
  const [year = 0, month = 1] = first.split('-').map(Number);
  for (let index = month - 1; ; index += 1) {
    const next = monthOf(Date.UTC(year, index, 1));
    found.push(next);
    if (next >= last) return found;
  }
}
