/**
 * Rows for Trino. It works out each value of a VALUES by itself: 5,000 rows took half a minute on a busy machine, and 10,000 rows
 * half a second as one text of JSON.
 */
import { isoOf } from '../calendar.ts';
import type { Constant, ValueType } from '../model/model.ts';
import type { TableLoad } from '../plan/compile.ts';
import type { Dialect } from './dialect.ts';
import { emptyTable } from './load-statements.ts';

/** Most of one INSERT. A statement may be of a million characters, unless Trino is told otherwise. */
const LIMITS = { rows: 10_000, characters: 500_000 } as const;

/** What JSON says itself, and what it says as a text. */
const jsonTypes: Readonly<Record<ValueType, string>> = {
  bool: 'boolean',
  int: 'bigint',
  float: 'varchar',
  str: 'varchar',
  date: 'varchar',
  datetime: 'varchar',
};

/** Statements that make a table of the plan and bring its rows in. */
export function trinoLoadStatements(load: TableLoad, dialect: Dialect): readonly string[] {
  const { columns, rows } = load;
  const target = dialect.ownTable(load.table);
  const names = columns.map((_, index) => `c${index}`);
  const fields = columns.map(({ type }, index) => `${names[index]} ${jsonTypes[type]}`);
  const values = columns.map(({ type }, index) =>
    jsonTypes[type] === dialect.columnType(type)
      ? names[index]
      : `CAST(${names[index]} AS ${dialect.columnType(type)})`,
  );
  const insert = (lines: readonly string[]): string => {
    const json = lines.join(',\n');
    return `INSERT INTO ${target}\nSELECT ${values.join(', ')}\nFROM UNNEST(CAST(JSON '[${json}]' AS array(row(${fields.join(', ')})))) AS t(${names.join(', ')})`;
  };
  const statements = [emptyTable(load, dialect)];
  let lines: string[] = [];
  let characters = 0;
  for (const row of rows) {
    const cells = columns.map(({ type }, index) => plain(row[index] ?? null, type));
    // As within a literal of Trino, whose only sign of its own is the quote: JSON writes the zero character in letters.
    const line = JSON.stringify(cells).replaceAll("'", "''");
    if (lines.length === LIMITS.rows || characters + line.length > LIMITS.characters) {
      statements.push(insert(lines));
      lines = [];
      characters = 0;
    }
    lines.push(line);
    characters += line.length;
  }
  if (lines.length > 0) statements.push(insert(lines));
  return statements;
}

function plain(value: Constant, type: ValueType): Constant {
  if (value === null) return null;
  switch (type) {
    case 'bool':
    case 'int':
    case 'str':
      return value;
    case 'float':
      return String(value);
    case 'date':
      return isoOf(Number(value));
    case 'datetime':
      return new Date(Number(value)).toISOString().replace('T', ' ').replace('Z', '');
  }
}
