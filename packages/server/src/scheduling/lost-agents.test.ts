import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { given, type TestAgent, type TestBackend, TestServer } from '../job-server.testing.ts';
import { expireLeases } from './expire-leases.ts';
import { retryDelay } from './policy.ts';
import { recordHeartbeat } from './record-heartbeat.ts';

const never = new Date(0);

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  const beat = async (agent: TestAgent, backend: TestBackend) =>
    await recordHeartbeat(server.context, backend.id, {
      agent: agent.name,
      jobs: agent.held.map(({ job, attempt }) => ({ job, attempt })),
      self_test: { passed: true, failed: [] },
      version: '0.1.0',
    });

  test('a heartbeat keeps a job; without one it is tried again, with back-off, and in the end given up', async () => {
    const { maximumLosses, leaseSeconds } = server.context.policy;
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ tables: [] }), backend, ['tables']);
    for (let loss = 1; loss <= maximumLosses; loss += 1) {
      const agent = server.agent(backend, `agent-${loss}`);
      const task = given((await agent.claim()).tasks[0]);
      expect(task.attempt).toBe(loss);
      server.pass(leaseSeconds - 1);
      await beat(agent, backend);
      server.pass(leaseSeconds - 1);
      expect(await expireLeases(server.context, never)).toBe(0);
      server.pass(2);
      expect(await expireLeases(server.context, never)).toBe(1);
      if (loss === maximumLosses) break;
      expect(await server.codes(request)).toEqual(['tables waiting_on_new_task']);
      expect((await server.agent(backend, 'eager').claim()).tasks).toEqual([]);
      server.pass(retryDelay(server.context.policy, loss));
    }
    expect(await server.codes(request)).toEqual(['tables agent_lost']);
    expect(await server.request(request.id)).toMatchObject({ status: 'failed' });
  });

  test('an agent that comes back before anybody else took its job goes on with it', async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ tables: [] }), backend, ['tables']);
    const agent = server.agent(backend);
    const task = given((await agent.claim()).tasks[0]);
    await agent.report(task, 'executing');
    const started = given((await server.jobs(request))[0]).started_at;
    server.pass(1000);
    await expireLeases(server.context, never);
    expect(await server.codes(request)).toEqual(['tables waiting_on_new_task']);
    expect(await agent.claim()).toMatchObject({ tasks: [], cancel: [] });
    const [job] = await server.jobs(request);
    expect(job).toMatchObject({
      status_code: 'executing',
      attempt: 1,
      losses: 0,
      started_at: started,
    });
    expect(await agent.report(task, 'succeeded')).toEqual(['accepted']);
    expect(await server.request(request.id)).toMatchObject({
      status: 'succeeded',
      runtime_seconds: 1000,
    });
  });

  test('what an agent finished while it could not be heard counts', async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ tables: [] }), backend, ['tables']);
    const agent = server.agent(backend);
    const task = given((await agent.claim()).tasks[0]);
    server.pass(1000);
    await expireLeases(server.context, never);
    expect(await agent.report(task, 'executing', 'succeeded')).toEqual(['accepted', 'accepted']);
    expect(await server.codes(request)).toEqual(['tables succeeded']);
  });

  test('an agent that comes back after another took its job is told to stop, and what it says is ignored', async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ tables: [] }), backend, ['tables']);
    const [old, fresh] = [server.agent(backend, 'old'), server.agent(backend, 'fresh')];
    const task = given((await old.claim()).tasks[0]);
    server.pass(1000);
    await expireLeases(server.context, never);
    server.pass(1000);
    expect((await fresh.claim()).tasks).toMatchObject([{ job: task.job, attempt: 2 }]);
    expect((await old.claim()).cancel).toEqual([{ job: task.job, attempt: 1 }]);
    expect(await old.report(task, 'succeeded')).toEqual(['old_attempt']);
    expect(await server.codes(request)).toEqual(['tables initiated']);
  });

  test('leases that ran out while the server was down are not held against agents', async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ tables: [] }), backend, ['tables']);
    await server.agent(backend).claim();
    server.pass(10_000);
    const up = server.now;
    expect(await expireLeases(server.context, up)).toBe(0);
    expect(await server.codes(request)).toEqual(['tables initiated']);
    server.pass(server.context.policy.leaseSeconds);
    await expireLeases(server.context, up);
    expect(await server.codes(request)).toEqual(['tables waiting_on_new_task']);
  });

  test('poison: jobs that an agent was lost with start again one at a time', async () => {
    const { trialSeconds } = server.context.policy;
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [], b: [], c: [] });
    await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    expect((await agent.claim()).tasks).toHaveLength(3);
    server.pass(1000);
    expect(await expireLeases(server.context, never)).toBe(3);
    agent.held.length = 0;
    server.pass(1000);
    await server.ask(await server.workspace({ innocent: [] }), backend, ['run_all']);
    const first = (await agent.claim()).tasks.map(({ action }) => action);
    expect(first.toSorted()).toEqual(['a', 'innocent']);
    expect((await agent.claim()).tasks).toEqual([]);
    server.pass(trialSeconds + 1);
    expect((await agent.claim()).tasks.map(({ action }) => action)).toEqual(['b']);
  });

  test('a fault of the platform is tried again, a fault of the study is not', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [], b: [] });
    const request = await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    const [a, b] = (await agent.claim()).tasks;
    await agent.report(given(a), 'internal_error');
    await agent.report(given(b), 'nonzero_exit');
    expect(await server.codes(request)).toEqual(['a waiting_on_new_task', 'b nonzero_exit']);
    const events = await database.db
      .selectFrom('job_event')
      .select(['status_code', 'cause'])
      .where('job_request_id', '=', request.id)
      .where('cause', 'is not', null)
      .execute();
    expect(events).toEqual([{ status_code: 'waiting_on_new_task', cause: 'internal_error' }]);
  });

  test('out of memory: tried again with more, up to the ceiling, then failed', async () => {
    const backend = await server.backend({ memory_bytes: 4, max_memory_bytes: 10 });
    const request = await server.ask(await server.workspace({ a: [] }), backend, ['a']);
    const agent = server.agent(backend);
    const memory: number[] = [];
    for (;;) {
      const [task] = (await agent.claim()).tasks;
      if (task === undefined) break;
      memory.push(task.resources.memory_bytes);
      await agent.report(task, 'executing', 'out_of_memory');
    }
    expect(memory).toEqual([4, 8, 10]);
    expect(await server.codes(request)).toEqual(['a out_of_memory']);
  });
});
