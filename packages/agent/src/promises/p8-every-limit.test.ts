/** P8: every limit exists, can be set, and is told when it is met, in a word of its own. */
import type { Task } from '@vitrine/protocol';
import { describe, expect, test } from 'vitest';
import { AgentBench, type BenchOptions, type Files } from '../testing.ts';

const PROGRAM = `
import os, sys, time
kind = sys.argv[1]
os.makedirs("output", exist_ok=True)
open("output/%s.csv" % kind, "w").write("a\\n1\\n")
if kind == "time":
    time.sleep(600)
elif kind == "memory":
    kept = []
    while True: kept.append(bytearray(os.urandom(1024) * 4096))
elif kind == "processes":
    while True:
        if os.fork() == 0: time.sleep(600)
elif kind == "disk":
    with open("large", "wb") as file:
        while True:
            file.write(os.urandom(2 ** 20)); file.flush(); time.sleep(0.01)
elif kind == "large":
    open("output/large.csv", "w").write("a\\n" + "1\\n" * 100000)
elif kind == "many":
    for n in range(30): open("output/many%d.csv" % n, "w").write("a\\n")
elif kind == "log":
    for n in range(20000): print("line", n)
`;

const KINDS = ['time', 'memory', 'processes', 'disk', 'large', 'many', 'log'];

const STUDY: Files = {
  'program.py': PROGRAM,
  'project.yaml': JSON.stringify({
    version: 3,
    expectations: { population_size: 10 },
    actions: Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        {
          run: `python:latest python program.py ${kind}`,
          outputs: { highly_sensitive: { table: `output/${kind}*.csv` } },
        },
      ]),
    ),
  }),
};

const plenty = { cpus: 1, memory_bytes: 2 ** 30, wall_clock_seconds: 600 };

describe('a limit that is met', () => {
  test.each<[string, string, string, BenchOptions, Partial<Task>]>([
    [
      'time, as the task says',
      'time',
      'out_of_time',
      {},
      { resources: { ...plenty, wall_clock_seconds: 1 } },
    ],
    [
      'time, as the ceiling of the backend says',
      'time',
      'out_of_time',
      { configuration: { ceilings: { ...plenty, wall_clock_seconds: 1 } } },
      { resources: plenty },
    ],
    [
      'memory, as the task says',
      'memory',
      'out_of_memory',
      { configuration: { ceilings: plenty } },
      { resources: { ...plenty, memory_bytes: 2 ** 27 } },
    ],
    [
      'memory, as the ceiling of the backend says',
      'memory',
      'out_of_memory',
      { configuration: { ceilings: { ...plenty, memory_bytes: 2 ** 27 } } },
      { resources: plenty },
    ],
    [
      'processes',
      'processes',
      'too_many_processes',
      { settings: { VITRINE_LIMITS_PROCESSES: '20' } },
      {},
    ],
    ['disk', 'disk', 'out_of_disk', { settings: { VITRINE_LIMITS_DISK: '4MiB' } }, {}],
    [
      'size of outputs',
      'large',
      'outputs_refused',
      { settings: { VITRINE_LIMITS_OUTPUTS: '10KiB' } },
      {},
    ],
    [
      'number of outputs',
      'many',
      'outputs_refused',
      { settings: { VITRINE_LIMITS_OUTPUT_FILES: '10' } },
      {},
    ],
    [
      'number of files left behind',
      'many',
      'outputs_refused',
      { settings: { VITRINE_LIMITS_WORKSPACE_FILES: '10' } },
      {},
    ],
  ])('%s', async (_, action, code, options, change) => {
    await using bench = await AgentBench.make({ ...options, files: STUDY });
    await bench.start();
    expect(await bench.run(action, change)).toBe(code);
    await bench.isIdle();
    expect(await bench.read(`level3/workspaces/study/output/${action}.csv`)).toBeNull();
    const log = await bench.read(`level3/workspaces/study/metadata/${action}.log`);
    expect(log).toMatch(/limit|larger|more than/i);
  });

  test('of the log cuts the log alone, and says so', async () => {
    await using bench = await AgentBench.make({
      files: STUDY,
      settings: { VITRINE_LIMITS_LOG: '8KiB' },
    });
    await bench.start();
    expect(await bench.run('log')).toBe('succeeded');
    const log = (await bench.read('level3/workspaces/study/metadata/log.log')) ?? '';
    expect(log).toContain('line 0');
    expect(log).toContain('line 19999');
    expect(log).not.toContain('line 10000');
    expect(log).toMatch(/limit/i);
  });

  test('of a message: an answer that is too long is not read, and asked for again', async () => {
    await using bench = await AgentBench.make({ files: STUDY });
    bench.server.falseAnswer = { status: 200, text: ' '.repeat(17 * 1024 * 1024) };
    await bench.start();
    expect(await bench.run('large')).toBe('succeeded');
    const reasons = bench.log.map(({ facts }) => facts['reason']);
    expect(reasons).toContain('the answer is too long');
  });

  test('of places: no more jobs are asked for than there are', async () => {
    await using bench = await AgentBench.make({
      files: STUDY,
      configuration: { slots: { database: 3, other: 7 } },
    });
    await bench.start();
    await bench.server.until(() => bench.server.requests.length > 0);
    expect(bench.server.requests[0]?.free).toEqual({ database: 3, other: 7 });
  });
});
