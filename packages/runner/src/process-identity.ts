/** Telling one process from a later one that was given its number. */
import { readFile } from 'node:fs/promises';
import { hasCode } from './system-error.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process; empty on a system without /proc. */
  readonly start: string;
  /** Tells apart two boots of a machine. */
  readonly boot: string;
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { pid, start: (await statusOf(pid))?.start ?? '', boot: await bootId() };
}

/** True while that very process is there and can still do something. */
export async function isAlive({ pid, start, boot }: ProcessIdentity): Promise<boolean> {
  if (boot !== (await bootId())) return false;
  const status = await statusOf(pid);
  if (status !== null) return status.start === start && status.state !== 'Z';
  try {
    // No /proc on this system: a process of that number is taken for the one that was meant.
    process.kill(pid, 0);
    return start === '';
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Fields 3 and 22 of /proc/PID/stat; the name in field 2 may hold anything, so they are counted from its end. */
async function statusOf(pid: number): Promise<{ state: string; start: string } | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? null : { state, start };
}

async function bootId(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return id.trim();
}
