/** The database's own process with servers that listen here: what it asks them, and what it makes of their answers. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, describe, expect, test } from 'vitest';
import { codes, lower, patients } from '../cohortextractor/testing.ts';
import { exitCodeOf } from '../commands/tell-faults.ts';
import type { Constant } from '../model/model.ts';
import { type Answer, nothing } from '../session/answer.testing.ts';
import type { ReadColumn } from '../session/session.ts';
import { listenAsSqlServer } from '../session/tds-listener.testing.ts';
import { listenAsTrino } from '../session/trino-listener.testing.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import type { DatabaseOrder } from './order.ts';
import { type DatabaseNews, runDatabaseOrder } from './run-database-order.ts';

const SECRET = 'canary-p4ss';
const home = mkdtempSync(join(tmpdir(), 'vitrine-over-servers-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Server extends AsyncDisposable {
  readonly address: string;
}
type Listen = (answer: (statement: string) => Answer) => Promise<Server>;

const listenMssql: Listen = async (answer) => {
  const listener = await listenAsSqlServer(answer);
  return {
    address: `mssql://reader:${SECRET}@127.0.0.1:${listener.port}/records?encrypt=no`,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
};
const listenTrino: Listen = async (answer) => {
  const listener = await listenAsTrino(answer);
  return {
    address: `trino://${SECRET}@127.0.0.1:${listener.port}/hive/records`,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
};

/** Columns of tables, in types that both servers have. */
function tables(...names: readonly (keyof typeof tppSchema | 'BuildProgress')[]): Answer {
  const types = { str: 'varchar', datetime: 'date', date: 'date', int: 'bigint' } as const;
  return {
    kind: 'rows',
    columns: ['a', 'b', 'c'].map((name): ReadColumn => ({ name, type: 'str' })),
    rows: names.flatMap((table) =>
      Object.entries(tppSchema[table].columns).map(([column, { type }]) => [
        table,
        column,
        type in types ? types[type as keyof typeof types] : 'double',
      ]),
    ),
  };
}

/** Answers the log of builds, and the columns that there are. */
function server(columns: Answer, log: readonly (readonly Constant[])[]): (s: string) => Answer {
  return (statement) => {
    if (/information_schema/i.test(statement)) return columns;
    if (!statement.includes('BuildProgress')) return nothing;
    return {
      kind: 'rows',
      columns: [
        { name: 'Event', type: 'str' },
        { name: 'EventStart', type: 'datetime' },
        { name: 'EventEnd', type: 'datetime' },
      ],
      rows: log,
    };
  };
}

const study = lower({
  last: patients('with_these_clinical_events', {
    codelist: codes('snomed'),
    on_or_before: 'index_date',
    returning: 'binary_flag',
  }),
});
const order = (): Extract<DatabaseOrder, { kind: 'studies' }> => {
  const folder = mkdtempSync(join(home, 'out-'));
  const path = join(folder, 'input_2020-01-01.csv');
  return {
    kind: 'studies',
    studies: [{ study, extracts: [{ indexDate: '2020-01-01', path, kept: null }], measures: null }],
    format: 'csv',
    directory: folder,
    today: '2022-01-01',
  };
};

interface Outcome {
  readonly news: readonly DatabaseNews[];
  readonly error: unknown;
}

async function run(address: string, asked: DatabaseOrder, signal?: AbortSignal): Promise<Outcome> {
  const news: DatabaseNews[] = [];
  const error = await runDatabaseOrder({
    address: { kind: 'text', text: address },
    order: asked,
    environment: { TMPDIR: home },
    signal,
    news: (one) => void news.push(one),
  }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(JSON.stringify({ news, error: String(error) })).not.toContain(SECRET);
  return { news, error };
}

const day = (iso: string): number => Date.parse(`${iso}T00:00:00Z`);
const never = day('9999-12-31');

describe.each([
  ['SQL Server', listenMssql],
  ['Trino', listenTrino],
])('%s', (_name, listen) => {
  test.each<readonly [string, readonly (readonly Constant[])[], boolean]>([
    ['a build that has not come to it', [['OpenSAFELY', day('2022-01-01'), never]], false],
    [
      'a build that swaps tables',
      [
        ['OpenSAFELY', day('2021-01-01'), day('2021-01-02')],
        ['OpenSAFELY', day('2022-01-01'), never],
        ['Swap Tables', day('2022-01-02'), never],
      ],
      true,
    ],
  ])('tells of maintenance: %s', async (_case, log, beingRebuilt) => {
    await using listener = await listen(server(tables('BuildProgress'), log));
    const { news, error } = await run(listener.address, { kind: 'maintenance' });
    expect(error).toBeNull();
    expect(news).toEqual([{ kind: 'maintenance', beingRebuilt }]);
  });

  test('has exit code 4 while the table of events is away', async () => {
    const columns = tables('Patient', 'AllowedPatientsWithTypeOneDissent');
    await using listener = await listen(server(columns, []));
    const { error } = await run(listener.address, order());
    if (!(error instanceof FaultError)) throw error;
    expect(error.diagnostics.map(({ code }) => code)).toContain('database-being-rebuilt');
    expect(exitCodeOf(error)).toBe(4);
  });

  test('has exit code 5 when it refuses a query, and leaves no file', async () => {
    const columns = tables('Patient', 'AllowedPatientsWithTypeOneDissent', 'CodedEvent_SNOMED');
    const answer = server(columns, []);
    await using listener = await listen((statement) =>
      statement.includes('people')
        ? { kind: 'error', number: 8134, name: 'DIVISION_BY_ZERO', message: SECRET }
        : answer(statement),
    );
    const asked = order();
    const { error } = await run(listener.address, asked);
    if (!(error instanceof FaultError)) throw error;
    expect(error.diagnostics.map(({ code }) => code)).toEqual(['database-failed']);
    expect(exitCodeOf(error)).toBe(5);
    expect(readdirSync(asked.directory)).toEqual([]);
  });

  test('is left at once when told to stop between two tries', async () => {
    const stop = new AbortController();
    await using listener = await listen(() => {
      // What follows is a pause of seconds, and then another try.
      setImmediate(() => stop.abort(new Error('enough')));
      return { kind: 'error', number: 596, name: 'REMOTE_HOST_GONE', message: '' };
    });
    const { error } = await run(listener.address, order(), stop.signal);
    expect(String(error)).toBe('Error: enough');
  });
});
