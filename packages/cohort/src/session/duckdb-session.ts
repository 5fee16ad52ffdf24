/** DuckDB in this process: the embedded default, which reads files and writes CSV itself. */
import { availableParallelism } from 'node:os';
import { type DuckDBConnection, ResultReturnType } from '@duckdb/node-api';
import { databaseFaults } from '../database-process/faults.ts';
import { duckdb, SOURCE } from '../dialect/duckdb.ts';
import { csvCells } from '../engine/csv-cells.ts';
import { interruptOn } from '../engine/interrupt.ts';
import { loadTable } from '../engine/load-table.ts';
import { attachSource, type EngineSettings, openEngine, text } from '../engine/source.ts';
import type { Constant } from '../model/model.ts';
import type { FileWriter, ReadColumn, RowsPiece, Session } from './session.ts';
import { type AcceptedTypes, sourceTables } from './source-tables.ts';

const accepted: AcceptedTypes = {
  int: /^(U?(TINY|SMALL|BIG)?INT(EGER)?|HUGEINT)$/,
  float: /^(DOUBLE|FLOAT|DECIMAL.*|U?(TINY|SMALL|BIG)?INT(EGER)?)$/,
  bool: /^BOOLEAN$/,
  date: /^DATE$/,
  datetime: /^(TIMESTAMP|TIMESTAMP_S|TIMESTAMP_MS|DATE)$/,
  str: /^(VARCHAR.*|ENUM.*)$/,
};

/**
 * An engine with a database attached. What runs when the signal says stop is broken off.
 *
 * @param path A database file, or a folder of Parquet files.
 */
export async function openDuckDb(
  path: string,
  settings: EngineSettings,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const engine = await openEngine(settings);
  const interruptions = new DisposableStack();
  interruptions.use(interruptOn(signal, engine.connection));
  const close = async (): Promise<void> => {
    interruptions.dispose();
    engine[Symbol.dispose]();
  };
  const atOnce = Math.min(settings.threads ?? availableParallelism(), MOST_AT_ONCE);
  try {
    await attachSource(engine.connection, path);
    const writers: DuckDBConnection[] = [];
    while (atOnce > 1 && writers.length < atOnce) {
      const writer = await engine.connect();
      interruptions.use(interruptOn(signal, writer));
      writers.push(writer);
    }
    const session = duckDbSession(engine.connection);
    const files = writers.length > 0 ? fileWriter(writers) : session.files;
    return { ...session, files, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One core writes a file; more files at once than this gained nothing that was measured. */
const MOST_AT_ONCE = 4;

/** A session on a connection that somebody else opened, and closes. */
export function duckDbSession(connection: DuckDBConnection): Session {
  return {
    dialect: duckdb,
    files: fileWriter([connection]),
    run: async (statement) => {
      await connection.run(statement);
    },
    read: (query, columns) => read(connection, query, columns),
    load: (table, columns, rows) => loadTable(connection, table, columns, rows),
    describe: async () => {
      const found = await connection.runAndReadAll(
        `SELECT table_name, column_name, data_type FROM duckdb_columns()
           WHERE database_name = '${SOURCE}' OR schema_name = '${SOURCE}'`,
      );
      const names = found.getRows().map((row) => row.map(String) as [string, string, string]);
      return sourceTables(names, accepted, (name) => name);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* read(
  connection: DuckDBConnection,
  query: string,
  columns: readonly ReadColumn[],
): AsyncGenerator<RowsPiece> {
  const items = columns.map(plainCell);
  const result = await connection.stream(`SELECT ${items.join(', ')} FROM (${query})`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) {
      // A stream that fails ends like one that has no more; only the kind of its result tells them apart.
      if (result.returnType !== ResultReturnType.INVALID) return;
      throw databaseFaults.error('database-failed', { reason: 'its rows broke off' });
    }
    yield {
      rows: chunk.rowCount,
      // The query gives flags, numbers and texts only.
      columns: columns.map((_, index) => chunk.getColumnValues(index) as Constant[]),
    };
  }
}

function plainCell({ name, type }: ReadColumn): string {
  const column = duckdb.identifier(name);
  switch (type) {
    case 'bool':
    case 'str':
      return column;
    case 'int':
    case 'float':
      return `CAST(${column} AS DOUBLE)`;
    case 'date':
      return `CAST(${column} - DATE '1970-01-01' AS INTEGER)`;
    case 'datetime':
      return `CAST(epoch_ms(CAST(${column} AS TIMESTAMP)) AS DOUBLE)`;
  }
}

function fileWriter(connections: readonly DuckDBConnection[]): FileWriter {
  const idle = [...connections];
  return {
    cells: csvCells,
    atOnce: connections.length,
    write: async (query, path, format) => {
      const connection = idle.pop();
      if (connection === undefined) throw new Error('more files at once than the session writes');
      try {
        const copy = `COPY (${query}) TO ${text(path)} (${csvOptions(format).join(', ')})`;
        const [[rows] = []] = (await connection.runAndReadAll(copy)).getRows();
        return Number(rows);
      } finally {
        idle.push(connection);
      }
    },
  };
}

/** Lines end with CR LF. DuckDB would quote more than the original, so it is told not to: quotes are part of the cells. */
function csvOptions(format: 'csv' | 'csv.gz'): readonly string[] {
  return [
    'FORMAT csv',
    'HEADER true',
    "NEW_LINE '\\r\\n'",
    "QUOTE ''",
    "ESCAPE ''",
    "NULLSTR ''",
    `COMPRESSION ${format === 'csv.gz' ? 'gzip' : 'none'}`,
  ];
}
