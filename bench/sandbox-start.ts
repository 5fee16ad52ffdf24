/**
 * What isolation costs: a program started in the sandbox and seen to end, against the same program started bare.
 * The two take turns, so that a noisy machine is noisy for both.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandboxExecutor } from '../packages/runner/src/executor/sandbox/sandbox-executor.ts';
import { type Measurement, median } from './measure.ts';

const RUNS = Number(process.env['BENCH_RUNS'] ?? 41);
const WARM_UP = 5;
const PROGRAM = ['/usr/bin/python3', '-c', 'pass'] as const;

const scratch = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
const executor = createSandboxExecutor({ stateDir: join(scratch, 'state') });

async function inSandbox(id: string): Promise<void> {
  await executor.start({
    id,
    runtime: { image: '', hostPaths: [] },
    command: PROGRAM,
    mounts: [{ source: scratch, target: '/workspace', writable: false }],
    environment: {},
    limits: {
      wallClockSeconds: 60,
      memoryBytes: 1e9,
      cpus: 2,
      processes: 100,
      diskBytes: 1e9,
      temporaryBytes: 1e8,
      logBytes: 1e6,
    },
    labels: {},
  });
  await executor.wait(id);
}

async function bare(): Promise<void> {
  const [program, ...rest] = PROGRAM;
  await once(spawn(program, rest, { stdio: 'ignore' }), 'exit');
}

async function milliseconds(run: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

const sandboxed: number[] = [];
const without: number[] = [];
for (let run = -WARM_UP; run < RUNS; run += 1) {
  const id = `bench-${run + WARM_UP}`;
  const [slow, fast] = [await milliseconds(() => inSandbox(id)), await milliseconds(bare)];
  await executor.remove(id);
  if (run < 0) continue;
  sandboxed.push(slow);
  without.push(fast);
}
await rm(scratch, { recursive: true });

const rounded = (value: number): number => Math.round(value * 10) / 10;
const bareMedian = median(without);
const result: Measurement & { readonly bare_median_ms: number; readonly overhead_ms: number } = {
  name: 'sandbox-start',
  median_ms: rounded(median(sandboxed)),
  bare_median_ms: rounded(bareMedian),
  overhead_ms: rounded(median(sandboxed) - bareMedian),
  runs: RUNS,
  against: { name: 'the same program bare', median_ms: rounded(bareMedian) },
  note: `${rounded(median(sandboxed) - bareMedian)} ms over bare`,
};
console.log(JSON.stringify([result]));
