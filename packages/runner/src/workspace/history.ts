/**
 * `metadata/history.json`: the newest job of each action in a workspace, and the jobs that are running. A cancelled job
 * leaves no mark: what the action had before still counts (pipeline-and-job-runner §2.3).
 */
import { z } from 'zod';
import type { LimitName, Usage } from '../executor/executor.ts';
import { readRecord } from './record-file.ts';

/** Why an action did not succeed. */
export type FailureReason =
  /** The program ended with another exit code than 0. */
  | 'nonzero-exit'
  /** It ended well, but a declared output is not there. */
  | 'unmatched-patterns'
  /** It met a limit. */
  | 'limit'
  /** Somebody stopped it. */
  | 'cancelled'
  /** It was never started, because an action it needs did not succeed. */
  | 'dependency'
  /** It could not be prepared or collected, and the study or the request is at fault. */
  | 'refused'
  /** It could not be run, and we are at fault. */
  | 'platform';

const failureReasons: readonly FailureReason[] = [
  'nonzero-exit',
  'unmatched-patterns',
  'limit',
  'cancelled',
  'dependency',
  'refused',
  'platform',
];

/** How the attempt went that ended a job. */
export interface Ending {
  /** From 1. */
  readonly attempt: number;
  /** Null for a success. */
  readonly reason: FailureReason | null;
  readonly exitCode: number;
  /** The limit that ended it, or that was met on the way. */
  readonly limit: LimitName | null;
  readonly usage: Usage;
}

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
  /** Absent in records of old. */
  readonly ending?: Ending | undefined;
}

/** A job that was started and has not ended, as far as was written down. */
export interface RunningJob {
  /** Name of its execution: the job's id, with the attempt after the first. */
  readonly job: string;
  readonly action: string;
  readonly started: string;
  /** Name of the executor that has it. */
  readonly executor: 'sandbox' | 'docker';
}

export interface History {
  /** By action. */
  readonly jobs: Readonly<Record<string, FinishedJob>>;
  /** By name of the execution. */
  readonly running: Readonly<Record<string, RunningJob>>;
}

/** Job ids become names of folders, and a study can bring a record of its own along. */
export const jobIdSchema: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);

const endingSchema: z.ZodType<Ending> = z.object({
  attempt: z.int().positive(),
  reason: z.enum(failureReasons).nullable(),
  exitCode: z.int(),
  limit: z.literal(['time', 'memory', 'processes', 'disk', 'log']).nullable(),
  usage: z.object({
    peakMemoryBytes: z.number().nullable(),
    cpuSeconds: z.number().nullable(),
    // Histories of before this was recorded lack it.
    imageDigest: z.string().nullable().default(null),
  }),
});

export const finishedJobSchema: z.ZodType<FinishedJob> = z.object({
  job: jobIdSchema,
  request: z.string(),
  action: z.string(),
  state: z.literal(['succeeded', 'failed']),
  started: z.string(),
  finished: z.string(),
  commit: z.string().nullable(),
  outputs: z.array(z.string()),
  ending: endingSchema.optional(),
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
