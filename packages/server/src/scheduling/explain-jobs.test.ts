import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { given, TestServer } from '../job-server.testing.ts';
import { explainJobs } from './explain-jobs.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  test('the place in the queue is the order in which jobs are handed out', async () => {
    const backend = await server.backend({ other_slots: 1 });
    const large = await server.workspace({ a: [], b: [], c: [], d: [] });
    const small = await server.workspace({ a: [], b: [] });
    const requests = [await server.ask(large, backend, ['run_all'])];
    server.pass(10);
    requests.push(await server.ask(small, backend, ['run_all']));
    const agent = server.agent(backend);
    for (let left = 6; left > 0; left -= 1) {
      const jobs = (await Promise.all(requests.map((one) => server.jobs(one)))).flat();
      const words = await explainJobs(server.context, jobs, server.now);
      const queue = [...words]
        .toSorted(([, one], [, other]) => (one.place ?? 0) - (other.place ?? 0))
        .map(([id]) => jobs.find((job) => job.id === id)?.identifier);
      expect(words.size).toBe(left);
      const task = given((await agent.claim()).tasks[0]);
      expect(task.job).toBe(queue[0]);
      server.pass(60);
      await agent.report(task, 'executing', 'succeeded');
    }
  });

  test('estimates come from what such jobs took', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [] });
    const agent = server.agent(backend);
    for (const seconds of [100, 300, 200]) {
      await server.ask(workspace, backend, ['a']);
      const task = given((await agent.claim()).tasks[0]);
      await agent.report(task, 'executing');
      server.pass(seconds);
      await agent.report(task, 'succeeded');
    }
    const request = await server.ask(workspace, backend, ['a']);
    const queued = await explainJobs(server.context, await server.jobs(request), server.now);
    const inSeconds = (at: string | null): number =>
      (Date.parse(given(at)) - Number(server.now)) / 1000;
    expect(inSeconds(given([...queued.values()][0]).expected_at)).toBe(200);
    await agent.report(given((await agent.claim()).tasks[0]), 'executing');
    const running = await explainJobs(server.context, await server.jobs(request), server.now);
    expect(inSeconds(given([...running.values()][0]).expected_at)).toBe(200);
  });

  test('what it waits for is named, with the request where that is another one', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ a: [], b: ['a'], c: ['b'] });
    const first = await server.ask(workspace, backend, ['a']);
    const second = await server.ask(workspace, backend, ['c']);
    await server.agent(backend).claim();
    const words = await explainJobs(server.context, await server.jobs(second), server.now);
    expect([...words.values()].map((why) => why.words)).toEqual([
      `The job waits for a of job request ${first.number}, which is running.`,
      'The job waits for b, which has not started.',
    ]);
  });
});
