/** How the benchmarks time things: whole commands, several runs, medians; peak memory from the kernel. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of the result. Times in milliseconds, memory in MiB. */
export interface Measurement {
  readonly name: string;
  readonly median_ms: number;
  readonly runs: number;
  readonly peak_mib?: number;
  /** What it is measured against, in the same run. */
  readonly against?: {
    readonly name: string;
    readonly median_ms: number;
    readonly peak_mib?: number;
  };
  /** `against` divided by ours: how many times faster. */
  readonly ratio?: number;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export interface CommandTime {
  readonly median_ms: number;
  readonly peak_mib: number;
  readonly runs: number;
}

/**
 * Times a whole command from start to exit.
 *
 * @param before - Called before each run, outside the measured time.
 * @throws When a run does not exit with 0; what it printed is in the message.
 */
export async function timeCommand(
  command: readonly [string, ...string[]],
  options: { cwd: string; env?: NodeJS.ProcessEnv; runs: number; before?: () => void },
): Promise<CommandTime> {
  const times: number[] = [];
  const peaks: number[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  const memory = join(folder, 'peak');
  try {
    for (let run = 0; run < options.runs; run++) {
      options.before?.();
      const started = performance.now();
      await exec(['/usr/bin/time', '--quiet', '-f', '%M', '-o', memory, ...command], options);
      times.push(performance.now() - started);
      peaks.push(Number(readFileSync(memory, 'utf8').trim()) / 1024);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    median_ms: Math.round(median(times)),
    peak_mib: Math.round(median(peaks)),
    runs: options.runs,
  };
}

function exec(
  [program, ...words]: readonly string[],
  { cwd, env }: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? '', words, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${words.join(' ')} ended with ${code}:\n${Buffer.concat(said).toString().slice(-4000)}`,
          ),
        );
    });
  });
}
