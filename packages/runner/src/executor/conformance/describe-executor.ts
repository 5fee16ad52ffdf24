/**
 * What every executor must do, as tests: `describeExecutor` is called by the tests of each implementation. The programs are
 * real ones that misbehave; nothing is imitated.
 */
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Executor } from '../executor.ts';
import { isolationSelfTest } from '../self-test.ts';
import { Bench, type ConformanceOptions } from './bench.ts';
import { describeFiles } from './files.ts';
import { describeIsolation } from './isolation.ts';
import { describeLifeCycle } from './life-cycle.ts';
import { describeLimits } from './limits.ts';
import { describeRefusals } from './refusals.ts';
import { describeRunning } from './running.ts';

/**
 * The tests of an executor.
 *
 * @param makeExecutor called several times: each executor it makes sees the jobs of the others, as one does that is made
 *   after a crash.
 */
export function describeExecutor(
  name: string,
  makeExecutor: () => Executor | Promise<Executor>,
  options: ConformanceOptions = {},
): void {
  describe(`${name} executor`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = new Bench(await makeExecutor(), options);
    });
    afterEach(() => bench.close());

    const current = (): Bench => bench;
    describeRunning(current);
    describeFiles(current);
    describeIsolation(current);
    describeLimits(current);
    describeLifeCycle(current, makeExecutor, options.parallel ?? 50);
    describeRefusals(current);

    test('P12: passes the isolation self-test', async () => {
      chmodSync(bench.scratch, 0o755);
      const results = await isolationSelfTest(bench.executor, {
        ...options,
        scratchDir: bench.scratch,
      });
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length).toBeGreaterThan(15);
    });
  });
}
