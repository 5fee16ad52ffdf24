/**
 * Calendar arithmetic on day numbers: whole days since 1970-01-01 in the proleptic Gregorian calendar, for the years
 * 1 to 9999 that Python's dates have. Pure integer arithmetic, so that it can run once a row.
 */

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** 0001-01-01, the first day there is. */
export const FIRST_DAY: number = -719_162;

/** 9999-12-31, the last day there is. */
export const LAST_DAY: number = 2_932_896;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days of 400 years, after which the calendar repeats itself. */
const ERA = 146_097;

/** Days from 0000-03-01, where years that end with the leap day begin, to 1970-01-01. */
const EPOCH = 719_468;

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Length of a month; `month` is 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** Day number of a date that is known to exist. A month or day out of range gives a wrong number: see `dayOfDate`. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA + dayOfEra - EPOCH;
}

/** Day number of a date, or null when there is no such day. */
export function dayOfDate(year: number, month: number, day: number): number | null {
  const real =
    year >= 1 &&
    year <= 9999 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month);
  return real ? dayNumber(year, month, day) : null;
}

/** Year, month and day of a day number. */
export function yearMonthDay(day: number): CalendarDate {
  const z = day + EPOCH;
  const era = Math.floor(z / ERA);
  const dayOfEra = z - era * ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Day number of `YYYY-MM-DD`, exactly in that form; null for other text and for days that do not exist. */
export function dayOf(iso: string): number | null {
  const match = ISO.exec(iso);
  return match === null ? null : dayOfDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `YYYY-MM-DD` of a day number. */
export function isoOf(day: number): string {
  const date = yearMonthDay(day);
  return isoText(date.year, date.month, date.day);
}

/** `YYYY-MM-DD` of three numbers, whether or not there is such a day. */
export function isoText(year: number, month: number, day: number): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** The date that many months on, which need not exist: 31 January plus one month is 31 February. */
export function shiftMonths(day: number, count: number): CalendarDate {
  const date = yearMonthDay(day);
  const months = date.year * 12 + (date.month - 1) + count;
  const year = Math.floor(months / 12);
  return { year, month: months - year * 12 + 1, day: date.day };
}

/** That many months on (back when negative), or null when the month has no such day. */
export function addMonths(day: number, count: number): number | null {
  const date = shiftMonths(day, count);
  return dayOfDate(date.year, date.month, date.day);
}
