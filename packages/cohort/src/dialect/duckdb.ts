/** DuckDB: the embedded database, and the one that the others are compared with. */

import { isoOf } from '../calendar.ts';
import type { AggregateFunction, Operation, ValueType } from '../model/model.ts';
import type { Dialect, PickOrder } from './dialect.ts';

/** Where the tables of the database are attached. */
export const SOURCE = 'source';

const columnTypes: Readonly<Record<ValueType, string>> = {
  bool: 'BOOLEAN',
  int: 'BIGINT',
  float: 'DOUBLE',
  str: 'VARCHAR',
  date: 'DATE',
  datetime: 'TIMESTAMP',
};

const cast = (value: string, type: string): string => `CAST(${value} AS ${type})`;

/** A date outside the years 1 to 9999 is unknown; what follows on one is `work`. */
const common = (date: string): string =>
  `(CASE WHEN ${date} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN ${date} END)`;

const infix =
  (sign: string) =>
  (operands: readonly string[]): string =>
    `(${operands.join(` ${sign} `)})`;

const call =
  (name: string) =>
  (operands: readonly string[]): string =>
    `${name}(${operands.join(', ')})`;

/** Whole numbers are worked with in 64 bits, whatever the columns hold. */
const arithmetic =
  (sign: string) =>
  (operands: readonly string[], type: ValueType): string =>
    `(${operands.map((operand) => (type === 'int' ? cast(operand, 'BIGINT') : operand)).join(` ${sign} `)})`;

const months = (date: string, count: string): string =>
  `(CASE WHEN abs(${count}) < 120000 THEN ${common(cast(`(${date} + to_months(${cast(count, 'INTEGER')}))`, 'DATE'))} END)`;

/** First day of the twelve months that begin with a month. */
const yearStart = (date: string, month: number, later: number): string =>
  `make_date(CAST(year(${date}) AS INTEGER) - (CASE WHEN month(${date}) < ${month} THEN 1 ELSE 0 END) + ${later}, ${month}, 1)`;

const one =
  (work: (operand: string) => string) =>
  ([operand = 'NULL']: readonly string[]): string =>
    work(operand);
const two =
  (work: (a: string, b: string) => string) =>
  ([a = 'NULL', b = 'NULL']: readonly string[]): string =>
    work(a, b);

/** The year from a month on starts on `yearStart`; where that is before the year 1, it is unknown. */
const yearBegins = (month: number): ((operands: readonly string[]) => string) =>
  one(
    (date) =>
      `(CASE WHEN ${date} >= DATE '0001-${String(month).padStart(2, '0')}-01' THEN ${yearStart(date, month, 0)} END)`,
  );
const yearEnds = (month: number): ((operands: readonly string[]) => string) =>
  one((date) => common(`(${yearStart(date, month, 1)} - 1)`));

const textNumber = (text: string, pattern: string, type: string): string =>
  `(CASE WHEN regexp_full_match(${text}, '${pattern}') THEN TRY_CAST(trim(${text}, ' ') AS ${type}) END)`;

const operations: Readonly<
  Record<Operation, (operands: readonly string[], type: ValueType) => string>
