/**
 * Microsoft SQL Server: one connection for the whole session, because temporary tables (`#name`) live as long as it does
 * and are seen by it alone. Each statement is a transaction of its own, with the server's usual isolation: so did the
 * queries of the reference (ehrql §3.5).
 */
import { setTimeout as pauseFor } from 'node:timers/promises';
import { Connection, Request } from 'tedious';
import type { MssqlDatabase } from '../database-process/database-address.ts';
import { loadStatements } from '../dialect/load-statements.ts';
import { mssql } from '../dialect/mssql.ts';
import type { Constant, ValueType } from '../model/model.ts';
import { isWorthSayingAgain, mssqlFault } from './mssql-faults.ts';
import type { ReadColumn, RowsPiece, Session } from './session.ts';
import { type AcceptedTypes, sourceTables } from './source-tables.ts';

const accepted: AcceptedTypes = {
  int: /^(tinyint|smallint|int|bigint)$/,
  float: /^(float|real|decimal|numeric|money|smallmoney|tinyint|smallint|int|bigint)$/,
  bool: /^bit$/,
  date: /^date$/,
  datetime: /^(datetime|datetime2|smalldatetime|date)$/,
  str: /^n?(var)?char$/,
};

/** How long the server may take to let one in. A query may take as long as it needs. */
const LOGIN_MILLISECONDS = 30_000;

/** Rows handed over at once, and most of those that lie ready: the server waits for whoever reads. */
const PIECE = 2_000;

export interface MssqlUse {
  readonly signal: AbortSignal | undefined;
  readonly log: ((line: string) => void) | undefined;
  /** Seconds before each further try of a statement that lost to others. */
  readonly pauses: readonly number[];
}

/** @throws FaultError database-…; the signal's reason when stopped */
export async function openMssql(database: MssqlDatabase, use: MssqlUse): Promise<Session> {
  const { signal, log, pauses } = use;
  const connection = await connect(database, signal);
  const stop = (): void => {
    connection.cancel();
  };
  signal?.addEventListener('abort', stop);

  const say = async (statement: string): Promise<void> => {
    for (let failures = 0; ; failures++) {
      try {
        for await (const _ of spoken(connection, statement, [], signal));
        return;
      } catch (error) {
        const seconds = pauses[failures];
        if (!isWorthSayingAgain(error) || seconds === undefined) throw mssqlFault(error);
        log?.(`${String(mssqlFault(error))} Saying it again in ${seconds} seconds.`);
        await pauseFor(seconds * 1000, undefined, signal && { signal });
      }
    }
  };
  async function* read(query: string, columns: readonly ReadColumn[]): AsyncGenerator<RowsPiece> {
    try {
      yield* spoken(connection, query, columns, signal);
    } catch (error) {
      throw mssqlFault(error);
    }
  }
  return {
    dialect: mssql,
    files: null,
    run: say,
    read,
    load: async (table, columns, rows) => {
      for (const statement of loadStatements({ table, columns, rows }, mssql)) await say(statement);
    },
    describe: async () => {
      const found: [string, string, string][] = [];
      const columns = ['TABLE_NAME', 'COLUMN_NAME', 'DATA_TYPE'];
      // Names without a schema are looked for in the user's own, and then there.
      const query = `SELECT ${columns.map(mssql.identifier).join(', ')} FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA IN (SCHEMA_NAME(), 'dbo')`;
      const texts = columns.map((name): ReadColumn => ({ name, type: 'str' }));
      for await (const { rows, columns: cells } of read(query, texts)) {
        for (let row = 0; row < rows; row++) {
          found.push([String(cells[0]?.[row]), String(cells[1]?.[row]), String(cells[2]?.[row])]);
        }
      }
      return sourceTables(found, accepted, (name) => name.toLowerCase());
    },
    [Symbol.asyncDispose]: async () => {
      signal?.removeEventListener('abort', stop);
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      connection.once('end', () => end());
      if (connection.closed) end();
      connection.close();
      await ended;
    },
  };
}

async function connect(
  { host, port, user, password, database, encryption, trustsAnyCertificate }: MssqlDatabase,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  signal?.throwIfAborted();
  const connection = new Connection({
    server: host,
    authentication: { type: 'default', options: { userName: user, password } },
    options: {
      port,
      database,
      encrypt: encryption === 'strict' ? 'strict' : encryption === 'usual',
      trustServerCertificate: trustsAnyCertificate,
      appName: 'vitrine',
      connectTimeout: LOGIN_MILLISECONDS,
      requestTimeout: 0,
      // Whoever opened the session decides on further tries.
      maxRetriesOnTransientErrors: 0,
      useUTC: true,
      abortTransactionOnError: true,
    },
  });
  // What breaks between statements is met by the next one.
  connection.on('error', () => {});
  // The driver keeps to itself with which error a login was refused.
  let refusal: number | null = null;
  const hear = ({ number }: { readonly number: number }): void => {
    refusal = number;
  };
  connection.on('errorMessage', hear);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.once('connect', (error) => (error ? reject(error) : resolve()));
  connection.connect();
  const stop = (): void => {
    connection.close();
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', stop);
  try {
    await promise;
    return connection;
  } catch (error) {
    connection.close();
    signal?.throwIfAborted();
    throw mssqlFault(refusal === null ? error : Object.assign(new Error(), { number: refusal }));
  } finally {
    connection.off('errorMessage', hear);
    signal?.removeEventListener('abort', stop);
  }
}

/** Says a statement as it is, and gives its rows as they come; whoever does not read all of them ends it. */
async function* spoken(
  connection: Connection,
  statement: string,
  columns: readonly ReadColumn[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RowsPiece> {
  signal?.throwIfAborted();
  const waiting: (readonly unknown[])[] = [];
  let ended = false;
  let failure: unknown = null;
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  const request = new Request(statement, (error) => {
    ended = true;
    failure = error ?? null;
    tell();
  });
  const { promise: completed, resolve: complete } = Promise.withResolvers<void>();
  request.on('requestCompleted', () => complete());
  request.on('row', (cells: readonly { readonly value: unknown }[]) => {
    waiting.push(cells.map(({ value }) => value));
    if (waiting.length < PIECE) return;
    request.pause();
    tell();
  });
  const heard = news.promise;
  connection.execSqlBatch(request);
  let next = heard;
  try {
    for (;;) {
      if (waiting.length === 0 && !ended) await next;
      next = news.promise;
      signal?.throwIfAborted();
      const rows = waiting.splice(0);
      if (failure !== null) throw failure;
      if (rows.length > 0) {
        yield {
          rows: rows.length,
          columns: columns.map(({ type }, index) => rows.map((row) => cellOf(row[index], type))),
        };
        request.resume();
      } else if (ended) {
        return;
      }
    }
  } finally {
    if (!ended) {
      request.resume();
      connection.cancel();
    }
    // Until it is, the connection takes no other statement.
    await completed;
  }
}

/** Whole numbers of 64 bits come as texts, dates and times as those of UTC. */
function cellOf(value: unknown, type: ValueType): Constant {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'bool':
      return value === true || value === 1;
    case 'int':
    case 'float':
      return Number(value);
    case 'str':
      return String(value);
    case 'date':
      return value instanceof Date ? Math.floor(value.getTime() / 86_400_000) : null;
    case 'datetime':
      return value instanceof Date ? value.getTime() : null;
  }
}
