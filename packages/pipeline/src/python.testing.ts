import { spawnSync } from 'node:child_process';

/** Runs a Python 3 program that reads JSON from its standard input and writes JSON to its standard output. */
export function askPython<T>(program: string, input: unknown): T {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`python3 failed: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** How many cases a property test tries; `npm run test:deep` asks for more. */
export const numRuns: number = Number(process.env['FAST_CHECK_RUNS'] ?? 200);
