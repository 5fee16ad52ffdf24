/**
 * One writer a workspace. The lock is a file that names its process; a lock whose process is gone, or whose number was
 * given to another process since, is stale and taken over.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isAlive, ownIdentity } from '../process-identity.ts';
import { hasCode } from '../system-error.ts';
import { workspaceFaults } from './faults.ts';

const holderSchema = z.object({
  pid: z.int().positive(),
  // As in ProcessIdentity.
  processStart: z.string(),
  boot: z.string(),
  since: z.string(),
  /** Makes each lock unique. */
  token: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock or fails at once.
 * @throws FaultError workspace-busy
 */
export async function takeLock(path: string, folder: string, now: Date): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true });
  const mine = await describeSelf(now);
  const candidate = `${path}.${mine.token}`;
  await writeFile(candidate, JSON.stringify(mine), { flag: 'wx' });
  try {
    // Each turn either ends or removes one stale lock; the bound is only against a fault of ours.
    for (let turn = 0; turn < 100; turn += 1) {
      if (await linkNew(candidate, path)) return { release: () => releaseLock(path, mine) };
      const text = await readFile(path, 'utf8').catch(absentAsNull);
      if (text === null) continue;
      const holder = parseHolder(text);
      if (holder !== null && (await holds(holder))) {
        throw workspaceFaults.error('workspace-busy', {
          folder,
          pid: holder.pid,
          since: holder.since,
        });
      }
      await removeStale(path, text, candidate);
    }
    throw workspaceFaults.error('workspace-busy', { folder, pid: 0, since: 'just now' });
  } finally {
    await rm(candidate, { force: true });
  }
}

/**
 * Removes a stale lock. Only one process may do it at a time, and only while the lock still is the one that was judged;
 * otherwise a slow process could remove the fresh lock of a quick one.
 */
async function removeStale(path: string, judged: string, candidate: string): Promise<void> {
  const guard = `${path}.stale-${createHash('sha256').update(judged).digest('hex').slice(0, 16)}`;
  if (!(await linkNew(candidate, guard))) {
    const text = await readFile(guard, 'utf8').catch(absentAsNull);
    const holder = text === null ? null : parseHolder(text);
    if (holder === null || !(await holds(holder))) await rm(guard, { force: true });
    return;
  }
  try {
    const text = await readFile(path, 'utf8').catch(absentAsNull);
    if (text === judged) await unlink(path);
  } finally {
    await rm(guard, { force: true });
  }
}

async function releaseLock(path: string, mine: Holder): Promise<void> {
  const text = await readFile(path, 'utf8').catch(absentAsNull);
  if (text !== null && parseHolder(text)?.token === mine.token) await rm(path, { force: true });
}

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function describeSelf(now: Date): Promise<Holder> {
  const { pid, start, boot } = await ownIdentity();
  return { pid, processStart: start, boot, since: now.toISOString(), token: randomUUID() };
}

function holds({ pid, processStart: start, boot }: Holder): Promise<boolean> {
  return isAlive({ pid, start, boot });
}

function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function absentAsNull(error: unknown): null {
  if (hasCode(error, 'ENOENT')) return null;
  throw error;
}
