/** Whether the sandbox works on this machine at all, for the choice of an executor and for `vitrine doctor`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Diagnostic } from '@vitrine/pipeline';
import { executorFaults } from '../faults.ts';

/** Makes an empty sandbox. Null when that works, else the fault with its reason and remedy. */
export async function sandboxFault(
  bubblewrap = '/usr/bin/bwrap',
  python = '/usr/bin/python3',
): Promise<Diagnostic | null> {
  const run = promisify(execFile);
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    [python, ['-I', '-S', '-c', 'import os; os.pidfd_open']],
    [
      bubblewrap,
      [
        ...['--unshare-all', '--unshare-user', '--uid', '1000', '--dev', '/dev', '--proc', '/proc'],
        ...['--ro-bind', '/', '/', '--size', '4096', '--tmpfs', '/tmp', 'true'],
      ],
    ],
  ];
  for (const [program, options] of attempts) {
    try {
      await run(program, options, { timeout: 10_000 });
    } catch (error) {
      return executorFaults.diagnose('sandbox-unavailable', { reason: reasonOf(program, error) });
    }
  }
  return null;
}

function reasonOf(program: string, error: unknown): string {
  if (!(error instanceof Error)) return `${program} failed.`;
  if ('code' in error && error.code === 'ENOENT') return `${program} is not there.`;
  const said = 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
  return said || error.message;
}
