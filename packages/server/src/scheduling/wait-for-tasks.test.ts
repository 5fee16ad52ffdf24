import type { TasksAnswer } from '@vitrine/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAgain, testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { cancelJobRequest } from '../job-requests/cancel-job-request.ts';
import { given, type TestBackend, TestServer } from '../job-server.testing.ts';
import { waitForTasks } from './wait-for-tasks.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  /** Waits for up to a minute, which no test takes. */
  const wait = async (
    backend: TestBackend,
    holding: readonly { readonly job: string; readonly attempt: number }[] = [],
    signal?: AbortSignal,
  ): Promise<TasksAnswer> => {
    const ask = { agent: 'agent', free: { database: 1, other: 1 }, holding, wait_seconds: 60 };
    return await waitForTasks(server.context, backend.id, ask, signal);
  };

  test('wakes when a job comes, is freed, or is cancelled', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [], b: ['a'] });
    const coming = wait(backend);
    const request = await server.ask(workspace, backend, ['b']);
    const first = given((await coming).tasks[0]);
    expect(first.action).toBe('a');
    const freed = wait(backend, [first]);
    await server.agent(backend).report(first, 'succeeded');
    const second = given((await freed).tasks[0]);
    expect(second.action).toBe('b');
    const cancelled = wait(backend, [second]);
    await cancelJobRequest(server.context, request.number);
    expect((await cancelled).cancel).toEqual([{ job: second.job, attempt: 1 }]);
  });

  test('wakes when a job that failed is to be tried again', async () => {
    const quick = new TestServer(database, { retryFirstSeconds: 0.2 });
    const [backend, workspace] = [await server.backend(), await server.workspace({ a: [] })];
    await server.ask(workspace, backend, ['a']);
    const agent = quick.agent(backend);
    await agent.report(given((await agent.claim()).tasks[0]), 'internal_error');
    const coming = wait(backend);
    server.pass(1);
    expect((await coming).tasks).toMatchObject([{ action: 'a', attempt: 2 }]);
  });

  test('gives up when the asker does, and when the time is over', async () => {
    const backend = await server.backend();
    const asker = new AbortController();
    const waiting = wait(backend, [], asker.signal);
    asker.abort();
    expect(await waiting).toEqual({ tasks: [], cancel: [], paused: false, drain: false });
    const none = { agent: 'agent', free: { database: 1, other: 1 }, holding: [], wait_seconds: 0 };
    expect((await waitForTasks(server.context, backend.id, none)).tasks).toEqual([]);
  });
});

describe.each(testDatabases.filter(({ isShared }) => isShared))('$name, shared', ({ open }) => {
  test('wakes for what another server did', async () => {
    const database = await open();
    const replica = given(await openAgain(database));
    const [server, other] = [new TestServer(database), new TestServer(replica)];
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [] });
    const ask = { agent: 'agent', free: { database: 1, other: 1 }, holding: [], wait_seconds: 60 };
    const coming = waitForTasks(server.context, backend.id, ask);
    other.studies.set(workspace.repository, given(server.studies.get(workspace.repository)));
    await other.ask(workspace, backend, ['a'], { requestedBy: server.person });
    expect((await coming).tasks).toHaveLength(1);
    await replica.close();
    await database.close();
  });
});
