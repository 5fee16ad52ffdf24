/** Every operation of the model, as its documentation says it. */
import { dayOfDate, isoOf, yearMonthDay } from '../calendar.ts';
import type { Operation } from '../model/model.ts';
import { type Cell, compareCells } from './cell.ts';
import {
  addDays,
  addMonthsClamped,
  dayOfMoment,
  firstDayOfMonth,
  firstDayOfYearFrom,
  lastDayOfMonth,
  lastDayOfYearFrom,
  parseDayMonthYear,
  parseIsoDate,
  yearsBetween,
} from './dates.ts';
import { lowerCase, substring, textToFloat, textToInt, trimBlanks } from './texts.ts';

type Work = (...operands: readonly Cell[]) => Cell;

/** Null if an operand is null. */
const numbers =
  (work: (...operands: readonly number[]) => Cell): Work =>
  (...operands) =>
    operands.includes(null) ? null : work(...operands.map(Number));

const texts =
  (work: (...operands: readonly string[]) => Cell): Work =>
  (...operands) =>
    operands.includes(null) ? null : work(...operands.map(String));

const comparison =
  (holds: (order: number) => boolean): Work =>
  (a = null, b = null) =>
    a === null || b === null ? null : holds(compareCells(a, b));

/** The known operand that is before all others; `sign` 1 for the smallest. */
const extreme =
  (sign: number): Work =>
  (...operands) =>
    operands
      .filter((value) => value !== null)
      .reduce<Cell>(
        (best, value) => (best === null || sign * compareCells(value, best) < 0 ? value : best),
        null,
      );

function roundHalvesAway(value: number, digits: number): number {
  const scale = 10 ** digits;
  return (Math.sign(value) * Math.floor(Math.abs(value) * scale + 0.5)) / scale;
}

const unless = (broken: boolean, value: () => number): number | null => (broken ? null : value());

const work: Readonly<Record<Operation, Work>> = {
  and: (...all) => (all.includes(false) ? false : all.includes(null) ? null : true),
  or: (...all) => (all.includes(true) ? true : all.includes(null) ? null : false),
  not: (a = null) => (a === null ? null : !a),
  'is-null': (a = null) => a === null,
  coalesce: (...all) => all.find((value) => value !== null) ?? null,
  least: extreme(1),
  greatest: extreme(-1),
  equal: comparison((order) => order === 0),
  'not-equal': comparison((order) => order !== 0),
  less: comparison((order) => order < 0),
  'less-or-equal': comparison((order) => order <= 0),
  greater: comparison((order) => order > 0),
  'greater-or-equal': comparison((order) => order >= 0),
  add: numbers((a = 0, b = 0) => a + b),
  subtract: numbers((a = 0, b = 0) => a - b),
  multiply: numbers((a = 0, b = 0) => a * b),
  divide: numbers((a = 0, b = 0) => unless(b === 0, () => a / b)),
  'divide-integers': numbers((a = 0, b = 0) => unless(b === 0, () => (a - (a % b)) / b)),
  modulo: numbers((a = 0, b = 0) => unless(b === 0, () => a % b)),
  negate: numbers((a = 0) => -a),
  round: numbers((a = 0, digits = 0) => roundHalvesAway(a, digits)),
  'to-float': numbers((a = 0) => a),
  'text-to-int': texts((text = '') => textToInt(text)),
  'text-to-float': texts((text = '') => textToFloat(text)),
  'int-to-text': numbers((a = 0) => String(a)),
  'bool-to-int': numbers((a = 0) => a),
  'day-of': numbers((moment = 0) => dayOfMoment(moment)),
  'year-of': numbers((day = 0) => yearMonthDay(day).year),
  'make-date': numbers((year = 0, month = 0, day = 0) => dayOfDate(year, month, day)),
  'parse-day-month-year': texts((text = '') => parseDayMonthYear(text)),
  'parse-iso-date': texts((text = '') => parseIsoDate(text)),
  'date-to-text': numbers((day = 0, length = 10) => isoOf(day).slice(0, length)),
  'add-days': numbers((day = 0, count = 0) => addDays(day, count)),
  'add-months': numbers((day = 0, count = 0) => addMonthsClamped(day, count)),
  'add-years': numbers((day = 0, count = 0) => addMonthsClamped(day, 12 * count)),
  'first-day-of-month': numbers((day = 0) => firstDayOfMonth(day)),
  'last-day-of-month': numbers((day = 0) => lastDayOfMonth(day)),
  'first-day-of-year': numbers((day = 0) => firstDayOfYearFrom(1, day)),
  'last-day-of-year': numbers((day = 0) => lastDayOfYearFrom(1, day)),
  'first-day-of-nhs-financial-year': numbers((day = 0) => firstDayOfYearFrom(4, day)),
  'last-day-of-nhs-financial-year': numbers((day = 0) => lastDayOfYearFrom(4, day)),
  'first-day-of-school-year': numbers((day = 0) => firstDayOfYearFrom(9, day)),
  'last-day-of-school-year': numbers((day = 0) => lastDayOfYearFrom(9, day)),
  'years-between': numbers((from = 0, to = 0) => yearsBetween(from, to)),
  'days-between': numbers((from = 0, to = 0) => to - from),
  'lower-case': texts((text = '') => lowerCase(text)),
  trim: texts((text = '') => trimBlanks(text)),
  replace: texts((text = '', from = '', to = '') => text.split(from).join(to)),
  concat: texts((...parts) => parts.join('')),
  substring: (text = null, start = null, length = null) =>
    text === null ? null : substring(String(text), Number(start), Number(length)),
};

/** What an operation gives for its operands. There is no negative zero. */
export function applyOperation(operation: Operation, operands: readonly Cell[]): Cell {
  const value = work[operation](...operands);
  return value === 0 ? 0 : value;
}
