/**
 * Microsoft SQL Server from 2016 on.
 *
 * Bools are BIT; a condition is never a value there, so that each goes through `conditionValue`. Tables of the plan are
 * temporary tables of the session. Texts of the source compare byte by byte because they are read under a binary
 * collation, which costs nothing where a column has it already. The server passes over blanks at the end of texts when it
 * compares them: so did the queries of the reference.
 */
import { createHash } from 'node:crypto';
import { isoOf } from '../calendar.ts';
import type { ValueType } from '../model/model.ts';
import type { Dialect } from './dialect.ts';
import { mssqlOperation } from './mssql-operations.ts';
import { mssqlText } from './mssql-text.ts';
import { type PackedText, packedPick } from './packed-pick.ts';

/** The collation of codes (cohort-extractor §7.3). */
const BINARY = 'COLLATE Latin1_General_BIN';

const castTypes: Readonly<Record<ValueType, string>> = {
  bool: 'BIT',
  int: 'BIGINT',
  float: 'FLOAT',
  str: 'VARCHAR(8000)',
  date: 'DATE',
  datetime: 'DATETIME2(3)',
};

/** Most characters of a temporary table's name, less some. */
const LONGEST_NAME = 100;

const cast = (value: string, type: string): string => `CAST(${value} AS ${type})`;

const identifier = (name: string): string => `[${name.replaceAll(']', ']]')}]`;

function ownTable(name: string): string {
  const short =
    name.length <= LONGEST_NAME
      ? name
      : `${name.slice(0, 30)} ${createHash('sha256').update(name).digest('hex')}`;
  return identifier(`#${short}`);
}

const opening = 'CAST(CASE WHEN ';
const middle = ' THEN 1 WHEN NOT ';
const ending = ' THEN 0 END AS BIT)';

function conditionValue(condition: string): string {
  return `${opening}${condition}${middle}${condition}${ending}`;
}

/** The condition that a value was made of, or a comparison of the value. */
function valueCondition(value: string): string {
  const length = (value.length - opening.length - middle.length - ending.length) / 2;
  const condition = value.slice(opening.length, opening.length + length);
  return length > 0 && conditionValue(condition) === value ? condition : `(${value} = 1)`;
}

/** 64 bits as sixteen digits that sort as whole numbers do. */
const sortableBits = (bits: string): string =>
  `CONVERT(VARCHAR(16), CAST(${bits} AS BINARY(8)), 2)`;
const lowest = cast('-9223372036854775808', 'BIGINT');

/** Of texts the first 2,000 characters: both forms of one have to find room in a VARCHAR. */
const packed: PackedText = {
  key: (value, type) => {
    switch (type) {
      case 'bool':
        return cast(value, 'CHAR(1)');
      case 'int':
        return sortableBits(`${cast(value, 'BIGINT')} ^ ${lowest}`);
      case 'float': {
        const bits = cast(cast(`(${value} + 0E0)`, 'BINARY(8)'), 'BIGINT');
        return sortableBits(`(CASE WHEN ${bits} >= 0 THEN ${bits} ^ ${lowest} ELSE ~${bits} END)`);
      }
      case 'str':
        return `(CONVERT(VARCHAR(8000), CAST(${cast(value, 'VARCHAR(2000)')} AS VARBINARY(2000)), 2) + '!')`;
      case 'date':
        return packed.key(`DATEDIFF(DAY, '19700101', ${value})`, 'int');
      case 'datetime':
        return packed.key(`DATEDIFF_BIG(MILLISECOND, '19700101', ${value})`, 'int');
    }
  },
  reversed: (key) =>
    [...'0123456789ABCDEF!'].reduce(
      (text, digit, index) => `REPLACE(${text}, '${digit}', '${'ponmlkjihgfedcba~'[index]}')`,
      `${key} ${BINARY}`,
    ),
  packed: (value, type) => {
    switch (type) {
      case 'bool':
        return cast(value, 'CHAR(1)');
      case 'int':
        return cast(value, 'VARCHAR(20)');
      case 'float':
        return `CONVERT(VARCHAR(40), ${value}, 3)`;
      case 'str':
        return cast(value, 'VARCHAR(2000)');
      case 'date':
        return `CONVERT(VARCHAR(10), ${value}, 23)`;
      case 'datetime':
        return `CONVERT(VARCHAR(30), ${value}, 126)`;
    }
  },
  // By bytes, whatever the standard of the server is.
  concat: ([first = "''", ...rest]) => `(${[`${first} ${BINARY}`, ...rest].join(' + ')})`,
};

