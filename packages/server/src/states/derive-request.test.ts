import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addUp,
  deriveRequest,
  formatRuntime,
  type JobFacts,
  jobRuntime,
} from './derive-request.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

const inState = (state: JobFacts['state']): JobFacts => {
  const at = (minute: number): Date => new Date(Date.UTC(2022, 4, 12, 9, minute));
  return {
    state,
    startedAt: state === 'pending' ? null : at(1),
    finishedAt: state === 'succeeded' || state === 'failed' ? at(2) : null,
  };
};

describe('the status of a request', () => {
  test.each([
    ['pending', 'pending'],
    ['running', 'running'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['pending pending', 'pending'],
    ['pending running', 'running'],
    ['pending succeeded', 'running'],
    ['pending failed', 'running'],
    ['running failed', 'running'],
    ['succeeded failed', 'failed'],
    ['failed failed', 'failed'],
    ['succeeded succeeded', 'succeeded'],
  ])('%s → %s', (states, status) => {
    const jobs = states.split(' ').map((state) => inState(state as JobFacts['state']));
    expect(deriveRequest(addUp(jobs)).status).toBe(status);
  });
});

const moment = fc
  .integer({ min: 0, max: 1_000_000 })
  .map((second) => new Date(Date.UTC(2022, 4, 12) + second * 1000));
const job: fc.Arbitrary<JobFacts> = fc.oneof(
  fc.record({
    state: fc.constant('pending' as const),
    startedAt: fc.constant(null),
    finishedAt: fc.constant(null),
  }),
  fc.record({
    state: fc.constant('running' as const),
    startedAt: fc.option(moment),
    finishedAt: fc.constant(null),
  }),
  fc.record({
    state: fc.constantFrom('succeeded' as const, 'failed' as const),
    startedAt: fc.option(moment),
    finishedAt: moment,
  }),
);
const jobs = fc.array(job, { minLength: 1, maxLength: 12 });

const check = (property: (jobs: readonly JobFacts[]) => void): void =>
  fc.assert(fc.property(jobs, property), { numRuns });

test('is the same in whatever order the jobs come', () => {
  check((list) => {
    expect(deriveRequest(addUp(list.toReversed()))).toEqual(deriveRequest(addUp(list)));
  });
});

test('is an end exactly when every job has ended, and only then it has finished', () => {
  check((list) => {
    const { status, finishedAt } = deriveRequest(addUp(list));
    const allEnded = list.every(({ state }) => state === 'succeeded' || state === 'failed');
    expect(status === 'succeeded' || status === 'failed').toBe(allEnded);
    expect(finishedAt !== null).toBe(allEnded);
  });
});

test('is a failure exactly when every job has ended and one has failed', () => {
  check((list) => {
    const allEnded = list.every(({ state }) => state === 'succeeded' || state === 'failed');
    const oneFailed = list.some(({ state }) => state === 'failed');
    const { status, statusMessage } = deriveRequest(addUp(list));
    expect(status === 'failed').toBe(allEnded && oneFailed);
    expect(statusMessage !== null).toBe(status === 'failed');
  });
});

test('never goes back to pending once a job has moved on', () => {
  check((list) => {
    const before = deriveRequest(addUp(list)).status;
    const index = list.findIndex(({ state }) => state === 'pending');
    if (index === -1) return;
    const moved = list.with(index, inState('running'));
    expect(deriveRequest(addUp(moved)).status).toBe('running');
    expect(['pending', 'running']).toContain(before);
  });
});

test('the runtime is the sum of the jobs that ended after they started', () => {
  check((list) => {
    const sum = list.reduce((total, one) => total + (jobRuntime(one) ?? 0), 0);
    const { runtimeSeconds, startedAt } = deriveRequest(addUp(list));
    expect(runtimeSeconds).toBe(startedAt === null ? 0 : sum);
    expect(runtimeSeconds).toBeGreaterThanOrEqual(0);
  });
});

test('it started with its first job', () => {
  check((list) => {
    const starts = list.flatMap(({ startedAt }) => (startedAt === null ? [] : [Number(startedAt)]));
    const { startedAt } = deriveRequest(addUp(list));
    expect(startedAt === null ? null : Number(startedAt)).toBe(
      starts.length === 0 ? null : Math.min(...starts),
    );
  });
});

test.each([
  [0, '-'],
  [-5, '-'],
  [3, '00:00:03'],
  [61, '00:01:01'],
  [86_399, '23:59:59'],
  [393_319, '109:15:19'],
  [36_000_000, '10000:00:00'],
])('%i seconds are shown as %s', (seconds, text) => expect(formatRuntime(seconds)).toBe(text));
