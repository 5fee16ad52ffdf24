import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NotStarted, type ScheduledJob, scheduleJobs } from './schedule-jobs.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

interface Job extends ScheduledJob {
  readonly fails: boolean;
  /** Turns of the event loop that it takes. */
  readonly turns: number;
}

const job = (name: string, waitsFor: readonly string[] = [], fails = false): Job => ({
  name,
  waitsFor,
  fails,
  turns: 1,
});

async function schedule(
  jobs: readonly Job[],
  options: { concurrency?: number; continueOnError?: boolean; signal?: AbortSignal } = {},
) {
  const log: string[] = [];
  const notStarted: Record<string, NotStarted> = {};
  let most = 0;
  let now = 0;
  await scheduleJobs({
    jobs,
    concurrency: options.concurrency ?? 2,
    continueOnError: options.continueOnError ?? false,
    signal: options.signal,
    run: async ({ name, fails, turns }) => {
      log.push(`start ${name}`);
      now += 1;
      most = Math.max(most, now);
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      now -= 1;
      log.push(`end ${name}`);
      return fails ? 'failed' : 'succeeded';
    },
    onNotStarted: ({ name }, reason) => {
      notStarted[name] = reason;
    },
  });
  return { log, notStarted, most };
}

test('independent jobs run side by side, others after those they wait for', async () => {
  const { log } = await schedule([job('a'), job('b'), job('c', ['a', 'b'])]);
  expect(log).toEqual(['start a', 'start b', 'end a', 'end b', 'start c', 'end c']);
});

test('the first failure stops what has not started, and lets end what has', async () => {
  const slow = { ...job('b'), turns: 5 };
  const { log, notStarted } = await schedule([job('a', [], true), slow, job('c'), job('d', ['a'])]);
  expect(log).toEqual(['start a', 'start b', 'end a', 'end b']);
  expect(notStarted).toEqual({
    c: { why: 'failure', of: 'a' },
    d: { why: 'dependency', of: 'a' },
  });
});

test('a schedule that goes on leaves out only what depends on the failure', async () => {
  const jobs = [job('a', [], true), job('b', ['a']), job('c', ['b']), job('d')];
  const { log, notStarted } = await schedule(jobs, { continueOnError: true });
  expect(log).toContain('end d');
  expect(notStarted).toEqual({
    b: { why: 'dependency', of: 'a' },
    c: { why: 'dependency', of: 'b' },
  });
});

test('a stopped schedule starts nothing', async () => {
  const { log, notStarted } = await schedule([job('a')], { signal: AbortSignal.abort() });
  expect(log).toEqual([]);
  expect(notStarted).toEqual({ a: { why: 'stopped' } });
});

test('a defect is thrown after the others have ended', async () => {
  const ended: string[] = [];
  const outcome = scheduleJobs({
    jobs: [job('a'), job('b'), job('c')],
    concurrency: 2,
    continueOnError: true,
    run: async ({ name }) => {
      if (name === 'a') throw new Error('defect');
      await new Promise(setImmediate);
      ended.push(name);
      return 'succeeded';
    },
    onNotStarted: ({ name }) => ended.push(`not ${name}`),
  });
  await expect(outcome).rejects.toThrow('defect');
  expect(ended).toEqual(['not c', 'b']);
});

test('every job is run or told about once, in order, within the limit', async () => {
  const graph = fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 3 }),
        fails: fc.boolean(),
        turns: fc.nat({ max: 3 }),
      }),
      { maxLength: 12 },
    )
    .map((jobs) =>
      jobs.map(({ needs, ...rest }, index) => ({
        ...rest,
        name: `${index}`,
        waitsFor: index === 0 ? [] : [...new Set(needs.map((need) => `${need % index}`))],
      })),
    );
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      async (jobs, concurrency, continueOnError) => {
        const { log, notStarted, most } = await schedule(jobs, { concurrency, continueOnError });
        expect(most).toBeLessThanOrEqual(concurrency);
        for (const { name, waitsFor } of jobs) {
          const started = log.indexOf(`start ${name}`);
          expect(started >= 0).toBe(notStarted[name] === undefined);
          if (started < 0) continue;
          for (const need of waitsFor) {
            const end = log.indexOf(`end ${need}`);
            expect(end).toBeGreaterThanOrEqual(0);
            expect(end).toBeLessThan(started);
            expect(jobs[Number(need)]?.fails).toBe(false);
          }
        }
        if (continueOnError) {
          const reasons = Object.values(notStarted).map(({ why }) => why);
          expect(reasons.every((why) => why === 'dependency')).toBe(true);
        }
      },
    ),
    { numRuns },
  );
});
