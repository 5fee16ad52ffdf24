/** P12: the isolation self-test runs at agent start and its result goes to the status page. */
import { isolationSelfTest } from '@vitrine/runner';
import { describe, expect, test } from 'vitest';
import { AgentBench } from '../testing.ts';
import { settingsFor } from '../testing-settings.ts';

describe('P12: the isolation self-test', () => {
  test('nothing runs while the isolation does not hold; the names of the checks are told', async () => {
    const selfTest = [
      { check: 'not-root', passed: false, detail: 'user 0' },
      { check: 'something-new', passed: false, detail: 'x' },
      { check: 'files-outside', passed: true, detail: 'x' },
    ];
    await using bench = await AgentBench.make({ selfTest });
    await bench.start();
    await bench.server.until(() => bench.server.heartbeats.length > 0);
    expect(bench.server.heartbeats[0]?.self_test).toEqual({
      passed: false,
      failed: ['not-root', 'self-test-ran'],
    });
    await bench.server.until(() => bench.server.requests.length > 0);
    expect(bench.server.requests[0]?.free).toEqual({ database: 0, other: 0 });
  });

  test('what holds is told at once, before any work is asked for', async () => {
    await using bench = await AgentBench.make();
    const { executors } = await settingsFor(bench.data);
    let tests = 0;
    await bench.start({}, async (scratchDir) => {
      tests += 1;
      expect(bench.server.requests).toEqual([]);
      const executor = await executors.executorFor('python', 'latest');
      return isolationSelfTest(executor, { id: 'selftest-agent', scratchDir });
    });
    await bench.server.until(() => bench.server.heartbeats.length > 0);
    expect(bench.server.heartbeats[0]?.self_test).toEqual({ passed: true, failed: [] });
    expect(await bench.run('first')).toBe('succeeded');
    expect(tests).toBe(1);
  });

  test('a test that cannot be made counts as failed', async () => {
    await using bench = await AgentBench.make();
    await bench.start({}, async () => []);
    await bench.server.until(() => bench.server.heartbeats.length > 0);
    expect(bench.server.heartbeats[0]?.self_test).toEqual({
      passed: false,
      failed: ['self-test-ran'],
    });
  });
});
