import { dayNumber, isoOf, yearMonthDay } from '../calendar.ts';

/** A bar of a chart: what it stands for and how many rows that is. */
export interface Bar {
  readonly label: string;
  readonly count: number;
}

const MOST_BARS = 24;

/** Counts numbers in steps of equal, round width; whole numbers of a narrow range each have a bar of their own. */
export function numberBars(sorted: Float64Array): readonly Bar[] {
  const least = sorted[0];
  const greatest = sorted.at(-1);
  if (least === undefined || greatest === undefined) return [];
  const whole = sorted.every(Number.isInteger);
  const step = roundStep((greatest - least) / MOST_BARS, whole);
  const first = Math.floor(least / step);
  const counts = Array.from({ length: Math.floor(greatest / step) - first + 1 }, () => 0);
  for (const value of sorted) {
    const bar = Math.floor(value / step) - first;
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  // Ten digits, so that 3 steps of 0.1 read 0.3.
  const write = (steps: number): string => String(Number((steps * step).toPrecision(10)));
  return counts.map((count, bar) => {
    const start = first + bar;
    if (!whole) return { label: `${write(start)} to ${write(start + 1)}`, count };
    const last = (start + 1) * step - 1;
    return { label: step === 1 ? write(start) : `${write(start)} to ${last}`, count };
  });
}

/** The next of 1, 2, 5, 10, 20, 50 … or their fractions that is at least as wide. */
function roundStep(width: number, whole: boolean): number {
  if (width <= 0 || (whole && width <= 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= width) ?? 10;
  return factor * power;
}

const DAYS_OF_MONTH = 31;
const DAYS_OF_TEN_YEARS = 3653;

/** Counts days by day, month or year, whichever suits the span. `days` is in ascending order. */
export function dateBars(days: Int32Array): readonly Bar[] {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return [];
  const span = last - first;
  const width = span <= DAYS_OF_MONTH ? 10 : span <= DAYS_OF_TEN_YEARS ? 7 : 4;
  const counts = new Map<string, number>();
  // Every period between the first and the last has a bar, also one that no row falls into.
  for (let day = first; day <= last; day = nextPeriod(day, width)) {
    counts.set(isoOf(day).slice(0, width), 0);
  }
  for (const day of days) {
    const label = isoOf(day).slice(0, width);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => ({ label, count }));
}

function nextPeriod(day: number, width: 4 | 7 | 10): number {
  if (width === 10) return day + 1;
  const { year, month } = yearMonthDay(day);
  if (width === 4 || month === 12) return dayNumber(year + 1, 1, 1);
  return dayNumber(year, month + 1, 1);
}