> = {
  and: infix('AND'),
  or: infix('OR'),
  not: one((a) => `(NOT ${a})`),
  'is-null': one((a) => `(${a} IS NULL)`),
  coalesce: call('coalesce'),
  least: call('least'),
  greatest: call('greatest'),
  equal: infix('='),
  'not-equal': infix('<>'),
  less: infix('<'),
  'less-or-equal': infix('<='),
  greater: infix('>'),
  'greater-or-equal': infix('>='),
  add: arithmetic('+'),
  subtract: arithmetic('-'),
  multiply: arithmetic('*'),
  divide: two((a, b) => `(${cast(a, 'DOUBLE')} / nullif(${cast(b, 'DOUBLE')}, 0))`),
  'divide-integers': two((a, b) => `(${cast(a, 'BIGINT')} // nullif(${cast(b, 'BIGINT')}, 0))`),
  modulo: two((a, b) => `(${a} % nullif(${b}, 0))`),
  negate: (operands, type) => `(-${arithmetic('+')(operands, type)})`,
  round: two((a, digits) => {
    const scale = `power(10, ${digits})`;
    return `(sign(${a}) * floor(abs(${cast(a, 'DOUBLE')}) * ${scale} + 0.5) / ${scale})`;
  }),
  'to-float': one((a) => cast(a, 'DOUBLE')),
  'text-to-int': one((a) => textNumber(a, ' *[+-]?[0-9]{1,15} *', 'BIGINT')),
  'text-to-float': one((a) =>
    textNumber(a, ' *[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,2})? *', 'DOUBLE'),
  ),
  'int-to-text': one((a) => cast(a, 'VARCHAR')),
  'bool-to-int': one((a) => cast(a, 'BIGINT')),
  'day-of': one((a) => cast(a, 'DATE')),
  'year-of': one((a) => `year(${a})`),
  // Not by make_date: there is no TRY around what holds a query of its own.
  'make-date': ([year = 'NULL', month = 'NULL', day = 'NULL']) =>
    `(CASE WHEN ${year} BETWEEN 1 AND 9999 THEN TRY_CAST(printf('%04d-%02d-%02d', ${year}, ${month}, ${day}) AS DATE) END)`,
  'parse-day-month-year': one(
    (a) =>
      `(CASE WHEN regexp_full_match(${a}, '[0-9]{2}/[0-9]{2}/[0-9]{4}') THEN ${common(`TRY_CAST(substr(${a}, 7, 4) || '-' || substr(${a}, 4, 2) || '-' || substr(${a}, 1, 2) AS DATE)`)} END)`,
  ),
  'parse-iso-date': one(
    (a) =>
      `(CASE WHEN regexp_full_match(${a}, '(?s)[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?') THEN ${common(`TRY_CAST(substr(${a}, 1, 10) AS DATE)`)} END)`,
  ),
  'date-to-text': two((date, length) => `substr(${cast(date, 'VARCHAR')}, 1, ${length})`),
  'add-days': two(
    (date, count) =>
      `(CASE WHEN abs(${count}) < 4000000 THEN ${common(`(${date} + ${cast(count, 'INTEGER')})`)} END)`,
  ),
  'add-months': two(months),
  'add-years': two((date, count) => months(date, `(12 * ${cast(count, 'BIGINT')})`)),
  'first-day-of-month': one((date) => cast(`date_trunc('month', ${date})`, 'DATE')),
  'last-day-of-month': one((date) => `last_day(${date})`),
  'first-day-of-year': yearBegins(1),
  'last-day-of-year': yearEnds(1),
  'first-day-of-nhs-financial-year': yearBegins(4),
  'last-day-of-nhs-financial-year': yearEnds(4),
  'first-day-of-school-year': yearBegins(9),
  'last-day-of-school-year': yearEnds(9),
  'years-between': two((from, to) => {
    // The anniversary of a leap day is the last day of February.
    const dayOfYear = (date: string): string => `(month(${date}) * 100 + day(${date}))`;
    const reached = `(${dayOfYear(to)} + (CASE WHEN month(${to}) = 2 AND day(${to}) = 28 AND ${to} = last_day(${to}) THEN 1 ELSE 0 END))`;
    return `(year(${to}) - year(${from}) - (CASE WHEN ${dayOfYear(from)} > ${reached} THEN 1 ELSE 0 END))`;
  }),
  'days-between': two((from, to) => `(${to} - ${from})`),
  'lower-case': call('lower'),
  trim: one((a) => `trim(${a}, ' ')`),
  replace: call('replace'),
  // Of a null alone `||` gives a value without a type.
  concat: (operands) => cast(infix('||')(operands), 'VARCHAR'),
  substring: call('substr'),
};

