/** One job's folder: the only truth about it. The files are described in supervisor/main.py. */
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../../process-identity.ts';
import { hasCode } from '../../system-error.ts';
import type { LimitName } from '../executor.ts';
import type { Counters } from './cgroups.ts';

export interface Started {
  readonly pid: number;
  /** With the pid and the boot, the identity of the supervisor (process-identity.ts). */
  readonly startTime: string;
  readonly boot: string;
  readonly startedAt: Date;
}

export interface Exited {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly exitCode: number;
  readonly limit: LimitName | null;
  readonly interrupted: boolean;
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
}

const started: z.ZodType<Started> = z.object({
  pid: z.number(),
  startTime: z.string(),
  boot: z.string(),
  startedAt: z.coerce.date(),
});

const exited: z.ZodType<Exited> = z.object({
  startedAt: z.coerce.date(),
  finishedAt: z.coerce.date(),
  exitCode: z.number(),
  limit: z.enum(['time', 'memory', 'processes', 'disk', 'log']).nullable(),
  interrupted: z.boolean().default(false),
  peakMemoryBytes: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
});

/** What stands in a new folder. */
export interface FirstFiles {
  readonly plan: string;
  /** For people, and where counters of a running job are read. */
  readonly request: object;
  readonly seccomp: Uint8Array | null;
}

/**
 * Puts a folder there whole or not at all; false when another one was there first. It may stand there without a
 * supervisor: then nothing ran yet.
 */
export async function createJobFolder(
  stateDir: string,
  id: string,
  files: FirstFiles,
): Promise<boolean> {
  const folder = await mkdtemp(join(stateDir, `.new-${id}-`));
  await Promise.all([
    writeFile(join(folder, 'plan'), files.plan),
    writeFile(join(folder, 'request.json'), JSON.stringify(files.request)),
    files.seccomp === null ? null : writeFile(join(folder, 'seccomp'), files.seccomp),
  ]);
  try {
    await rename(folder, join(stateDir, id));
    return true;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}

export const readStarted = (folder: string): Promise<Started | null> =>
  readRecord(join(folder, 'started'), started);

export const readExited = (folder: string): Promise<Exited | null> =>
  readRecord(join(folder, 'exited'), exited);

/** Null when it is absent, or torn by a crash of the machine. */
async function readRecord<T>(file: string, shape: z.ZodType<T>): Promise<T | null> {
  try {
    return shape.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** The counters that the job's request was written with. */
export async function readCounters(folder: string): Promise<Counters | null> {
  try {
    const request: { counters: Counters | null } = JSON.parse(
      await readFile(join(folder, 'request.json'), 'utf8'),
    );
    return request.counters;
  } catch {
    return null;
  }
}

/** Whether the supervisor that wrote the record still lives. */
export function lives({ pid, startTime: start, boot }: Started): Promise<boolean> {
  return isAlive({ pid, start, boot });
}

/** The kept output: the head, a line for what was dropped, the tail. */
export async function readLog(folder: string): Promise<string> {
  const [head, dropped, old, tail] = await Promise.all(
    ['log', 'log.dropped', 'log.tail.old', 'log.tail'].map((name) =>
      readIfThere(join(folder, name)),
    ),
  );
  const gap =
    dropped === '' ? '' : `${await timeOf(folder)} [${dropped} bytes of output dropped]\n`;
  return `${head}${gap}${old}${tail}`;
}

async function timeOf(folder: string): Promise<string> {
  return (await stat(join(folder, 'log.dropped'))).mtime.toISOString();
}

export async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
