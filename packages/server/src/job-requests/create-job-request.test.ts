import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAgain, testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { COMMIT, given, TestServer } from '../job-server.testing.ts';
import { cancelJobRequest } from './cancel-job-request.ts';
import { rerunFailed } from './rerun-failed.ts';

/** The codes of the faults that something is refused with. */
async function refusal(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (error instanceof FaultError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
}

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  const count = async (): Promise<number> => {
    const { total } = await database.db
      .selectFrom('job_request')
      .select((select) => select.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  };

  const chain = { generate: [], tables: ['generate'], report: ['tables', 'generate'] };

  test('writes the request with what it will run and why', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace(chain);
    const created = await server.ask(workspace, backend, ['report'], { notify: true });
    expect(created.identifier).toMatch(/^[a-z2-7]{16}$/);
    const row = await server.request(created.id);
    expect(row).toMatchObject({
      number: created.number,
      commit: COMMIT,
      branch: 'main',
      requested_actions: ['report'],
      force_run_dependencies: false,
      will_notify: true,
      status: 'pending',
      pending_jobs: 3,
      started_at: null,
      finished_at: null,
      created_at: server.now,
    });
    expect(row.project_definition).toBe(server.studies.get(workspace.repository));
    const jobs = await server.jobs(created);
    expect(row.plan).toEqual([
      {
        action: 'generate',
        kind: 'run',
        reason: expect.stringContaining('not run before'),
        job: jobs[0]?.identifier,
      },
      {
        action: 'tables',
        kind: 'run',
        reason: expect.stringContaining('not run before'),
        job: jobs[1]?.identifier,
      },
      {
        action: 'report',
        kind: 'run',
        reason: 'runs because you asked for it',
        job: jobs[2]?.identifier,
      },
    ]);
    expect(jobs.map((job) => job.waits_for)).toEqual([
      [],
      [jobs[0]?.id],
      [jobs[1]?.id, jobs[0]?.id],
    ]);
    expect(jobs.map((job) => job.ready_at === null)).toEqual([false, true, true]);
    expect(jobs.map((job) => job.needs_database)).toEqual([true, false, false]);
  });

  test('numbers and identifiers may be given, and numbers go on from there', async () => {
    const backend = await server.backend();
    const taken = { number: 8356, identifier: '3uh4s3ep7kte6hfe' };
    const workspace = await server.workspace({ a: [] });
    const created = await server.ask(workspace, backend, ['a'], { given: taken });
    expect(created).toMatchObject(taken);
    const next = await server.ask(await server.workspace({ a: [] }), backend, ['a']);
    expect(next.number).toBe(8357);
  });

  test('the rules of re-runs, on real jobs', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace(chain);
    const agent = server.agent(backend);
    const first = await server.ask(workspace, backend, ['tables']);
    // What is under way is waited for, not started twice.
    const second = await server.ask(workspace, backend, ['report']);
    expect(await server.codes(second)).toEqual(['report created']);
    const waiting = given((await server.jobs(second))[0]);
    expect(waiting.waits_for).toEqual((await server.jobs(first)).map(({ id }) => id).toReversed());
    const generate = given((await agent.claim()).tasks[0]);
    await agent.report(generate, 'succeeded');
    const tables = given((await agent.claim()).tasks[0]);
    await agent.report(tables, 'nonzero_exit');
    expect(await server.codes(second)).toEqual(['report dependency_failed']);
    // What failed runs again, what succeeded is reused.
    const third = await server.ask(workspace, backend, ['report']);
    expect(await server.codes(third)).toEqual(['tables created', 'report created']);
    await cancelJobRequest(server.context, third.number);
    const forced = await server.ask(workspace, backend, ['report'], { forceRunDependencies: true });
    expect(await server.codes(forced)).toEqual([
      'generate created',
      'tables created',
      'report created',
    ]);
  });

  test('nothing to do is kept with its reason', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [] });
    await server.ask(workspace, backend, ['a']);
    const again = await server.ask(workspace, backend, ['a']);
    expect(again).toMatchObject({ outcome: 'nothing-to-do', jobs: 0 });
    expect(await server.request(again.id)).toMatchObject({
      status: 'nothing_to_do',
      status_message: 'All requested actions are already pending or running.',
      runtime_seconds: 0,
    });
  });

  test('stale codelists: what reads the database is refused, the rest runs', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ generate: [], tables: [] });
    const stale = { codelistsOk: false };
    for (const asked of [['generate'], ['run_all'], ['tables', 'generate']]) {
      expect(await refusal(server.ask(workspace, backend, asked, stale))).toEqual([
        'codelists-stale',
      ]);
    }
    expect(await server.ask(workspace, backend, ['tables'], stale)).toMatchObject({ jobs: 1 });
  });

  test('is refused with a code, and nothing is written', async () => {
    const backend = await server.backend();
    const closed = await server.backend({ is_active: false });
    const workspace = await server.workspace({ a: [] });
    const broken = await server.workspace({});
    server.studies.set(broken.repository, 'actions: [');
    const bare = await server.workspace({});
    server.studies.delete(bare.repository);
    const archived = await server.workspace({ a: [] });
    await database.db
      .updateTable('workspace')
      .set({ is_archived: true })
      .where('id', '=', archived.id)
      .execute();
    const before = await count();
    const unknown = { id: 0, name: 'nowhere', repository: '', slug: 'nowhere' };
    expect(await refusal(server.ask(unknown, backend, ['a']))).toEqual(['workspace-unknown']);
    expect(await refusal(server.ask(workspace, unknown, ['a']))).toEqual(['backend-unknown']);
    expect(await refusal(server.ask(workspace, closed, ['a']))).toEqual(['backend-inactive']);
    expect(await refusal(server.ask(archived, backend, ['a']))).toEqual(['workspace-archived']);
    expect(await refusal(server.ask(workspace, backend, ['b', 'c']))).toEqual([
      'action-unknown',
      'action-unknown',
    ]);
    expect(await refusal(server.ask(workspace, backend, []))).toEqual(['request-empty']);
    expect((await refusal(server.ask(broken, backend, ['a']))).length).toBeGreaterThan(0);
    expect(await refusal(server.ask(bare, backend, ['a']))).toEqual(['project-file-missing']);
    const commit = COMMIT.replaceAll('0', '1');
    expect(await refusal(server.ask(workspace, backend, ['a'], { commit }))).toEqual([
      'commit-not-on-branch',
    ]);
    const small = new TestServer(database, { maximumJobs: 1 });
    small.person = server.person;
    small.studies.set(workspace.repository, given(server.studies.get(workspace.repository)));
    const two = await server.workspace({ a: [], b: [] });
    small.studies.set(two.repository, given(server.studies.get(two.repository)));
    expect(await refusal(small.ask(two, backend, ['a', 'b']))).toEqual(['too-many-jobs']);
    expect(await count()).toBe(before);
  });

  test('the same key never makes a second request', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [], b: [] });
    const clientKey = 'key-of-the-client';
    const tries = Array.from({ length: 8 }, () =>
      server.ask(workspace, backend, ['a'], { clientKey }),
    );
    const made = await Promise.all(tries);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(await refusal(server.ask(workspace, backend, ['b'], { clientKey }))).toEqual([
      'client-key-reused',
    ]);
  });

  test('many requests at once, on several servers: no action is started twice', async () => {
    const replica = await openAgain(database);
    const backend = await server.backend();
    const workspace = await server.workspace(chain);
    const other = replica === null ? server : new TestServer(replica);
    other.studies.set(workspace.repository, given(server.studies.get(workspace.repository)));
    const requestedBy = server.person;
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? server : other).ask(workspace, backend, ['run_all'], { requestedBy }),
      ),
    );
    expect(made.map(({ jobs }) => jobs).toSorted((left, right) => left - right)).toEqual([
      ...Array.from({ length: 11 }, () => 0),
      3,
    ]);
    await replica?.close();
  });

  test('a job that ends while another request is planned never leaves that one waiting', async () => {
    const backend = await server.backend();
    for (let round = 0; round < 10; round += 1) {
      const workspace = await server.workspace({ a: [], b: ['a'] });
      await server.ask(workspace, backend, ['a']);
      const agent = server.agent(backend);
      const task = given((await agent.claim()).tasks[0]);
      const [request] = await Promise.all([
        server.ask(workspace, backend, ['b']),
        agent.report(task, round % 2 === 0 ? 'succeeded' : 'nonzero_exit'),
      ]);
      const jobs = await server.jobs(request);
      const stuck = jobs.filter(({ state, ready_at }) => state === 'pending' && ready_at === null);
      const open = jobs.filter(({ state, ready_at }) => state === 'pending' && ready_at !== null);
      // Either it failed with its need, or it is ready, or its need runs once more before it.
      if (stuck.length > 0) expect(open).toHaveLength(1);
      await cancelJobRequest(server.context, request.number);
    }
  });

  test('cancel: all, or some by name; what needs a cancelled job fails', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ ...chain, other: [] });
    const request = await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    const task = given((await agent.claim()).tasks.find(({ action }) => action === 'generate'));
    expect(
      await refusal(cancelJobRequest(server.context, request.number, ['tables', 'nothing'])),
    ).toEqual(['job-unknown']);
    expect(await cancelJobRequest(server.context, request.number, ['generate'])).toBe(1);
    expect(await server.codes(request)).toEqual([
      'generate cancelled_by_user',
      'tables dependency_failed',
      'report dependency_failed',
      'other initiated',
    ]);
    expect(await server.request(request.id)).toMatchObject({ status: 'running' });
    // It takes its place until its agent says that nothing of it runs any more.
    expect(given((await server.jobs(request))[0]).holds_slot).toBe(true);
    expect(await agent.report(task, 'cancelled_by_user')).toEqual(['accepted']);
    expect(given((await server.jobs(request))[0]).holds_slot).toBe(false);
    expect(await cancelJobRequest(server.context, request.number)).toBe(1);
    expect(await cancelJobRequest(server.context, request.number)).toBe(0);
    expect(await server.request(request.id)).toMatchObject({ status: 'failed', failed_jobs: 4 });
    expect(await refusal(cancelJobRequest(server.context, 999_999))).toEqual([
      'job-request-unknown',
    ]);
  });

  test('what failed is asked for again at the same commit, with nothing else', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ ...chain, other: [] });
    const request = await server.ask(workspace, backend, ['run_all']);
    const agent = server.agent(backend);
    const by = { requestedBy: server.person };
    expect(await refusal(rerunFailed(server.context, request.number, by))).toEqual([
      'nothing-failed',
    ]);
    for (let { tasks } = await agent.claim(); tasks.length > 0; { tasks } = await agent.claim()) {
      for (const task of tasks) {
        await agent.report(task, task.action === 'tables' ? 'nonzero_exit' : 'succeeded');
      }
    }
    const again = await rerunFailed(server.context, request.number, by);
    expect(await server.codes(again)).toEqual(['tables created', 'report created']);
    expect(await refusal(rerunFailed(server.context, 999_999, by))).toEqual([
      'job-request-unknown',
    ]);
  });

  test('a request of 2,000 actions is made at once', async () => {
    const backend = await server.backend();
    const needs: Record<string, readonly string[]> = {};
    for (let index = 0; index < 2000; index += 1) {
      needs[`action_${index}`] = index < 100 ? [] : [`action_${index - 100}`];
    }
    const created = await server.ask(await server.workspace(needs), backend, ['run_all']);
    expect(created.jobs).toBe(2000);
  });
});
