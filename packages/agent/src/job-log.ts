/**
 * `level3/logs/<YYYY-MM>/<job>/`: what operators read about a job, of every attempt, for good. The workspace itself keeps
 * only the newest log of each action.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '@vitrine/pipeline';
import type { ReportedCode, Task } from '@vitrine/protocol';
import type { FinishedJob } from '@vitrine/runner';

export interface JobLog {
  readonly task: Task;
  readonly code: ReportedCode;
  /** Null where the action came to no end of its own. */
  readonly finished: FinishedJob | null;
  /** Path of what it printed; null where nothing was. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
  /** In the operator's words; null where the rest says it all. */
  readonly detail: string | null;
}

/**
 * Writes the folder, whole or not at all. One that is there already is replaced.
 *
 * @param scratch - A folder of ours on the same file system.
 */
export async function writeJobLog(folder: string, scratch: string, log: JobLog): Promise<void> {
  const { text, ...record } = log;
  const partial = join(scratch, randomUUID());
  await mkdir(partial, { recursive: true });
  await mkdir(dirname(folder), { recursive: true });
  try {
    if (text !== null) await copyFile(text, join(partial, 'log.txt'));
    await writeFile(join(partial, 'job.json'), `${JSON.stringify(record, null, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
