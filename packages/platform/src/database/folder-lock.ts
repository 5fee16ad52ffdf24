import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseFaults } from '../faults.ts';
import { errorCode } from './system-error.ts';

/**
 * Keeps a folder for this process alone: two programs that write one PGlite folder destroy it. A lock of a process that is
 * gone is taken over.
 * @returns a function that gives the folder free
 * @throws FaultError when another process that still runs has it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'in-use-by');
  const own = `${process.pid} ${await startOf(process.pid)}`;
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(own);
      await file.close();
      return async () => await rm(path, { force: true });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const [pid, start] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    if (start !== undefined && start !== '' && (await startOf(Number(pid))) === start) {
      throw databaseFaults.error('database-busy', { folder, pid: Number(pid) });
    }
    await rm(path, { force: true });
  }
}

/** When a process started, in ticks since the machine did, which tells it from a later one of its number; '' when it is gone. */
async function startOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (status === null) return process.platform === 'linux' ? '' : aliveElsewhere(pid);
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Where there is no /proc, a process that answers counts as the one that took the lock. */
function aliveElsewhere(pid: number): string {
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return '';
  }
}
