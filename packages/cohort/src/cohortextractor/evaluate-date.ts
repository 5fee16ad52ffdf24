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

/**
 * The day that an expression stands for, or null when it refers to a column and so differs from patient to patient.
 * Throws `no-such-date` when month or year arithmetic leads to a day that its month does not have (columns' dates are
 * clamped to the end of the month instead, §2.4), and `index-date-missing`.
 */
export function evaluateDate(expression: DateExpression, dates: DatesOfReference): number | null {
  if (expression.kind === 'date') return expression.day;
  const start = startingPoint(expression, dates);
  if (start === null) return null;
  const moved =
    expression.function === null ? start : applyDateFunction[expression.function](start);
  return expression.offset === null ? moved : addOffset(moved, expression.offset, expression);
}

function startingPoint(
  expression: Extract<DateExpression, { kind: 'relative' }>,
  dates: DatesOfReference,
): number | null {
  switch (expression.to.kind) {
    case 'column':
      return null;
    case 'today':
      return dates.today;
    case 'index-date':
      if (dates.indexDate === null) {
        throw studyFaults.error('index-date-missing', {
          expression: printDateExpression(expression),
        });
      }
      return dates.indexDate;
  }
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

function addOffset(day: number, offset: DateOffset, expression: DateExpression): number {
  const noSuchDate = (date: string): never => {
    throw studyFaults.error('no-such-date', { expression: printDateExpression(expression), date });
  };
  if (offset.unit === 'days') {
    const sum = day + offset.count;
    return sum >= FIRST_DAY && sum <= LAST_DAY
      ? sum
      : noSuchDate('date before year 1 or after 9999');
  }
  const date = shiftMonths(day, offset.unit === 'years' ? offset.count * 12 : offset.count);
  const sum = dayOfDate(date.year, date.month, date.day);
  if (sum !== null) return sum;
  return date.year >= 1 && date.year <= 9999
    ? noSuchDate(`${date.day} ${MONTHS[date.month - 1]} ${date.year}`)
    : noSuchDate('date before year 1 or after 9999');
}
