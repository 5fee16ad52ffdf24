/** Brings rows of this process into a table of the engine. */
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import { duckdb } from '../dialect/duckdb.ts';
import type { Constant, ValueType } from '../model/model.ts';

type Column = { readonly name: string; readonly type: ValueType };

/** Makes a table of the rows, in memory. */
export async function loadTable(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  rows: Iterable<readonly Constant[]>,
): Promise<void> {
  const definitions = columns.map(
    ({ name, type }) => `${duckdb.identifier(name)} ${duckdb.columnType(type)}`,
  );
  await connection.run(`CREATE TABLE ${duckdb.identifier(table)} (${definitions.join(', ')})`);
  const appender = await connection.createAppender(table, 'main');
  for (const row of rows) {
    for (const [index, { type }] of columns.entries()) append(appender, row[index] ?? null, type);
    appender.endRow();
  }
  appender.closeSync();
}

function append(appender: DuckDBAppender, value: Constant, type: ValueType): void {
  if (value === null) {
    appender.appendNull();
    return;
  }
  switch (type) {
    case 'bool':
      appender.appendBoolean(value === true);
      break;
    case 'int':
      appender.appendBigInt(BigInt(Number(value)));
      break;
    case 'float':
      appender.appendDouble(Number(value));
      break;
    case 'str':
      appender.appendVarchar(String(value));
      break;
    case 'date':
      appender.appendDate(new DuckDBDateValue(Number(value)));
      break;
    case 'datetime':
      appender.appendTimestamp(new DuckDBTimestampValue(BigInt(Number(value)) * 1000n));
      break;
  }
}