const text = (value: string): string => {
  // A literal cannot hold the zero character.
  const parts = value.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' || chr(0) || ')})`;
};

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const overWindow = (over: string | undefined): string =>
  over === undefined ? '' : ` OVER (${over})`;

const only = (condition: string | null): string =>
  condition === null ? '' : ` FILTER (WHERE ${condition})`;

/** Elements of one regular expression: RE2 gives up where one is too large. */
const ELEMENTS_OF_PATTERN = 200;

const patternStart = { prefix: '^', substring: '', 'code-in-text': '[^A-Za-z0-9]' } as const;

/** A smallest value of this is what comes first: unknown values last, whatever the direction. */
function sortKey({ by, type, direction }: PickOrder): string {
  if (direction === 'ascending') return by;
  switch (type) {
    case 'bool':
      return `(NOT ${by})`;
    case 'date':
      return `(DATE '1970-01-01' - ${by})`;
    case 'datetime':
      return `(-epoch_us(${by}))`;
    case 'int':
    case 'float':
      return `(-${by})`;
    case 'str':
      // Bytes turned round, and an end that sorts after every continuation.
      return `(translate(hex(${by}), '0123456789ABCDEF', 'FEDCBA9876543210') || 'G')`;
  }
}

/** The dialect itself. */
export const duckdb: Dialect = {
  name: 'duckdb',
  keepsOrder: true,
  identifier,
  sourceTable: (name) => `${SOURCE}.${identifier(name)}`,
  ownTable: identifier,
  literal: (value, type) => {
    if (value === null) return cast('NULL', columnTypes[type]);
    switch (type) {
      case 'bool':
        return value === true ? 'TRUE' : 'FALSE';
      case 'int':
        return String(value);
      case 'float':
        return cast(text(String(value)), 'DOUBLE');
      case 'str':
        return text(String(value));
      case 'date':
        return `DATE '${isoOf(Number(value))}'`;
      case 'datetime':
        return `make_timestamp(${Number(value) * 1000})`;
    }
  },
  columnType: (type) => columnTypes[type],
  operation: (operation, type, operands) => operations[operation](operands, type),
  conditionValue: (condition) => condition,
  valueCondition: (value) => value,
  matches: (value, elements, match) => {
    // DuckDB takes a pattern of nothing for a text of nothing; but nothing is in every text.
    if (match !== 'code-in-text' && elements.includes('')) {
      return `(${value} IS NOT NULL OR NULL)`;
    }
    const patterns: string[] = [];
    for (let at = 0; at < elements.length; at += ELEMENTS_OF_PATTERN) {
      const some = elements.slice(at, at + ELEMENTS_OF_PATTERN).map(quotedPattern);
      patterns.push(
        `regexp_matches(${value}, ${text(`${patternStart[match]}(?:${some.join('|')})`)})`,
      );
    }
    return `(${patterns.join(' OR ')})`;
  },
  hasBit: (number, bit) => `(${number} & ${2 ** bit}) <> 0`,
  aggregate: (name: AggregateFunction, type, of, condition, over) => {
    const end = `${only(condition)}${overWindow(over)}`;
    switch (name) {
      case 'exists':
        return `bool_or(${condition ?? 'TRUE'})${overWindow(over)}`;
      case 'count':
        return `count(*)${end}`;
      case 'sum':
        return type === 'int' ? cast(`sum(${of})${end}`, 'BIGINT') : `sum(${of})${end}`;
      case 'minimum':
        return `min(${of})${end}`;
      case 'maximum':
        return `max(${of})${end}`;
      case 'mean':
        return `avg(${of})${end}`;
    }
  },
  pick: (order, take, _type, condition) => {
    const keys = order.map((key, index) => `k${index}: ${sortKey(key)}`);
    return `min({${[...keys, `v: ${take}`].join(', ')}})${only(condition)}`;
  },
  mergePicks: (pick, over) => `min(${pick})${overWindow(over)}`,
  taken: (pick) => `(${pick}).v`,
  orderTerm: ({ by, direction }) =>
    `${by} ${direction === 'ascending' ? 'ASC' : 'DESC'} NULLS LAST`,
  createTable: (name, query, order = []) =>
    [
      // In memory all the same; several connections see it, and write files from it at one time.
      `CREATE TABLE ${identifier(name)} AS`,
      query,
      ...(order.length === 0 ? [] : [`ORDER BY ${order.join(', ')}`]),
    ].join('\n'),
  dropTable: (name) => `DROP TABLE IF EXISTS ${identifier(name)}`,
};

function quotedPattern(element: string): string {
  return element.replaceAll(
    /[^A-Za-z0-9]/gu,
    (letter) => `\\x{${letter.codePointAt(0)?.toString(16)}}`,
  );
}
