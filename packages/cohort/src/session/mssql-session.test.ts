/** The session of SQL Server, by its driver, against a listener that speaks TDS and fails as servers and networks do. */
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../commands/tell-faults.ts';
import type { MssqlDatabase } from '../database-process/database-address.ts';
import { type Answer, nothing } from './answer.testing.ts';
import { faultOf } from './fault-of.testing.ts';
import { mssqlFault } from './mssql-faults.ts';
import { type MssqlUse, openMssql } from './mssql-session.ts';
import { type ReadColumn, readRows } from './session.ts';
import { listenAsSqlServer } from './tds-listener.testing.ts';
import { withSession } from './with-session.ts';

const database = (port: number): MssqlDatabase => ({
  engine: 'mssql',
  host: '127.0.0.1',
  port,
  user: 'reader',
  password: 'canary-p4ss',
  database: 'records',
  encryption: 'none',
  trustsAnyCertificate: false,
});
/** A port of the system's at which nothing listens. */
const NOBODY = 1;
const quiet: MssqlUse = { signal: undefined, log: undefined, pauses: [0, 0] };

const columns: readonly ReadColumn[] = [
  { name: 'i', type: 'int' },
  { name: 'f', type: 'float' },
  { name: 'b', type: 'bool' },
  { name: 's', type: 'str' },
  { name: 'd', type: 'date' },
  { name: 'm', type: 'datetime' },
];
const rows = [
  [1, 0.5, true, "it's", 18_293, 1_580_515_200_123],
  [-5, -1e300, false, '', -25_567, -1000],
  [2 ** 52, 0, true, 'é\n', 0, 0],
  [null, null, null, null, null, null],
] as const;
const all: Answer = { kind: 'rows', columns, rows };
const failure = (
  number: number,
  message = 'canary-9f patient 17',
): Extract<Answer, { kind: 'error' }> => {
  return { kind: 'error', number, name: '', message };
};

test('rows come with the values that they stand for, over one connection', async () => {
  await using listener = await listenAsSqlServer((statement) =>
    statement.startsWith('SELECT') ? all : nothing,
  );
  await using session = await openMssql(database(listener.port), quiet);
  await session.load('set 1', [{ name: 'element', type: 'str' }], [['a'], ["b'"]]);
  expect(await readRows(session, 'SELECT 1', columns)).toEqual(rows);
  expect(listener.connections).toEqual([
    [
      'CREATE TABLE [#set 1] ([element] VARCHAR(8000) COLLATE Latin1_General_BIN)',
      "INSERT INTO [#set 1] VALUES\n('a'),\n('b''')",
      'SELECT 1',
    ],
  ]);
});

test('many rows come in pieces and in order; whoever reads no further ends the statement', async () => {
  const many = Array.from({ length: 25_000 }, (_, index) => [index, 'x'.repeat(50)]);
  const two: readonly ReadColumn[] = [
    { name: 'i', type: 'int' },
    { name: 's', type: 'str' },
  ];
  await using listener = await listenAsSqlServer(() => ({
    kind: 'rows',
    columns: two,
    rows: many,
  }));
  await using session = await openMssql(database(listener.port), quiet);
  expect((await readRows(session, 'SELECT 1', two)).map(([id]) => id)).toEqual(
    many.map(([id]) => id),
  );
  for await (const piece of session.read('SELECT 2', two)) {
    expect(piece.rows).toBeLessThan(many.length);
    break;
  }
  expect(await readRows(session, 'SELECT 3', two)).toHaveLength(many.length);
});

describe('a statement that lost to others is said again in the same session:', () => {
  test.each([1205, 1222, 8645])('error %d', async (number) => {
    let failures = 2;
    await using listener = await listenAsSqlServer(() =>
      failures-- > 0 ? failure(number) : nothing,
    );
    const log: string[] = [];
    const use = { ...quiet, log: (line: string) => void log.push(line) };
    await using session = await openMssql(database(listener.port), use);
    await session.run('SELECT 1 INTO [#a]');
    expect(listener.connections).toHaveLength(1);
    expect(listener.connections[0]).toHaveLength(3);
    expect(log).toEqual([
      expect.stringContaining(`error ${number}`),
      expect.stringContaining(`error ${number}`),
    ]);
    failures = 3;
    const fault = await faultOf(session.run('SELECT 1 INTO [#a]'));
    expect(exitCodeOf(fault)).toBe(3);
  });
});

