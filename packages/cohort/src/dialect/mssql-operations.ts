/** The model's operations in T-SQL. Bools come and go as BIT. */
import type { Operation, ValueType } from '../model/model.ts';
import { extremeOf } from './packed-pick.ts';

interface Bools {
  conditionValue(condition: string): string;
  valueCondition(value: string): string;
}

type Work = (operands: readonly string[], type: ValueType) => string;

const BINARY = 'COLLATE Latin1_General_BIN';

/** Operands from which on a query over VALUES is shorter than cases within cases. */
const MANY = 4;

const cast = (value: string, type: string): string => `CAST(${value} AS ${type})`;

const one =
  (work: (operand: string) => string): Work =>
  ([operand = 'NULL']) =>
    work(operand);
const two =
  (work: (a: string, b: string) => string): Work =>
  ([a = 'NULL', b = 'NULL']) =>
    work(a, b);

/** Whole numbers are worked with in 64 bits, whatever the columns hold. */
const arithmetic =
  (sign: string): Work =>
  (operands, type) =>
    `(${operands.map((operand) => (type === 'int' ? cast(operand, 'BIGINT') : operand)).join(` ${sign} `)})`;

const extreme =
  (name: 'MIN' | 'MAX'): Work =>
  (operands) =>
    operands.length < MANY
      ? extremeOf(operands, name === 'MIN' ? '<=' : '>=')
      : `(SELECT ${name}(v) FROM (VALUES ${operands.map((operand) => `(${operand})`).join(', ')}) m(v))`;

const months = (date: string, count: string): string =>
  `(CASE WHEN YEAR(${date}) * 12 + MONTH(${date}) - 1 + ${count} BETWEEN 12 AND 119999 THEN DATEADD(MONTH, ${cast(count, 'INT')}, ${date}) END)`;

/** The year in which the twelve months from a month on begin. */
const yearFrom = (month: number, date: string): string =>
  `(YEAR(${date}) - CASE WHEN MONTH(${date}) < ${month} THEN 1 ELSE 0 END)`;

const yearBegins = (month: number): Work =>
  one((date) => {
    const year = yearFrom(month, date);
    return `(CASE WHEN ${year} >= 1 THEN DATEFROMPARTS(${year}, ${month}, 1) END)`;
  });

/** All of the months before have 31 days. */
const yearEnds = (month: number): Work =>
  one((date) => {
    const year = `(${yearFrom(month, date)} + ${month === 1 ? 0 : 1})`;
    return `(CASE WHEN ${year} <= 9999 THEN DATEFROMPARTS(${year}, ${month === 1 ? 12 : month - 1}, 31) END)`;
  });

const padded = (number: string, width: number): string =>
  `RIGHT('${'0'.repeat(width)}' + ${cast(number, 'VARCHAR(20)')}, ${width})`;

const trimmed = (text: string): string => `LTRIM(RTRIM(${text}))`;

/** Length with the blanks at the end, which LEN leaves out. */
const fullLength = (text: string): string => `(LEN(${text} + '.') - 1)`;

const digits = (count: number): string => '[0-9]'.repeat(count);

