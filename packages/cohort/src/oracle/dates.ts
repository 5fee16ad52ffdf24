/** The model's operations on day numbers. Results outside the years 1 to 9999 are null. */
import {
  dayNumber,
  dayOf,
  dayOfDate,
  daysInMonth,
  FIRST_DAY,
  LAST_DAY,
  shiftMonths,
  yearMonthDay,
} from '../calendar.ts';

const MILLISECONDS_PER_DAY = 86_400_000;

export function dayOfMoment(milliseconds: number): number {
  return Math.floor(milliseconds / MILLISECONDS_PER_DAY);
}

export function addDays(day: number, count: number): number | null {
  const result = day + count;
  return result >= FIRST_DAY && result <= LAST_DAY ? result : null;
}

/** Keeps the day, or takes the last of a shorter month. */
export function addMonthsClamped(day: number, count: number): number | null {
  const date = shiftMonths(day, count);
  return dayOfDate(date.year, date.month, Math.min(date.day, daysInMonth(date.year, date.month)));
}

export function yearsBetween(from: number, to: number): number {
  const years = yearMonthDay(to).year - yearMonthDay(from).year;
  const anniversary = addMonthsClamped(from, years * 12);
  return anniversary !== null && anniversary > to ? years - 1 : years;
}

/** The first day of the twelve months that begin with a month and hold the day. */
export function firstDayOfYearFrom(month: number, day: number): number | null {
  const date = yearMonthDay(day);
  return dayOfDate(date.month < month ? date.year - 1 : date.year, month, 1);
}

/** The last day of those twelve months. */
export function lastDayOfYearFrom(month: number, day: number): number | null {
  const date = yearMonthDay(day);
  const next = dayNumber(date.month < month ? date.year : date.year + 1, month, 1);
  return addDays(next, -1);
}

export function firstDayOfMonth(day: number): number {
  return day - yearMonthDay(day).day + 1;
}

export function lastDayOfMonth(day: number): number {
  const { year, month } = yearMonthDay(day);
  return firstDayOfMonth(day) + daysInMonth(year, month) - 1;
}

export function parseDayMonthYear(text: string): number | null {
  const match = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text);
  return match === null ? null : dayOf(`${match[3]}-${match[2]}-${match[1]}`);
}

export function parseIsoDate(text: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:$|[ T])/.exec(text);
  return match === null ? null : dayOf(match[1] ?? '');
}
