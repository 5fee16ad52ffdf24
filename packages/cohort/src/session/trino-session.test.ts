/**
 * The session of Trino against a listener that speaks its protocol, and fails as a real one cannot be made to: as busy
 * coordinators, gateways and networks do. What a real one tells is in `trino-extracts.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../commands/tell-faults.ts';
import type { TrinoDatabase } from '../database-process/database-address.ts';
import { type Answer, nothing } from './answer.testing.ts';
import { faultOf } from './fault-of.testing.ts';
import { type ReadColumn, readRows } from './session.ts';
import { trinoClient } from './trino-client.ts';
import { type Disturbance, listenAsTrino } from './trino-listener.testing.ts';
import { openTrino } from './trino-session.ts';
import { withSession } from './with-session.ts';

const database = (port: number, more: Partial<TrinoDatabase> = {}): TrinoDatabase => ({
  engine: 'trino',
  host: '127.0.0.1',
  port,
  isEncrypted: false,
  user: 'vitrine',
  password: null,
  catalog: 'hive',
  schema: 'records',
  ownSchema: 'scratch',
  ...more,
});
/** A port of the system's at which nothing listens. */
const NOBODY = 1;
/** Seconds that no test waits for. */
const TOO_LONG = 3600;
const quiet = { signal: undefined, log: undefined };

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
  [-5, -1e300, false, '', -25_567, -1],
  [2 ** 52, 0, true, 'é\n', 0, 0],
  [null, null, null, null, null, null],
] as const;
const all: Answer = { kind: 'rows', columns, rows };
const failure = (name: string): Answer => {
  return { kind: 'error', number: 65_536, name, message: 'canary-9f patient 17' };
};

test('rows come from page to page, with the values that they stand for', async () => {
  await using listener = await listenAsTrino(() => all);
  await using session = openTrino(database(listener.port), quiet);
  expect(await readRows(session, 'SELECT 1', columns)).toEqual(rows);
  expect(listener.headers[0]).toMatchObject({
    'x-trino-user': 'vitrine',
    'x-trino-catalog': 'hive',
    'x-trino-schema': 'records',
  });
  expect(listener.headers[0]).not.toHaveProperty('authorization');
});

test.each<readonly [string, Disturbance, 'GET' | 'POST']>([
  ['a page is answered with 503', 503, 'GET'],
  ['a page is answered with 429', 429, 'GET'],
  ['the connection of a page breaks', 'drop', 'GET'],
  ['a statement is answered with 503', 503, 'POST'],
])('where %s, it is asked for again', async (_name, disturbance, where) => {
  const seen = new Set<string>();
  await using listener = await listenAsTrino(
    () => all,
    (method, path) => {
      const isFirst = method === where && !seen.has(path);
      seen.add(path);
      return isFirst ? disturbance : null;
    },
  );
  const client = trinoClient(database(listener.port), [0, 0]);
  await using session = openTrino(database(listener.port), { ...quiet, client });
  expect(await readRows(session, 'SELECT 1', columns)).toEqual(rows);
});

describe('what goes wrong becomes a fault without the words of the server:', () => {
  test.each<readonly [string, Answer | Disturbance, string, number]>([
    ['the connection of a statement breaks', 'drop', 'database-passing-fault', 3],
    ['503 without an end', 503, 'database-passing-fault', 3],
    ['401', 401, 'database-access-refused', 5],
    ['404', 404, 'database-failed', 5],
    ['a node is gone', failure('REMOTE_HOST_GONE'), 'database-passing-fault', 3],
    ['no rights', failure('PERMISSION_DENIED'), 'database-access-refused', 5],
    ['a name that is a message', failure('patient 17 canary-9f'), 'database-failed', 5],
  ])('%s', async (_name, what, code, exit) => {
    const isAnswer = typeof what === 'object' && what !== null;
    await using listener = await listenAsTrino(
      () => (isAnswer ? what : all),
      () => (isAnswer ? null : what),
    );
    const client = trinoClient(database(listener.port), [0, 0]);
    await using session = openTrino(database(listener.port), { ...quiet, client });
    const fault = await faultOf(readRows(session, 'SELECT 1', columns));
    expect(fault.diagnostics.map((one) => one.code)).toEqual([code]);
    expect(JSON.stringify(fault.diagnostics)).not.toContain('canary');
    expect(exitCodeOf(fault)).toBe(exit);
  });

  test('a page of a statement that is not known any more', async () => {
    await using listener = await listenAsTrino(
      () => all,
      (method) => (method === 'GET' ? 404 : null),
    );
    const client = trinoClient(database(listener.port), [TOO_LONG]);
    await using session = openTrino(database(listener.port), { ...quiet, client });
    const fault = await faultOf(readRows(session, 'SELECT 1', columns));
    expect(fault.diagnostics.map((one) => one.code)).toEqual(['database-passing-fault']);
  });

  test('nobody listens, which is not tried again', async () => {
    const client = trinoClient(database(NOBODY), [TOO_LONG]);
    await using session = openTrino(database(NOBODY), { ...quiet, client });
    const fault = await faultOf(readRows(session, 'SELECT 1', columns));
    expect(fault.diagnostics.map((one) => one.code)).toEqual(['database-passing-fault']);

    const log: string[] = [];
    const use = {
      database: database(NOBODY),
      settings: {},
      log: (line: string) => void log.push(line),
    };
    const work = withSession(use, (one) => readRows(one, 'SELECT 1', columns));
    expect((await faultOf(work)).diagnostics).toEqual(fault.diagnostics);
    expect(log).toEqual([]);
  });
});

test('tables of a run are named where they could not be dropped', async () => {
  await using listener = await listenAsTrino((statement) =>
    statement.includes('information_schema') ? failure('PERMISSION_DENIED') : nothing,
  );
  const log: string[] = [];
  const use = {
    database: database(listener.port),
    settings: {},
    log: (line: string) => void log.push(line),
  };
  await withSession(use, (session) => session.run('CREATE TABLE x AS SELECT 1 AS one'));
  expect(log).toEqual([expect.stringMatching(/Tables that begin with vitrine_\d{8}_/)]);
});

test('a password is sent to whom it is for alone', async () => {
  await using listener = await listenAsTrino(() => all);
  const known = database(listener.port, { user: 'me', password: 'p4ss' });
  await using session = openTrino(known, quiet);
  await readRows(session, 'SELECT 1', columns);
  expect(listener.headers[0]?.authorization).toBe(
    `Basic ${Buffer.from('me:p4ss').toString('base64')}`,
  );
});

test('what may pass is tried again on a new session, so often and no more, and told', async () => {
  let failures = 3;
  await using listener = await listenAsTrino(() =>
    failures-- > 0 ? failure('REMOTE_HOST_GONE') : all,
  );
  const log: string[] = [];
  const use = {
    database: database(listener.port),
    settings: {},
    pauses: [0, 0, 0],
    log: (line: string) => void log.push(line),
  };
  const found = await withSession(use, (session) => readRows(session, 'SELECT 1', columns));
  expect(found).toEqual(rows);
  expect(log).toHaveLength(3);
  expect(log[2]).toContain('try 4 of 4');
  failures = 4;
  const fault = await faultOf(
    withSession(use, (session) => readRows(session, 'SELECT 1', columns)),
  );
  expect(exitCodeOf(fault)).toBe(3);
});
