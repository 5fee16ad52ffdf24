import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { given, TestServer } from '../job-server.testing.ts';
import { explainJobs } from './explain-jobs.ts';
import { isDrained, setDraining, setMaintenance, setPaused } from './operating-modes.ts';
import { recordHeartbeat } from './record-heartbeat.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  const why = async (request: { readonly id: number }): Promise<readonly string[]> => {
    const words = await explainJobs(server.context, await server.jobs(request), server.now);
    return [...words.values()].map(({ code }) => code);
  };

  test('pause: nothing starts, what runs goes on', async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ a: [], b: ['a'] }), backend, ['b']);
    const agent = server.agent(backend);
    const task = given((await agent.claim()).tasks[0]);
    await setPaused(server.context, backend.id, true);
    expect(await agent.report(task, 'succeeded')).toEqual(['accepted']);
    expect(await agent.claim()).toMatchObject({ tasks: [], cancel: [], paused: true });
    expect(await why(request)).toEqual(['paused']);
    await setPaused(server.context, backend.id, false);
    expect((await agent.claim()).tasks).toHaveLength(1);
  });

  test('maintenance: jobs that read the database are stopped and start again afterwards', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ generate: [], tables: [] });
    const request = await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    const task = given(
      (await agent.claim()).tasks.find(({ database_allowed }) => database_allowed),
    );
    await agent.report(task, 'executing');
    await setMaintenance(server.context, backend.id, true);
    expect(await server.codes(request)).toEqual([
      'generate waiting_db_maintenance',
      'tables initiated',
    ]);
    expect((await agent.claim()).cancel).toEqual([{ job: task.job, attempt: 1 }]);
    await setMaintenance(server.context, backend.id, false);
    // Not before the first attempt has been stopped.
    expect((await agent.claim()).tasks).toEqual([]);
    await agent.report(task, 'cancelled_by_user');
    expect((await agent.claim()).tasks).toMatchObject([{ job: task.job, attempt: 2 }]);
  });

  test('maintenance: the database says so itself, unless an operator has', async () => {
    const backend = await server.backend();
    const say = async (state: 'ready' | 'maintenance'): Promise<boolean> => {
      await recordHeartbeat(server.context, backend.id, {
        agent: 'agent',
        jobs: [],
        self_test: { passed: true, failed: [] },
        version: '0.1.0',
        database: state,
      });
      const row = await database.db
        .selectFrom('backend')
        .select('maintenance_at')
        .where('id', '=', backend.id)
        .executeTakeFirstOrThrow();
      return row.maintenance_at !== null;
    };
    expect(await say('maintenance')).toBe(true);
    expect(await say('ready')).toBe(false);
    await setMaintenance(server.context, backend.id, true);
    expect(await say('ready')).toBe(true);
    await setMaintenance(server.context, backend.id, false);
    expect(await say('ready')).toBe(false);
  });

  test('drain: everything is stopped, says when it is safe, and starts again afterwards', async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ a: [], b: [] }), backend, [
      'run_all',
    ]);
    const agent = server.agent(backend);
    await agent.claim();
    expect(await isDrained(server.context, backend.id)).toBe(false);
    await setDraining(server.context, backend.id, true);
    const { cancel, drain } = await agent.claim();
    expect({ drain, count: cancel.length }).toEqual({ drain: true, count: 2 });
    expect(await why(request)).toEqual(['waiting_on_reboot', 'waiting_on_reboot']);
    for (const task of [...agent.held]) await agent.report(task, 'cancelled_by_user');
    expect(await isDrained(server.context, backend.id)).toBe(true);
    expect((await agent.claim()).tasks).toEqual([]);
    await setDraining(server.context, backend.id, false);
    expect((await agent.claim()).tasks.map(({ attempt }) => attempt)).toEqual([2, 2]);
  });
});
