/** Values as people and programs write them into CSV files, read as pandas reads them. */
import { dayOfDate } from '../calendar.ts';
import type { DateFormat } from '../table.ts';

/** What pandas takes for a missing value. R writes NA. */
const MISSING = new Set(
  '|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null'.split(
    '|',
  ),
);

export function isMissing(text: string): boolean {
  return MISSING.has(text);
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** NaN when it is not a number. */
export function numberIn(text: string): number {
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['True', true],
  ['TRUE', true],
  ['true', true],
  ['False', false],
  ['FALSE', false],
  ['false', false],
]);

/** A flag as a word, or as a number that is 0 or 1; null for anything else. */
export function flagIn(text: string): boolean | null {
  const number = numberIn(text);
  if (number === 0 || number === 1) return number === 1;
  return FLAGS.get(text) ?? null;
}

const DATES: Readonly<Record<DateFormat, RegExp>> = {
  YYYY: /^(\d{4})(?:\.0*)?$/,
  'YYYY-MM': /^(\d{4})-(\d{1,2})$/,
  'YYYY-MM-DD': /^(\d{4})-(\d{1,2})-(\d{1,2})$/,
};

/** Day number of a date in the given format, 2020-1-5 included; null when it is none. Absent parts count as 1. */
export function dateIn(text: string, format: DateFormat): number | null {
  const match = DATES[format].exec(text);
  if (match === null) return null;
  const [, year, month = '1', day = '1'] = match;
  return dayOfDate(Number(year), Number(month), Number(day));
}

const TIMESTAMP =
  /^\s*(\d{4})(?:[-/]?(\d{1,2})(?:[-/]?(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?\s*$/;

/** Day number of a date or a timestamp in any usual order that begins with the year; null when it is none. */
export function timestampIn(text: string): number | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const [, year, month = '1', day = '1'] = match;
  return dayOfDate(Number(year), Number(month), Number(day));
}
