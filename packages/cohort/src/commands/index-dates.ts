/** The dates of `--index-date-range` (cohort-extractor §5.2). */
import { addMonths, dayOf, isoOf, isoText, shiftMonths } from '../calendar.ts';
import { commandFaults } from './faults.ts';

/** More dates than this are a slip: 10,000 weeks are 190 years. */
const LIMIT = 10_000;

const RANGE = /^(?<start>.*?)(?:\s+to\s+(?<end>.*?)(?:\s+by\s+(?<period>.*))?)?$/s;

/**
 * ISO dates of `DATE`, `DATE to DATE` or `DATE to DATE by week|month`, latest first: later data is of more interest, so it
 * is extracted first. Steps are a month where none is given; the start is always among the dates, the end only when a step
 * meets it. `today` stands for the date given.
 *
 * @throws FaultError index-dates-…
 */
export function indexDates(range: string, today: string): readonly string[] {
  const parts = RANGE.exec(range.trim())?.groups ?? {};
  const dayIn = (part: string): number => {
    const day = dayOf(part === 'today' ? today : part);
    if (day !== null) return day;
    const problem = /^\d{4}-\d{2}-\d{2}$/.test(part) ? 'a day that does not exist' : 'not a date';
    throw commandFaults.error('index-dates-malformed', { range, part, problem });
  };
  const start = dayIn(parts['start'] ?? '');
  const end = parts['end'] === undefined ? start : dayIn(parts['end']);
  const period = parts['period'] ?? 'month';
  if (period !== 'week' && period !== 'month') {
    throw commandFaults.error('index-dates-period', { period });
  }
  if (end < start) throw commandFaults.error('index-dates-reversed', { range });
  const days: number[] = [];
  for (let day = start; day <= end; day = next(start, days.length, period, end)) {
    if (days.length === LIMIT) throw commandFaults.error('index-dates-too-many', { limit: LIMIT });
    days.push(day);
  }
  return days.reverse().map(isoOf);
}

/** The date `count` steps after the start. A month without that day matters only where the range reaches it. */
function next(start: number, count: number, period: 'week' | 'month', end: number): number {
  if (period === 'week') return start + 7 * count;
  const day = addMonths(start, count);
  if (day !== null) return day;
  const { year, month, day: missing } = shiftMonths(start, count);
  const text = isoText(year, month, missing);
  if (year > 9999 || text > isoOf(end)) return end + 1;
  throw commandFaults.error('index-dates-month-end', { start: isoOf(start), missing: text });
}
