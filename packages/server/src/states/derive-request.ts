/** What a job request is, from its jobs (job-server §3.2 and §3.3). Pure. */
import type { JobState, RequestStatus } from '@vitrine/protocol';

/** What of a job counts. */
export interface JobFacts {
  readonly state: JobState;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** The jobs of a request, added up. */
export interface RequestFacts {
  readonly counts: Readonly<Record<JobState, number>>;
  /** The earliest start. */
  readonly startedAt: Date | null;
  /** The latest end. */
  readonly lastFinishedAt: Date | null;
  /** Sum of (end - start) over the jobs that ended after they started, in whole seconds each. */
  readonly runtimeSeconds: number;
}

export interface DerivedRequest {
  readonly status: RequestStatus;
  readonly statusMessage: string | null;
  readonly startedAt: Date | null;
  /** Only once all jobs have ended. */
  readonly finishedAt: Date | null;
  /** Not the time on the wall: the sum of what its jobs took. Zero where nothing has started. */
  readonly runtimeSeconds: number;
}

/** The same sum as `requestFacts` makes in the database. */
export function addUp(jobs: readonly JobFacts[]): RequestFacts {
  const counts = { pending: 0, running: 0, succeeded: 0, failed: 0 };
  let startedAt: Date | null = null;
  let lastFinishedAt: Date | null = null;
  let runtimeSeconds = 0;
  for (const job of jobs) {
    counts[job.state] += 1;
    if (job.startedAt !== null && (startedAt === null || job.startedAt < startedAt)) {
      startedAt = job.startedAt;
    }
    if (job.finishedAt !== null && (lastFinishedAt === null || job.finishedAt > lastFinishedAt)) {
      lastFinishedAt = job.finishedAt;
    }
    runtimeSeconds += jobRuntime(job) ?? 0;
  }
  return { counts, startedAt, lastFinishedAt, runtimeSeconds };
}

/** The same sum after one of the jobs has changed; null where only adding up all jobs anew can tell. */
export function adjust(
  facts: RequestFacts,
  before: JobFacts,
  after: JobFacts,
): RequestFacts | null {
  const counts = { ...facts.counts };
  counts[before.state] -= 1;
  counts[after.state] += 1;
  const { startedAt } = facts;
  const [earlier, later] = [before.startedAt?.getTime(), after.startedAt?.getTime()];
  // The earliest start may have been this one's, and is it no more.
  const isLost = earlier !== undefined && (later === undefined || later > earlier);
  // When the last one ended is not known while others have not.
  if (isLost || counts.pending + counts.running === 0) return null;
  const isFirst = later !== undefined && (startedAt === null || later < startedAt.getTime());
  return {
    counts,
    startedAt: isFirst ? after.startedAt : startedAt,
    lastFinishedAt: null,
    runtimeSeconds: facts.runtimeSeconds + (jobRuntime(after) ?? 0) - (jobRuntime(before) ?? 0),
  };
}

/** How long a job ran, in whole seconds; null unless it ended. */
export function jobRuntime({ state, startedAt, finishedAt }: JobFacts): number | null {
  if (state !== 'succeeded' && state !== 'failed') return null;
  if (startedAt === null || finishedAt === null || finishedAt <= startedAt) return 0;
  return Math.floor((finishedAt.getTime() - startedAt.getTime()) / 1000);
}

export const FAILED_MESSAGE = 'One or more jobs of this request failed.';

/** Status and times of a request with at least one job. One early failure does not fail it while work remains. */
export function deriveRequest(facts: RequestFacts): DerivedRequest {
  const status = statusOf(facts.counts);
  const isFinished = status === 'succeeded' || status === 'failed';
  return {
    status,
    statusMessage: status === 'failed' ? FAILED_MESSAGE : null,
    startedAt: facts.startedAt,
    finishedAt: isFinished ? facts.lastFinishedAt : null,
    runtimeSeconds: facts.startedAt === null ? 0 : facts.runtimeSeconds,
  };
}

function statusOf({ pending, running, succeeded, failed }: RequestFacts['counts']): RequestStatus {
  if (running > 0) return 'running';
  if (pending > 0) return succeeded + failed > 0 ? 'running' : 'pending';
  return failed > 0 ? 'failed' : 'succeeded';
}

/** `109:15:19`: hours may have more than two digits; `-` for none (job-server §3.3). */
export function formatRuntime(seconds: number): string {
  if (seconds <= 0) return '-';
  const parts = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    Math.floor(seconds) % 60,
  ];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
