import type { Report } from '@vitrine/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { given, TestServer } from '../job-server.testing.ts';
import { eventHash } from '../states/event-hash.ts';
import { applyReports } from './apply-reports.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 15);

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  const running = async () => {
    const backend = await server.backend();
    const request = await server.ask(await server.workspace({ a: [] }), backend, ['a']);
    const agent = server.agent(backend);
    const task = given((await agent.claim()).tasks[0]);
    const report = (more: Partial<Report>): Report => ({
      job: task.job,
      attempt: 1,
      at: `${server.now.toISOString().slice(0, 19)}Z`,
      status_code: 'executing',
      ...more,
    });
    return { backend, request, agent, task, report };
  };

  test('said twice is as good as once', async () => {
    const { agent, request, report } = await running();
    expect(await agent.say(report({}))).toEqual(['accepted']);
    expect(await agent.say(report({}), report({}))).toEqual(['repeated', 'repeated']);
    const end = report({ status_code: 'succeeded' });
    expect(await agent.say(end)).toEqual(['accepted']);
    const before = await server.jobs(request);
    expect(await agent.say(end)).toEqual(['repeated']);
    expect(await server.jobs(request)).toEqual(before);
  });

  test('what is out of order, old, or unknown changes nothing', async () => {
    const { agent, request, report } = await running();
    await agent.say(report({ status_code: 'finalizing' }));
    const before = await server.jobs(request);
    expect(
      await agent.say(
        report({}),
        report({ attempt: 2, status_code: 'succeeded' }),
        report({ job: 'aaaaaaaaaaaaaaaa' }),
      ),
    ).toEqual(['too_late', 'old_attempt', 'unknown_job']);
    expect(await server.jobs(request)).toEqual(before);
  });

  test('another agent of the same backend cannot speak for it', async () => {
    const { backend, request, report } = await running();
    const other = server.agent(backend, 'other');
    expect(await other.say(report({ status_code: 'succeeded' }))).toEqual(['old_attempt']);
    expect(await server.codes(request)).toEqual(['a initiated']);
  });

  test('what was used is kept', async () => {
    const { agent, request, report } = await running();
    const image_digest = `sha256:${'a'.repeat(64)}`;
    const used = { peak_memory_bytes: 5_000_000_000, cpu_seconds: 17, image_digest };
    await agent.say(report({ usage: used }));
    // An agent of before tells no image.
    const last = { peak_memory_bytes: null, cpu_seconds: null };
    await agent.say(report({ status_code: 'succeeded', usage: last }));
    expect((await server.jobs(request))[0]).toMatchObject({
      peak_memory_bytes: 5_000_000_000,
      cpu_seconds: 17,
      image_digest,
    });
  });

  test('a clock that is a day wrong moves nothing out of its time', async () => {
    const { agent, request, report } = await running();
    const claimed = server.now;
    server.pass(10);
    await agent.say(report({ at: '2021-05-12T09:00:00Z' }));
    server.pass(10);
    await agent.say(report({ at: '2031-05-12T09:00:00Z', status_code: 'succeeded' }));
    expect((await server.jobs(request))[0]).toMatchObject({
      started_at: claimed,
      finished_at: server.now,
    });
  });

  test('whatever the clock of an agent says, created ≤ started ≤ finished, and the times are as long as they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -3600, max: 3600 }),
        fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        async (skew, [waited = 0, prepared = 0, ran = 0], isDated) => {
          const { agent, request, report } = await running();
          const bySkewedClock = (age = 0): string =>
            `${new Date(server.now.getTime() + (skew - age) * 1000).toISOString().slice(0, 19)}Z`;
          const send = async (one: Partial<Report>): Promise<unknown> =>
            await applyReports(server.context, agent.backendId, {
              agent: agent.name,
              reports: [report(one)],
              ...(isDated ? { sent_at: bySkewedClock() } : {}),
            });
          server.pass(waited);
          await send({ at: bySkewedClock() });
          server.pass(prepared + ran);
          // Told late: it ended some time ago.
          await send({ at: bySkewedClock(prepared), status_code: 'succeeded' });
          const job = given((await server.jobs(request))[0]);
          const [started, finished] = [given(job.started_at), given(job.finished_at)];
          expect(started.getTime()).toBeGreaterThanOrEqual(job.created_at.getTime());
          expect(finished.getTime()).toBeGreaterThanOrEqual(started.getTime());
          expect(server.now.getTime()).toBeGreaterThanOrEqual(finished.getTime());
          if (isDated) expect(finished.getTime() - started.getTime()).toBe(ran * 1000);
        },
      ),
      { numRuns },
    );
  });

  test('every change is an event, each hash covers the one before, and none can be changed', async () => {
    const { agent, request, report } = await running();
    await agent.say(report({}), report({ status_code: 'succeeded' }));
    const job = given((await server.jobs(request))[0]);
    const events = await database.db
      .selectFrom('job_event')
      .selectAll()
      .where('job_id', '=', job.id)
      .orderBy('id')
      .execute();
    expect(events.map(({ status_code }) => status_code)).toEqual([
      'created',
      'initiated',
      'executing',
      'succeeded',
    ]);
    let previous = job.identifier;
    for (const {
      hash,
      attempt,
      status_code: code,
      cause,
      at,
      recorded_at: recordedAt,
      agent: by,
    } of events) {
      expect(hash).toBe(eventHash({ previous, attempt, code, cause, at, recordedAt, agent: by }));
      previous = hash;
    }
    expect(job.event_hash).toBe(previous);
    const change = database.db.updateTable('job_event').set({ status_code: 'failed' as never });
    await expect(change.execute()).rejects.toThrow('append-only');
    await expect(database.db.deleteFrom('job_event').execute()).rejects.toThrow('append-only');
  });
});
