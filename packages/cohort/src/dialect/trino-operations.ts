/** The model's operations in Trino. */
import type { Operation, ValueType } from '../model/model.ts';
import { extremeOf } from './packed-pick.ts';

type Work = (operands: readonly string[], type: ValueType) => string;

const cast = (value: string, type: string): string => `CAST(${value} AS ${type})`;

const one =
  (work: (operand: string) => string): Work =>
  ([operand = 'NULL']) =>
    work(operand);
const two =
  (work: (a: string, b: string) => string): Work =>
  ([a = 'NULL', b = 'NULL']) =>
    work(a, b);
const infix =
  (sign: string): Work =>
  (operands) =>
    `(${operands.join(` ${sign} `)})`;
const call =
  (name: string): Work =>
  (operands) =>
    `${name}(${operands.join(', ')})`;
const arithmetic =
  (sign: string): Work =>
  (operands, type) =>
    `(${operands.map((operand) => (type === 'int' ? cast(operand, 'bigint') : operand)).join(` ${sign} `)})`;

const months = (date: string, count: string): string =>
  `(CASE WHEN year(${date}) * 12 + month(${date}) - 1 + ${count} BETWEEN 12 AND 119999 THEN date_add('month', ${count}, ${date}) END)`;

const padded = (number: string, width: number): string =>
  `lpad(${cast(number, 'varchar')}, ${width}, '0')`;

const yearFrom = (month: number, date: string): string =>
  `(year(${date}) - CASE WHEN month(${date}) < ${month} THEN 1 ELSE 0 END)`;

const monthAndDay = (month: number, day: string): string =>
  `-${String(month).padStart(2, '0')}-${day}`;

const yearBegins = (month: number): Work =>
  one((date) => {
    const year = yearFrom(month, date);
    return `(CASE WHEN ${year} >= 1 THEN CAST(${padded(year, 4)} || '${monthAndDay(month, '01')}' AS date) END)`;
  });

const yearEnds = (month: number): Work =>
  one((date) => {
    const year = `(${yearFrom(month, date)} + ${month === 1 ? 0 : 1})`;
    return `(CASE WHEN ${year} <= 9999 THEN CAST(${padded(year, 4)} || '${monthAndDay(month === 1 ? 12 : month - 1, '31')}' AS date) END)`;
  });

const readNumber = (text: string, pattern: string, type: string): string =>
  `(CASE WHEN regexp_like(${text}, '\\A *${pattern} *\\z') THEN TRY_CAST(trim(BOTH ' ' FROM ${text}) AS ${type}) END)`;

export const trinoOperations: Readonly<Record<Operation, Work>> = {
  and: infix('AND'),
  or: infix('OR'),
  not: one((a) => `(NOT ${a})`),
  'is-null': one((a) => `(${a} IS NULL)`),
  coalesce: (operands) =>
    operands.length === 1 ? (operands[0] ?? 'NULL') : `coalesce(${operands.join(', ')})`,
  least: (operands) => extremeOf(operands, '<='),
  greatest: (operands) => extremeOf(operands, '>='),
  equal: infix('='),
  'not-equal': infix('<>'),
  less: infix('<'),
  'less-or-equal': infix('<='),
  greater: infix('>'),
  'greater-or-equal': infix('>='),
  add: arithmetic('+'),
  subtract: arithmetic('-'),
  multiply: arithmetic('*'),
  divide: two((a, b) => `(${cast(a, 'double')} / nullif(${cast(b, 'double')}, 0))`),
  'divide-integers': two((a, b) => `(${cast(a, 'bigint')} / nullif(${cast(b, 'bigint')}, 0))`),
  modulo: two((a, b) => `(${cast(a, 'bigint')} % nullif(${cast(b, 'bigint')}, 0))`),
  negate: (operands, type) => `(0 - ${arithmetic('+')(operands, type)})`,
  round: two((a, places) => {
    const scale = `power(10, ${places})`;
    return `(sign(${a}) * floor(abs(${cast(a, 'double')}) * ${scale} + 0.5) / ${scale})`;
  }),
  'to-float': one((a) => cast(a, 'double')),
  'text-to-int': one((a) => readNumber(a, '[+-]?[0-9]{1,15}', 'bigint')),
  'text-to-float': one((a) =>
    readNumber(a, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?', 'double'),
  ),
  'int-to-text': one((a) => cast(a, 'varchar')),
  'bool-to-int': one((a) => cast(a, 'bigint')),
  'day-of': one((a) => cast(a, 'date')),
  'year-of': call('year'),
  'make-date': ([year = 'NULL', month = 'NULL', day = 'NULL']) =>
    `(CASE WHEN ${year} BETWEEN 1 AND 9999 AND ${month} BETWEEN 1 AND 12 AND ${day} BETWEEN 1 AND 31 THEN TRY_CAST(${padded(year, 4)} || '-' || ${padded(month, 2)} || '-' || ${padded(day, 2)} AS date) END)`,
  'parse-day-month-year': one(
    (a) =>
      `(CASE WHEN regexp_like(${a}, '\\A[0-9]{2}/[0-9]{2}/[0-9]{4}\\z') THEN TRY_CAST(nullif(substr(${a}, 7, 4), '0000') || '-' || substr(${a}, 4, 2) || '-' || substr(${a}, 1, 2) AS date) END)`,
  ),
  'parse-iso-date': one(
    (a) =>
      `(CASE WHEN regexp_like(${a}, '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]|\\z)') AND substr(${a}, 1, 4) <> '0000' THEN TRY_CAST(substr(${a}, 1, 10) AS date) END)`,
  ),
  'date-to-text': two((date, length) => `substr(${cast(date, 'varchar')}, 1, ${length})`),
  'add-days': two(
    (date, count) =>
      `(CASE WHEN ${count} BETWEEN date_diff('day', ${date}, DATE '0001-01-01') AND date_diff('day', ${date}, DATE '9999-12-31') THEN date_add('day', ${count}, ${date}) END)`,
  ),
  'add-months': two(months),
  'add-years': two((date, count) => months(date, `(12 * ${cast(count, 'bigint')})`)),
  'first-day-of-month': one((date) => `date_trunc('month', ${date})`),
  'last-day-of-month': call('last_day_of_month'),
  'first-day-of-year': yearBegins(1),
  'last-day-of-year': yearEnds(1),
  'first-day-of-nhs-financial-year': yearBegins(4),
  'last-day-of-nhs-financial-year': yearEnds(4),
  'first-day-of-school-year': yearBegins(9),
  'last-day-of-school-year': yearEnds(9),
  'years-between': two((from, to) => {
    const years = `(year(${to}) - year(${from}))`;
    return `(${years} - CASE WHEN date_add('year', ${years}, ${from}) > ${to} THEN 1 ELSE 0 END)`;
  }),
  'days-between': two((from, to) => `date_diff('day', ${from}, ${to})`),
  'lower-case': call('lower'),
  trim: one((a) => `trim(BOTH ' ' FROM ${a})`),
  replace: call('replace'),
  concat: (operands) =>
    operands.length === 1 ? (operands[0] ?? 'NULL') : infix('||')(operands, 'str'),
  substring: call('substr'),
};
