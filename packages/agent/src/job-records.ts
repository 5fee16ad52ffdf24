/**
 * What the agent has in hand and what it had, a file a job: a job is in `jobs/` from when it was taken until its end is
 * safely in the queue of reports, and its end stays in `ended/` so that no attempt ever runs a second time.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Report, reportSchema, type Task, taskSchema } from '@vitrine/protocol';
import { writeFileAtomically } from '@vitrine/runner';
import { z } from 'zod';
import type { AgentLog } from './agent-log.ts';

/** A job in hand. */
export interface JobRecord {
  readonly task: Task;
  /**
   * The attempt under whose number it is executed. The task may have a later one: the server lost sight of us and gave the
   * same work again, while we went on.
   */
  readonly executedAs: number;
}

/** How a job ended here. */
export interface EndRecord extends JobRecord {
  /** Its last report. */
  readonly report: Report;
}

const recordShape = { task: taskSchema, executedAs: z.int().min(1) };
const jobRecordSchema: z.ZodType<JobRecord> = z.strictObject(recordShape);
const endRecordSchema: z.ZodType<EndRecord> = z.strictObject({
  ...recordShape,
  report: reportSchema,
});

export interface JobRecordFolders {
  readonly jobs: string;
  readonly ended: string;
}

export class JobRecords {
  readonly #folders: JobRecordFolders;
  readonly #log: AgentLog;

  constructor(folders: JobRecordFolders, log: AgentLog) {
    this.#folders = folders;
    this.#log = log;
  }

  /** The jobs that an earlier process had in hand. */
  async held(): Promise<readonly JobRecord[]> {
    const records: JobRecord[] = [];
    for (const name of await readdir(this.#folders.jobs)) {
      const file = join(this.#folders.jobs, name);
      if (!/^[a-z2-7]{16}\.json$/.test(name)) {
        await rm(file, { force: true, recursive: true });
        continue;
      }
      const record = await this.#read(file, jobRecordSchema);
      if (record !== null) records.push(record);
    }
    return records;
  }

  async hold(record: JobRecord): Promise<void> {
    await writeFileAtomically(this.#file('jobs', record.task.job), JSON.stringify(record));
  }

  async release(job: string): Promise<void> {
    await rm(this.#file('jobs', job), { force: true });
  }

  /** How a job ended here last; null when it never did. */
  ended(job: string): Promise<EndRecord | null> {
    return this.#read(this.#file('ended', job), endRecordSchema);
  }

  async end(record: EndRecord): Promise<void> {
    await writeFileAtomically(this.#file('ended', record.task.job), JSON.stringify(record));
  }

  /** Forgets ends that are older than any server still asks for. */
  async forgetEndsBefore(moment: Date): Promise<void> {
    for (const name of await readdir(this.#folders.ended)) {
      const file = join(this.#folders.ended, name);
      if ((await stat(file)).mtime < moment) await rm(file, { force: true, recursive: true });
    }
  }

  #file(folder: keyof JobRecordFolders, job: string): string {
    return join(this.#folders[folder], `${job}.json`);
  }

  /** One that cannot be read counts as none; what it stood for is cleared up like anything that nobody claims. */
  async #read<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      this.#log({ level: 'error', event: 'record-unreadable', facts: { file } });
      return null;
    }
  }
}
