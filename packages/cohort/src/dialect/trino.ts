/**
 * Trino. It has no temporary tables: those of the plan lie in a schema of their own, under names that no other run uses,
 * and are dropped when they are no longer needed.
 */
import { createHash } from 'node:crypto';
import { isoOf } from '../calendar.ts';
import type { ValueType } from '../model/model.ts';
import type { Dialect } from './dialect.ts';
import { type PackedText, packedPick } from './packed-pick.ts';
import { trinoOperations } from './trino-operations.ts';
import { trinoPattern, trinoText } from './trino-text.ts';

const columnTypes: Readonly<Record<ValueType, string>> = {
  bool: 'boolean',
  int: 'bigint',
  float: 'double',
  str: 'varchar',
  date: 'date',
  datetime: 'timestamp(3)',
};

const cast = (value: string, type: string): string => `CAST(${value} AS ${type})`;

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sortableBits = (bits: string): string => `to_hex(to_big_endian_64(${bits}))`;
const lowest = "from_big_endian_64(from_hex('8000000000000000'))";

const packed: PackedText = {
  key: (value, type) => {
    switch (type) {
      case 'bool':
        return `(CASE WHEN ${value} THEN '1' ELSE '0' END)`;
      case 'int':
        return sortableBits(`bitwise_xor(${cast(value, 'bigint')}, ${lowest})`);
      case 'float': {
        const bits = `from_big_endian_64(to_ieee754_64(${cast(value, 'double')} + 0E0))`;
        return sortableBits(
          `CASE WHEN ${bits} >= 0 THEN bitwise_xor(${bits}, ${lowest}) ELSE bitwise_not(${bits}) END`,
        );
      }
      case 'str':
        return `(to_hex(to_utf8(${value})) || '!')`;
      case 'date':
        return packed.key(`date_diff('day', DATE '1970-01-01', ${value})`, 'int');
      case 'datetime':
        return packed.key(
          `date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00.000', ${value})`,
          'int',
        );
    }
  },
  reversed: (key) => `translate(${key}, '0123456789ABCDEF!', 'ponmlkjihgfedcba~')`,
  packed: (value, type) => (type === 'str' ? value : cast(value, 'varchar')),
  concat: (parts) => `(${parts.join(' || ')})`,
};

const overWindow = (over: string | undefined): string =>
  over === undefined ? '' : ` OVER (${over})`;

const only = (condition: string | null): string =>
  condition === null ? '' : ` FILTER (WHERE ${condition})`;

/** Not every store behind Trino takes names of all signs, or long ones. */
function plainName(name: string): string {
  if (/^[a-z0-9_]{1,60}$/.test(name)) return name;
  return `named_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/** Trino with the tables of the plan in a schema, under names that begin with `prefix`. */
export function trinoIn(schema: string, prefix: string): Dialect {
  const ownTable = (name: string): string =>
    `${identifier(schema)}.${identifier(`${prefix}${plainName(name)}`)}`;
  return {
    name: 'trino',
    keepsOrder: false,
    identifier,
    sourceTable: identifier,
    ownTable,
    literal: (value, type) => {
      if (value === null) return cast('NULL', columnTypes[type]);
      switch (type) {
        case 'bool':
          return value === true ? 'TRUE' : 'FALSE';
        case 'int':
          return Number(value) < 0 ? `(${value})` : String(value);
        case 'float':
          return cast(trinoText(String(value)), 'double');
        case 'str':
          return trinoText(String(value));
        case 'date':
          return `DATE '${isoOf(Number(value))}'`;
        case 'datetime':
          return `TIMESTAMP '${new Date(Number(value)).toISOString().replace('T', ' ').replace('Z', '')}'`;
      }
    },
    columnType: (type) => columnTypes[type],
    operation: (operation, type, operands) => trinoOperations[operation](operands, type),
    conditionValue: (condition) => condition,
    valueCondition: (value) => value,
    matches: (value, elements, match) => {
      const conditions = elements.map((element) => {
        if (match === 'code-in-text') {
          return `regexp_like(${value}, ${trinoText(`[^A-Za-z0-9]${trinoPattern(element)}`)})`;
        }
        const pattern = `${match === 'prefix' ? '' : '%'}${element.replaceAll(/[%_!]/g, (sign) => `!${sign}`)}%`;
        return `${value} LIKE ${trinoText(pattern)} ESCAPE '!'`;
      });
      return `(${conditions.join(' OR ')})`;
    },
    hasBit: (number, bit) => `bitwise_and(${number}, ${2 ** bit}) <> 0`,
    aggregate: (name, _type, of, condition, over) => {
      const end = `${only(condition)}${overWindow(over)}`;
      switch (name) {
        case 'exists':
          return `bool_or(${condition ?? 'TRUE'})${overWindow(over)}`;
        case 'count':
          return `count(*)${end}`;
        case 'sum':
          return `sum(${of})${end}`;
        case 'minimum':
          return `min(${of})${end}`;
        case 'maximum':
          return `max(${of})${end}`;
        case 'mean':
          return `avg(${cast(`${of}`, 'double')})${end}`;
      }
    },
    pick: (order, take, type, condition) => packedPick(order, take, type, condition, packed),
    mergePicks: (pick, over) => `min(${pick})${overWindow(over)}`,
    taken: (pick, type) =>
      cast(`substr(${pick}, nullif(strpos(${pick}, '|'), 0) + 1)`, columnTypes[type]),
    orderTerm: ({ by, direction }) =>
      `${by} ${direction === 'ascending' ? 'ASC' : 'DESC'} NULLS LAST`,
    createTable: (name, query) => `CREATE TABLE ${ownTable(name)} AS\n${query}`,
    dropTable: (name) => `DROP TABLE IF EXISTS ${ownTable(name)}`,
  };
}

export const trino: Dialect = trinoIn('vitrine', '');