describe('where the connection breaks, the work is begun again on another:', () => {
  test.each<readonly [string, Answer]>([
    ['without a word', { kind: 'drop' }],
    ['because the session was killed', failure(596)],
    ['because the server shuts down', failure(6005)],
  ])('%s', async (_name, broken) => {
    await using listener = await listenAsSqlServer((statement, connection) =>
      connection === 0 && statement === 'SELECT 2' ? broken : all,
    );
    const log: string[] = [];
    const use = {
      database: database(listener.port),
      settings: {},
      pauses: [0],
      log: (line: string) => void log.push(line),
    };
    const found = await withSession(use, async (session) => {
      await session.run('SELECT 1');
      return await readRows(session, 'SELECT 2', columns);
    });
    expect(found).toEqual(rows);
    expect(listener.connections).toEqual([
      ['SELECT 1', 'SELECT 2'],
      ['SELECT 1', 'SELECT 2'],
    ]);
    expect(log).toHaveLength(1);
  });

  test('and not without end', async () => {
    await using listener = await listenAsSqlServer(() => ({ kind: 'drop' }));
    const use = { database: database(listener.port), settings: {}, pauses: [0, 0] };
    const fault = await faultOf(withSession(use, (session) => session.run('SELECT 1')));
    expect(exitCodeOf(fault)).toBe(3);
    expect(listener.connections).toHaveLength(3);
  });

  test('but not where nobody listens from the first', async () => {
    const log: string[] = [];
    const use = {
      database: database(NOBODY),
      settings: {},
      pauses: [0],
      log: (line: string) => void log.push(line),
    };
    const fault = await faultOf(withSession(use, (session) => session.run('SELECT 1')));
    expect(exitCodeOf(fault)).toBe(3);
    expect(log).toHaveLength(0);
  });
});

test('a stop ends the statement on the server, and the connection', async () => {
  const stop = new AbortController();
  await using listener = await listenAsSqlServer(() => {
    stop.abort(new Error('enough'));
    return { kind: 'silence' };
  });
  const use = { database: database(listener.port), settings: {}, signal: stop.signal };
  const work = withSession(use, (session) => session.run('WAITFOR DELAY'));
  await expect(work).rejects.toThrow('enough');
});

describe('what the server says becomes a fault without its words:', () => {
  test.each<readonly [number, string, number, string | undefined]>([
    [208, 'database-failed', 5, "Invalid object name 'canary-9f'."],
    [208, 'database-being-rebuilt', 4, "Invalid object name 'CodedEvent_SNOMED'."],
    [208, 'database-being-rebuilt', 4, "Invalid object name 'dbo.CodedEvent_SNOMED'."],
    [207, 'database-failed', 5, undefined],
    [229, 'database-access-refused', 5, undefined],
    [701, 'database-out-of-space', 5, undefined],
    [1101, 'database-out-of-space', 5, undefined],
    [9002, 'database-out-of-space', 5, undefined],
    [3961, 'database-passing-fault', 3, undefined],
    [8134, 'database-failed', 5, undefined],
    [40_613, 'database-passing-fault', 3, undefined],
  ])('error %d: %s', async (number, code, exit, message) => {
    await using listener = await listenAsSqlServer(() => failure(number, message));
    await using session = await openMssql(database(listener.port), { ...quiet, pauses: [] });
    const fault = await faultOf(readRows(session, 'SELECT 1', columns));
    expect(fault.diagnostics.map((one) => one.code)).toEqual([code]);
    expect(JSON.stringify(fault.diagnostics)).not.toContain('canary');
    expect(exitCodeOf(fault)).toBe(exit);
  });

  test.each([
    [18_456, 'database-access-refused'],
    [4060, 'database-not-found'],
    [40_613, 'database-passing-fault'],
  ])('a login that is refused with error %d: %s', async (number, code) => {
    await using listener = await listenAsSqlServer(() => nothing, failure(number));
    const fault = await faultOf(openMssql(database(listener.port), quiet));
    expect(fault.diagnostics.map((one) => one.code)).toEqual([code]);
    expect(JSON.stringify(fault.diagnostics)).not.toContain('canary');
  });
});

test.each([
  ['ESOCKET', 'getaddrinfo ENOTFOUND nowhere', 'database-not-found'],
  ['ESOCKET', 'self-signed certificate', 'database-access-refused'],
  ['ESOCKET', 'read ECONNRESET', 'database-passing-fault'],
  ['ETIMEOUT', 'Failed to connect in 30000ms', 'database-passing-fault'],
])('what the driver says of the way (%s, %s) is %s', (code, message, kind) => {
  const fault = mssqlFault(Object.assign(new Error(message), { code }));
  expect(fault).toMatchObject({ diagnostics: [{ code: kind }] });
});

test('a defect of ours is none of the server', () => {
  const defect = new TypeError('x is not a function');
  expect(mssqlFault(defect)).toBe(defect);
});
