import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAgain, testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { given, TestServer } from '../job-server.testing.ts';

/** `count` actions that need nothing, with the same beginning. */
function actions(count: number, name = 'tables'): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}_${index}`, []]));
}

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  test('a request runs from created to succeeded, each job after what it needs', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ generate_bp: [], tables: ['generate_bp'] });
    const request = await server.ask(workspace, backend, ['tables']);
    expect(request).toMatchObject({ outcome: 'created', jobs: 2 });
    const agent = server.agent(backend);
    const first = given((await agent.claim()).tasks[0]);
    expect(first).toMatchObject({
      action: 'generate_bp',
      attempt: 1,
      workspace: workspace.name,
      database_allowed: true,
      inputs: {},
    });
    expect((await agent.claim()).tasks).toEqual([]);
    server.pass(2);
    await agent.report(first, 'executing');
    server.pass(3600);
    await agent.report(first, 'succeeded');
    const second = given((await agent.claim()).tasks[0]);
    expect(second).toMatchObject({ action: 'tables', inputs: { generate_bp: first.job } });
    await agent.report(second, 'executing');
    server.pass(3);
    await agent.report(second, 'succeeded');
    expect(await server.request(request.id)).toMatchObject({
      status: 'succeeded',
      runtime_seconds: 3603,
      succeeded_jobs: 2,
      pending_jobs: 0,
      finished_at: server.now,
    });
  });

  test('two pools, filled by weight', async () => {
    const rules = JSON.stringify([{ action: 'tables_[0-2]', weight: 2 }]);
    const backend = await server.backend({
      database_slots: 2,
      other_slots: 5,
      resource_rules: rules,
    });
    const workspace = await server.workspace({ ...actions(4), ...actions(4, 'generate') });
    await server.ask(workspace, backend, ['run_all']);
    const { tasks } = await server.agent(backend).claim();
    expect(tasks.map(({ action }) => action).toSorted()).toEqual([
      'generate_0',
      'generate_1',
      'tables_0',
      'tables_1',
      'tables_3',
    ]);
    expect((await server.agent(backend, 'other').claim()).tasks).toEqual([]);
  });

  test('an agent gets no more than it has room for, and what is heavier than all it has only when it is idle', async () => {
    const rules = JSON.stringify([{ action: 'tables_0', weight: 50 }]);
    const backend = await server.backend({ other_slots: 10, resource_rules: rules });
    const workspace = await server.workspace(actions(4));
    const request = await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    const first = await agent.claim({ database: 0, other: 2 });
    expect(first.tasks.map(({ action }) => action)).toEqual(['tables_0']);
    expect((await agent.claim({ database: 0, other: 0 })).tasks).toEqual([]);
    await agent.report(given(first.tasks[0]), 'succeeded');
    const second = await agent.claim({ database: 0, other: 2 });
    expect(second.tasks.map(({ action }) => action)).toEqual(['tables_1', 'tables_2']);
    expect(await server.codes(request)).toContain('tables_3 created');
  });

  test('fairness: the workspace with the fewest running jobs goes first', async () => {
    const backend = await server.backend({ other_slots: 4 });
    const [large, small] = [
      await server.workspace(actions(20)),
      await server.workspace(actions(2)),
    ];
    await server.ask(large, backend, ['run_all']);
    server.pass(60);
    await server.ask(small, backend, ['run_all']);
    const { tasks } = await server.agent(backend).claim();
    expect(tasks.map(({ workspace }) => workspace).toSorted()).toEqual(
      [large.name, large.name, small.name, small.name].toSorted(),
    );
  });

  test('starvation: a heavy job that has waited for long keeps lighter ones behind it', async () => {
    const rules = JSON.stringify([{ action: 'tables_1', weight: 3 }]);
    const backend = await server.backend({ other_slots: 3, resource_rules: rules });
    const workspace = await server.workspace(actions(3));
    const late = await server.workspace(actions(5));
    await server.ask(workspace, backend, ['tables_0']);
    const agent = server.agent(backend);
    const running = given((await agent.claim()).tasks[0]);
    await server.ask(workspace, backend, ['tables_1']);
    await server.ask(late, backend, ['tables_0']);
    expect((await agent.claim()).tasks.map(({ workspace: name }) => name)).toEqual([late.name]);
    server.pass(server.context.policy.starvationSeconds + 1);
    await server.ask(late, backend, ['tables_1', 'tables_2']);
    expect((await agent.claim()).tasks).toEqual([]);
    await agent.report(running, 'succeeded');
    expect((await agent.claim()).tasks).toEqual([]);
    await agent.report(given(agent.held[0]), 'succeeded');
    expect((await agent.claim()).tasks.map(({ action }) => action)).toEqual(['tables_1']);
  });

  test('an answer that was lost is given again, as the same attempt', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace(actions(1));
    await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    const lost = given((await agent.claim()).tasks[0]);
    agent.held.length = 0;
    expect((await agent.claim()).tasks).toEqual([lost]);
    expect((await agent.claim()).tasks).toEqual([]);
  });

  test('agents of another backend get nothing and change nothing', async () => {
    const [backend, foreign] = [await server.backend(), await server.backend()];
    const workspace = await server.workspace(actions(1));
    const request = await server.ask(workspace, backend, ['run_all']);
    const spy = server.agent(foreign, 'agent');
    expect((await spy.claim()).tasks).toEqual([]);
    const task = given((await server.agent(backend).claim()).tasks[0]);
    expect(await spy.report(task, 'succeeded')).toEqual(['unknown_job']);
    expect(await server.codes(request)).toEqual(['tables_0 initiated']);
    spy.held.push(task);
    expect((await spy.claim()).cancel).toEqual([{ job: task.job, attempt: 1 }]);
    expect(await server.codes(request)).toEqual(['tables_0 initiated']);
  });

  test('many agents at once, on several servers: every job is handed out once and no pool overflows', async () => {
    const backend = await server.backend({ other_slots: 7, database_slots: 5 });
    for (let index = 0; index < 4; index += 1) {
      const workspace = await server.workspace({ ...actions(10), ...actions(10, 'generate') });
      await server.ask(workspace, backend, ['run_all']);
    }
    const replica = await openAgain(database);
    const servers = replica === null ? [server] : [server, new TestServer(replica)];
    const seen: string[] = [];
    const work = async (name: string, own: TestServer): Promise<void> => {
      const agent = own.agent(backend, name);
      for (let idle = 0; idle < 3; ) {
        const { tasks } = await agent.claim({ database: 2, other: 3 });
        idle = agent.held.length === 0 ? idle + 1 : 0;
        const { rows } = await sql<{ readonly used: number; readonly database: number }>`
          select count(*) filter (where not needs_database)::integer as used,
            count(*) filter (where needs_database)::integer as database
          from job where backend_id = ${backend.id} and holds_slot`.execute(own.database.db);
        expect(rows[0]?.used).toBeLessThanOrEqual(7);
        expect(rows[0]?.database).toBeLessThanOrEqual(5);
        seen.push(...tasks.map(({ job }) => job));
        for (const task of [...agent.held]) await agent.report(task, 'executing', 'succeeded');
      }
    };
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name, index) =>
        work(name, servers[index % servers.length] ?? server),
      ),
    );
    expect(seen).toHaveLength(80);
    expect(new Set(seen).size).toBe(80);
    await replica?.close();
  });
});
