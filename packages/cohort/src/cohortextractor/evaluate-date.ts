/** The value of date expressions that do not depend on a patient (cohort-extractor §2.3). */
import {
  dayNumber,
  dayOfDate,
  daysInMonth,
  FIRST_DAY,
  LAST_DAY,
  shiftMonths,
  yearMonthDay,
} from '../calendar.ts';
import type { DateExpression, DateFunction, DateOffset } from './date-expression.ts';
import { studyFaults } from './faults.ts';
import { printDateExpression } from './parse-date-expression.ts';

/** What date expressions count from, as day numbers. */
export interface DatesOfReference {
  /** Null when the study has no index date. */
  readonly indexDate: number | null;
  readonly today: number;
}

/** First month of the years that do not start in January, and how long after 1 January of it they start. */
const yearStart = { year: 1, nhs_financial_year: 4, school_year: 9 } as const;

/** First and last day of the year that `day` lies in, for years that begin with month `first`. */
function yearAround(day: number, first: number): { first: number; last: number } {
  const { year, month } = yearMonthDay(day);
  const start = month < first ? year - 1 : year;
  return { first: dayNumber(start, first, 1), last: dayNumber(start + 1, first, 1) - 1 };
}

function monthAround(day: number): { first: number; last: number } {
  const { year, month } = yearMonthDay(day);
  const first = dayNumber(year, month, 1);
  return { first, last: first + daysInMonth(year, month) - 1 };
}

/** What each date function does to a day number. The database engine's own versions are held against these. */
export const applyDateFunction: Readonly<Record<DateFunction, (day: number) => number>> = {
  first_day_of_month: (day) => monthAround(day).first,
  last_day_of_month: (day) => monthAround(day).last,
  first_day_of_year: (day) => yearAround(day, yearStart.year).first,
  last_day_of_year: (day) => yearAround(day, yearStart.year).last,
  first_day_of_nhs_financial_year: (day) => yearAround(day, yearStart.nhs_financial_year).first,
  last_day_of_nhs_financial_year: (day) => yearAround(day, yearStart.nhs_financial_year).last,
  first_day_of_school_year: (day) => yearAround(day, yearStart.school_year).first,
  last_day_of_school_year: (day) => yearAround(day, yearStart.school_year).last,
};

/** What came of working a date out. `day` is null when it differs from patient to patient. */
export type ResolvedDate =
  | { readonly day: number | null }
  /** Where month or year arithmetic led, in words. */
  | { readonly noSuchDate: string }
  | { readonly needsIndexDate: true };

/** Works a date out, without throwing. */
export function resolveDate(expression: DateExpression, dates: DatesOfReference): ResolvedDate {
  if (expression.kind === 'date') return { day: expression.day };
  const { to, offset } = expression;
  if (to.kind === 'column') return { day: null };
  const start = to.kind === 'today' ? dates.today : dates.indexDate;
  if (start === null) return { needsIndexDate: true };
  const moved =
    expression.function === null ? start : applyDateFunction[expression.function](start);
  return offset === null ? { day: moved } : addOffset(moved, offset);
}

/**
 * The day that an expression stands for, or null when it refers to a column and so differs from patient to patient.
 * Throws `no-such-date` when month or year arithmetic leads to a day that its month does not have (columns' dates are
 * clamped to the end of the month instead, §2.4), and `index-date-missing`.
 */
export function evaluateDate(expression: DateExpression, dates: DatesOfReference): number | null {
  const resolved = resolveDate(expression, dates);
  if ('day' in resolved) return resolved.day;
  const text = printDateExpression(expression);
  throw 'noSuchDate' in resolved
    ? studyFaults.error('no-such-date', { expression: text, date: resolved.noSuchDate })
    : studyFaults.error('index-date-missing', { expression: text });
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const OUT_OF_RANGE: ResolvedDate = { noSuchDate: 'date before year 1 or after 9999' };

function addOffset(day: number, offset: DateOffset): ResolvedDate {
  if (offset.unit === 'days') {
    const sum = day + offset.count;
    return sum >= FIRST_DAY && sum <= LAST_DAY ? { day: sum } : OUT_OF_RANGE;
  }
  const date = shiftMonths(day, offset.unit === 'years' ? offset.count * 12 : offset.count);
  if (date.year < 1 || date.year > 9999) return OUT_OF_RANGE;
  const sum = dayOfDate(date.year, date.month, date.day);
  return sum === null
    ? { noSuchDate: `${date.day} ${MONTHS[date.month - 1]} ${date.year}` }
    : { day: sum };
}
