import { inTransaction } from '@vitrine/platform';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { cancelJobRequest } from '../job-requests/cancel-job-request.ts';
import { TestServer } from '../job-server.testing.ts';
import { expireLeases } from '../scheduling/expire-leases.ts';
import { setDraining } from '../scheduling/operating-modes.ts';
import { addUp, deriveRequest } from './derive-request.ts';
import { requestFacts } from './refresh-requests.ts';

/** Each run goes to the database many times. */
const numRuns = Math.min(Number(process.env['FAST_CHECK_RUNS'] ?? 12), 200);

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  const step = fc.record({
    kind: fc.constantFrom(
      'start',
      'succeed',
      'succeed',
      'fail',
      'cancel',
      'lose',
      'drain',
      'platform',
    ),
    which: fc.nat(3),
    passed: fc.integer({ min: 1, max: 4000 }),
  });

  test('whatever happens, what is stored of a request is what its jobs say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const backend = await server.backend();
        const workspace = await server.workspace({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] });
        const requests = [await server.ask(workspace, backend, ['c'])];
        requests.push(await server.ask(workspace, backend, ['d']));
        const agent = server.agent(backend);
        for (const { kind, which, passed } of steps) {
          server.pass(passed);
          await agent.claim();
          const task = agent.held[which % Math.max(agent.held.length, 1)];
          if (kind === 'lose') await expireLeases(server.context, new Date(0));
          if (kind === 'cancel')
            await cancelJobRequest(server.context, requests[which % 2]?.number ?? 0);
          if (kind === 'drain') {
            await setDraining(server.context, backend.id, true);
            for (const held of [...agent.held]) await agent.report(held, 'cancelled_by_user');
            await setDraining(server.context, backend.id, false);
          }
          if (task !== undefined && kind === 'start') await agent.report(task, 'executing');
          if (task !== undefined && kind === 'succeed')
            await agent.report(task, 'executing', 'succeeded');
          if (task !== undefined && kind === 'fail') await agent.report(task, 'nonzero_exit');
          if (task !== undefined && kind === 'platform') await agent.report(task, 'internal_error');
          await expectDerived(requests);
        }
      }),
      { numRuns },
    );
  });

  const expectDerived = async (requests: readonly { readonly id: number }[]): Promise<void> => {
    const ids = requests.map(({ id }) => id);
    const facts = await inTransaction(database, async (tx) => await requestFacts(tx, ids));
    for (const request of requests) {
      const jobs = await server.jobs(request);
      const sum = addUp(
        jobs.map(({ state, started_at: startedAt, finished_at: finishedAt }) => ({
          state,
          startedAt,
          finishedAt,
        })),
      );
      expect(facts.get(request.id)).toEqual(sum);
      const derived = deriveRequest(sum);
      const row = await server.request(request.id);
      expect({
        status: row.status,
        statusMessage: row.status_message,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        runtimeSeconds: row.runtime_seconds,
      }).toEqual(derived);
      expect([row.pending_jobs, row.running_jobs, row.succeeded_jobs, row.failed_jobs]).toEqual(
        Object.values(sum.counts),
      );
    }
  };
});