const overWindow = (over: string | undefined): string =>
  over === undefined ? '' : ` OVER (${over})`;

export const mssql: Dialect = {
  name: 'mssql',
  keepsOrder: false,
  identifier,
  sourceTable: (name, columns) => {
    const items = Object.entries(columns).map(([column, type]) => {
      const quoted = identifier(column);
      return type === 'str' ? `${quoted} ${BINARY} AS ${quoted}` : quoted;
    });
    return items.length === 0
      ? identifier(name)
      : `(SELECT ${items.join(', ')} FROM ${identifier(name)})`;
  },
  ownTable,
  literal: (value, type) => {
    if (value === null) return cast('NULL', castTypes[type]);
    switch (type) {
      case 'bool':
        return cast(value === true ? '1' : '0', 'BIT');
      case 'int':
        return Math.abs(Number(value)) < 2 ** 31 && Number(value) >= 0
          ? String(value)
          : cast(String(value), 'BIGINT');
      case 'float':
        return cast(mssqlText(String(value)), 'FLOAT');
      case 'str':
        return mssqlText(String(value));
      case 'date':
        return cast(mssqlText(isoOf(Number(value)).replaceAll('-', '')), 'DATE');
      case 'datetime':
        return cast(
          mssqlText(new Date(Number(value)).toISOString().replace('Z', '')),
          'DATETIME2(3)',
        );
    }
  },
  columnType: (type) => (type === 'str' ? `${castTypes.str} ${BINARY}` : castTypes[type]),
  operation: (operation, type, operands) =>
    mssqlOperation(operation, type, operands, { conditionValue, valueCondition }),
  conditionValue,
  valueCondition,
  matches: (value, elements, match) => {
    const start = { prefix: '', substring: '%', 'code-in-text': '%[^A-Za-z0-9]' }[match];
    const likes = elements.map((element) => {
      const pattern = `${start}${element.replaceAll(/[%_[\]^!]/g, (sign) => `!${sign}`)}%`;
      return `${value} ${BINARY} LIKE ${mssqlText(pattern)} ESCAPE '!'`;
    });
    return `(${likes.join(' OR ')})`;
  },
  // A literal of more than 32 bits would be a decimal, which has no bits.
  hasBit: (number, bit) => `(${number} & ${cast(String(2 ** bit), 'BIGINT')}) <> 0`,
  aggregate: (name, type, of, condition, over) => {
    const end = overWindow(over);
    const value = condition === null ? `${of}` : `CASE WHEN ${condition} THEN ${of} END`;
    switch (name) {
      case 'exists':
        return cast(`max(CASE WHEN ${condition ?? '1 = 1'} THEN 1 ELSE 0 END)${end}`, 'BIT');
      case 'count':
        return `count_big(${condition === null ? '*' : `CASE WHEN ${condition} THEN 1 END`})${end}`;
      case 'sum':
        // A sum of 32-bit numbers would be one itself.
        return type === 'int' ? `sum(${cast(value, 'BIGINT')})${end}` : `sum(${value})${end}`;
      case 'minimum':
        return `min(${value})${end}`;
      case 'maximum':
        return `max(${value})${end}`;
      case 'mean':
        return `avg(${cast(value, 'FLOAT')})${end}`;
    }
  },
  pick: (order, take, type, condition) => packedPick(order, take, type, condition, packed),
  mergePicks: (pick, over) => `min(${pick})${overWindow(over)}`,
  taken: (pick, type) =>
    cast(`SUBSTRING(${pick}, NULLIF(CHARINDEX('|', ${pick}), 0) + 1, 8000)`, castTypes[type]),
  orderTerm: ({ by, direction }) =>
    `CASE WHEN ${by} IS NULL THEN 1 ELSE 0 END, ${by} ${direction === 'ascending' ? 'ASC' : 'DESC'}`,
  createTable: (name, query, order = []) => {
    const columns = order.map((term) => term.slice(term.indexOf('.') + 1));
    return [
      // So that a statement that lost to others can be said again.
      `DROP TABLE IF EXISTS ${ownTable(name)}`,
      `SELECT * INTO ${ownTable(name)} FROM (\n${query}\n) q`,
      ...(columns.length === 0
        ? []
        : [`CREATE CLUSTERED INDEX by_key ON ${ownTable(name)} (${columns.join(', ')})`]),
    ].join(';\n');
  },
  dropTable: (name) => `DROP TABLE IF EXISTS ${ownTable(name)}`,
};