function operations({ conditionValue, valueCondition }: Bools): Readonly<Record<Operation, Work>> {
  const connective =
    (word: string): Work =>
    (operands) =>
      conditionValue(`(${operands.map(valueCondition).join(` ${word} `)})`);
  const comparison = (sign: string): Work => two((a, b) => conditionValue(`(${a} ${sign} ${b})`));
  return {
    and: connective('AND'),
    or: connective('OR'),
    not: one((a) => conditionValue(`(NOT ${valueCondition(a)})`)),
    'is-null': one((a) => conditionValue(`(${a} IS NULL)`)),
    coalesce: (operands) =>
      operands.length === 1 ? (operands[0] ?? 'NULL') : `COALESCE(${operands.join(', ')})`,
    least: extreme('MIN'),
    greatest: extreme('MAX'),
    equal: comparison('='),
    'not-equal': comparison('<>'),
    less: comparison('<'),
    'less-or-equal': comparison('<='),
    greater: comparison('>'),
    'greater-or-equal': comparison('>='),
    add: arithmetic('+'),
    subtract: arithmetic('-'),
    multiply: arithmetic('*'),
    divide: two((a, b) => `(${cast(a, 'FLOAT')} / NULLIF(${cast(b, 'FLOAT')}, 0))`),
    'divide-integers': two((a, b) => `(${cast(a, 'BIGINT')} / NULLIF(${cast(b, 'BIGINT')}, 0))`),
    modulo: two((a, b) => `(${cast(a, 'BIGINT')} % NULLIF(${cast(b, 'BIGINT')}, 0))`),
    negate: (operands, type) => `(0 - ${arithmetic('+')(operands, type)})`,
    round: two((a, places) => {
      const scale = `POWER(CAST(10 AS FLOAT), ${places})`;
      return `(SIGN(${a}) * FLOOR(ABS(${cast(a, 'FLOAT')}) * ${scale} + 0.5) / ${scale})`;
    }),
    'to-float': one((a) => cast(a, 'FLOAT')),
    'text-to-int': one((a) => {
      const text = trimmed(a);
      const unsigned = `(CASE WHEN LEFT(${text}, 1) IN ('+', '-') THEN SUBSTRING(${text}, 2, 8000) ELSE ${text} END)`;
      return `(CASE WHEN ${unsigned} ${BINARY} NOT LIKE '%[^0-9]%' AND ${fullLength(unsigned)} BETWEEN 1 AND 15 THEN TRY_CAST(${text} AS BIGINT) END)`;
    }),
    'text-to-float': one((a) => {
      const text = `${trimmed(a)} ${BINARY}`;
      const mantissa = `LEFT(${text}, PATINDEX('%[eE]%', ${text} + 'e') - 1)`;
      return `(CASE WHEN ${text} NOT LIKE '%[^0-9+.eE-]%' AND ${mantissa} LIKE '%[0-9]%' AND ${text} NOT LIKE '%[eE]%${digits(3)}%' THEN TRY_CAST(${trimmed(a)} AS FLOAT) END)`;
    }),
    'int-to-text': one((a) => cast(cast(a, 'BIGINT'), 'VARCHAR(20)')),
    'bool-to-int': one((a) => cast(a, 'BIGINT')),
    'day-of': one((a) => cast(a, 'DATE')),
    'year-of': one((a) => `YEAR(${a})`),
    'make-date': ([year = 'NULL', month = 'NULL', day = 'NULL']) =>
      `(CASE WHEN ${year} BETWEEN 1 AND 9999 AND ${month} BETWEEN 1 AND 12 AND ${day} BETWEEN 1 AND 31 THEN TRY_CONVERT(DATE, ${padded(year, 4)} + ${padded(month, 2)} + ${padded(day, 2)}, 112) END)`,
    'parse-day-month-year': one(
      (a) =>
        `(CASE WHEN ${a} ${BINARY} LIKE '${digits(2)}/${digits(2)}/${digits(4)}' AND ${fullLength(a)} = 10 THEN TRY_CONVERT(DATE, ${a}, 103) END)`,
    ),
    'parse-iso-date': one(
      (a) =>
        `(CASE WHEN LEFT(${a}, 10) ${BINARY} LIKE '${digits(4)}-${digits(2)}-${digits(2)}' AND (${fullLength(a)} = 10 OR SUBSTRING(${a}, 11, 1) ${BINARY} IN (' ', 'T')) THEN TRY_CONVERT(DATE, LEFT(${a}, 10), 23) END)`,
    ),
    'date-to-text': two((date, length) => `LEFT(CONVERT(VARCHAR(10), ${date}, 23), ${length})`),
    'add-days': two(
      (date, count) =>
        `(CASE WHEN ${count} BETWEEN DATEDIFF(DAY, ${date}, CAST('00010101' AS DATE)) AND DATEDIFF(DAY, ${date}, CAST('99991231' AS DATE)) THEN DATEADD(DAY, ${cast(count, 'INT')}, ${date}) END)`,
    ),
    'add-months': two(months),
    'add-years': two((date, count) => months(date, `(12 * ${cast(count, 'BIGINT')})`)),
    'first-day-of-month': one((date) => `DATEFROMPARTS(YEAR(${date}), MONTH(${date}), 1)`),
    'last-day-of-month': one((date) => `EOMONTH(${date})`),
    'first-day-of-year': yearBegins(1),
    'last-day-of-year': yearEnds(1),
    'first-day-of-nhs-financial-year': yearBegins(4),
    'last-day-of-nhs-financial-year': yearEnds(4),
    'first-day-of-school-year': yearBegins(9),
    'last-day-of-school-year': yearEnds(9),
    'years-between': two((from, to) => {
      const years = `DATEDIFF(YEAR, ${from}, ${to})`;
      return `(${years} - CASE WHEN DATEADD(YEAR, ${years}, ${from}) > ${to} THEN 1 ELSE 0 END)`;
    }),
    'days-between': two((from, to) => `DATEDIFF(DAY, ${from}, ${to})`),
    'lower-case': one((a) => `LOWER(${a})`),
    trim: one(trimmed),
    replace: ([text = 'NULL', from = 'NULL', to = 'NULL']) =>
      `REPLACE(${text} ${BINARY}, ${from}, ${to})`,
    concat: (operands) => `(${operands.join(' + ')})`,
    substring: ([text = 'NULL', start = '1', length = '0']) =>
      `SUBSTRING(${text}, ${start}, ${length})`,
  };
}

/** An operation on SQL of its operands. */
export function mssqlOperation(
  name: Operation,
  type: ValueType,
  operands: readonly string[],
  bools: Bools,
): string {
  return operations(bools)[name](operands, type);
}
