/**
 * `metadata/history.json`: the newest job of each action in a workspace, and the jobs that are running. A cancelled job
 * leaves no mark: what the action had before still counts (pipeline-and-job-runner §2.3).
 */
import { z } from 'zod';
import { readRecord } from './record-file.ts';

/** A job that has ended. Times are ISO, UTC. */
export interface FinishedJob {
  readonly job: string;
  readonly request: string;
  readonly action: string;
  readonly state: 'succeeded' | 'failed';
  readonly started: string;
  readonly finished: string;
  /** Null for a working tree. */
  readonly commit: string | null;
  /** Paths of its outputs. */
  readonly outputs: readonly string[];
}

/** A job that was started and has not ended, as far as was written down. */
export interface RunningJob {
  readonly job: string;
  readonly action: string;
  readonly started: string;
  /** Name of the executor that has it. */
  readonly executor: 'sandbox' | 'docker';
}

export interface History {
  /** By action. */
  readonly jobs: Readonly<Record<string, FinishedJob>>;
  /** By job id. */
  readonly running: Readonly<Record<string, RunningJob>>;
}

/** Job ids become names of folders, and a study can bring a record of its own along. */
export const jobIdSchema: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);

export const finishedJobSchema: z.ZodType<FinishedJob> = z.object({
  job: jobIdSchema,
  request: z.string(),
  action: z.string(),
  state: z.literal(['succeeded', 'failed']),
  started: z.string(),
  finished: z.string(),
  commit: z.string().nullable(),
  outputs: z.array(z.string()),
});

const historySchema: z.ZodType<History> = z.object({
  jobs: z.record(z.string(), finishedJobSchema),
  running: z.record(
    jobIdSchema,
    z.object({
      job: jobIdSchema,
      action: z.string(),
      started: z.string(),
      executor: z.literal(['sandbox', 'docker']),
    }),
  ),
});

/** @throws FaultError manifest-unreadable */
export async function readHistory(file: string): Promise<History> {
  return (await readRecord(file, historySchema)) ?? { jobs: {}, running: {} };
}
