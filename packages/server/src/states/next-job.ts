/** What happens to a job, and what it is afterwards. Pure: the database side is `change-jobs.ts`. */
import {
  type IgnoredBecause,
  isFinal,
  type Report,
  STATUS_CODES,
  type StatusCode,
} from '@vitrine/protocol';
import type { JobRow } from '../database/schema.ts';
import { retryDelay, type SchedulingPolicy } from '../scheduling/policy.ts';
import { mayFollow } from './transitions.ts';

/** The columns of a job that change in its life. */
export type JobLife = Pick<
  JobRow,
  | 'state'
  | 'status_code'
  | 'code_since'
  | 'ready_at'
  | 'attempt'
  | 'losses'
  | 'retry_cause'
  | 'next_attempt_at'
  | 'agent'
  | 'holds_slot'
  | 'claimed_at'
  | 'lease_expires_at'
  | 'memory_bytes'
  | 'peak_memory_bytes'
  | 'cpu_seconds'
  | 'image_digest'
  | 'started_at'
  | 'finished_at'
>;

/** A change: what the job is now, and what to remember of how it came so; nothing where only bookkeeping changes. */
export interface JobChange {
  readonly job: JobRow;
  readonly next: JobLife;
  /** In the order in which it happened, all of one attempt. */
  readonly events: readonly JobHappening[];
}

export interface JobHappening {
  readonly code: StatusCode;
  readonly cause: StatusCode | null;
  /** When it happened. */
  readonly at: Date;
}

export interface Circumstances {
  readonly now: Date;
  readonly policy: SchedulingPolicy;
  /** Most memory that a job of this backend may get. */
  readonly maximumMemoryBytes: number;
}

export type ReportVerdict =
  | { readonly kind: 'accepted'; readonly change: JobChange }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'ignored'; readonly because: IgnoredBecause };

/**
 * What a report of an agent means for a job of its backend.
 * @param clockDifference milliseconds to add to the agent's moments to have them by the server's clock
 */
export function judgeReport(
  job: JobRow,
  agent: string,
  report: Report,
  circumstances: Circumstances,
  clockDifference = 0,
): ReportVerdict {
  const { status_code: code } = report;
  if (report.attempt !== job.attempt || job.agent !== agent) {
    return { kind: 'ignored', because: 'old_attempt' };
  }
  if (isMissed(job)) return judgeMissed(job, report, circumstances, clockDifference);
  // What no longer runs on the server's side, but took its place until now: the agent says that it has stopped.
  if (job.holds_slot && job.state !== 'running') {
    return isFinal(code)
      ? { kind: 'accepted', change: release(job, usageOf(job, report)) }
      : { kind: 'ignored', because: 'too_late' };
  }
  if (code === job.status_code) return { kind: 'repeated' };
  if (job.state !== 'running' || !mayFollow(job.status_code, code)) {
    return { kind: 'ignored', because: 'too_late' };
  }
  const at = bounded(
    new Date(new Date(report.at).getTime() + clockDifference),
    job,
    circumstances.now,
  );
  const used = usageOf(job, report);
  if (!isFinal(code)) {
    const started = job.started_at ?? at;
    return {
      kind: 'accepted',
      change: changeTo(job, code, at, circumstances.now, { ...used, started_at: started }),
    };
  }
  return { kind: 'accepted', change: end(job, code, at, circumstances, used) };
}

/** Whether the last attempt counts as lost, and no other has begun: what its agent says of it, or finishes, still counts. */
function isMissed(job: JobRow): boolean {
  return job.status_code === 'waiting_on_new_task' && job.retry_cause === 'agent_lost';
}

function judgeMissed(
  job: JobRow,
  report: Report,
  circumstances: Circumstances,
  clockDifference: number,
): ReportVerdict {
  const resumed = resumeJob(job, circumstances);
  if (resumed === null) return { kind: 'ignored', because: 'too_late' };
  const verdict = judgeReport(
    { ...job, ...resumed.next },
    job.agent ?? '',
    report,
    circumstances,
    clockDifference,
  );
  // What was known before the connection broke is at least a sign of life.
  if (verdict.kind !== 'accepted') return { kind: 'accepted', change: resumed };
  const { events, next } = verdict.change;
  return { kind: 'accepted', change: { job, next, events } };
}

/** The agent of an attempt that counted as lost is back and still has it. Null when it did not count as lost. */
export function resumeJob(job: JobRow, { now, policy }: Circumstances): JobChange | null {
  if (!isMissed(job)) return null;
  return changeTo(job, job.started_at === null ? 'initiated' : 'executing', now, now, {
    losses: job.losses - 1,
    retry_cause: null,
    next_attempt_at: null,
    holds_slot: true,
    lease_expires_at: leaseEnd(now, policy),
  });
}

/** Until when an agent that was heard now has its jobs. */
export function leaseEnd(now: Date, { leaseSeconds }: SchedulingPolicy): Date {
  return new Date(now.getTime() + leaseSeconds * 1000);
}

/** An agent gets the job as its next attempt. */
export function claimJob(job: JobRow, agent: string, { now, policy }: Circumstances): JobChange {
  return changeTo(job, 'initiated', now, now, {
    agent,
    attempt: job.attempt + 1,
    holds_slot: true,
    claimed_at: now,
    lease_expires_at: leaseEnd(now, policy),
    next_attempt_at: null,
    started_at: null,
    peak_memory_bytes: null,
    cpu_seconds: null,
    image_digest: null,
  });
}

/** The job ends with a code, or is tried again where the code and the bounds allow. */
function end(
  job: JobRow,
  code: StatusCode,
  at: Date,
  circumstances: Circumstances,
  used: Partial<JobLife>,
): JobChange {
  const { now, policy, maximumMemoryBytes } = circumstances;
  if (code === 'out_of_memory' && job.memory_bytes < maximumMemoryBytes) {
    const memory = Math.min(job.memory_bytes * 2, maximumMemoryBytes);
    return tryAgain(job, code, at, now, { ...used, memory_bytes: memory, next_attempt_at: now });
  }
  const losses = job.losses + 1;
  if (STATUS_CODES[code].retried && losses < policy.maximumLosses) {
    const next = new Date(now.getTime() + retryDelay(policy, losses) * 1000);
    return tryAgain(job, code, at, now, { ...used, losses, next_attempt_at: next });
  }
  const started = job.started_at ?? latestOf(at, job.created_at);
  return changeTo(job, code, at, now, {
    ...used,
    ...(STATUS_CODES[code].retried ? { losses } : {}),
    ...NOT_HELD,
    started_at: started,
    finished_at: latestOf(at, job.created_at, started),
    next_attempt_at: null,
  });
}

const NOT_HELD = { holds_slot: false, lease_expires_at: null } as const;

function tryAgain(
  job: JobRow,
  cause: StatusCode,
  at: Date,
  now: Date,
  more: Partial<JobLife>,
): JobChange {
  const change = changeTo(job, 'waiting_on_new_task', at, now, {
    ...NOT_HELD,
    // An attempt of which the agent was lost may come back with the agent.
    started_at: cause === 'agent_lost' ? job.started_at : null,
    retry_cause: cause,
    ...more,
  });
  return { ...change, events: [{ code: 'waiting_on_new_task', cause, at }] };
}

/** The agent has not been heard for longer than the lease: the attempt is lost. */
export function loseJob(job: JobRow, circumstances: Circumstances): JobChange {
  if (job.state !== 'running') return release(job, {});
  return end(job, 'agent_lost', circumstances.now, circumstances, {});
}

/** Somebody cancels it. What is running keeps its place until its agent has stopped it. Null when it has ended already. */
export function cancelJob(job: JobRow, now: Date): JobChange | null {
  if (isFinal(job.status_code)) return null;
  return changeTo(job, 'cancelled_by_user', now, now, endedAt(job, now));
}

/** A job that it needs has failed. Null when it does not wait any more. */
export function failDependant(job: JobRow, now: Date): JobChange | null {
  if (!mayFollow(job.status_code, 'dependency_failed')) return null;
  return changeTo(job, 'dependency_failed', now, now, endedAt(job, now));
}

/** The backend is maintained or restarts: a running job waits again, from scratch, and its agent stops it. */
export function holdJob(
  job: JobRow,
  code: 'waiting_db_maintenance' | 'waiting_on_reboot',
  now: Date,
): JobChange | null {
  if (job.state !== 'running') return null;
  return changeTo(job, code, now, now, { started_at: null });
}

/** Gives back the place of a job of which nothing runs any more. */
function release(job: JobRow, used: Partial<JobLife>): JobChange {
  return { job, next: { ...job, ...used, ...NOT_HELD }, events: [] };
}

function endedAt(job: JobRow, now: Date): Partial<JobLife> {
  return { finished_at: latestOf(now, job.created_at, job.started_at), next_attempt_at: null };
}

function changeTo(
  job: JobRow,
  code: StatusCode,
  at: Date,
  now: Date,
  more: Partial<JobLife>,
): JobChange {
  return {
    job,
    next: { ...job, state: STATUS_CODES[code].state, status_code: code, code_since: now, ...more },
    events: [{ code, cause: null, at }],
  };
}

function usageOf(job: JobRow, { usage }: Report): Partial<JobLife> {
  if (usage === undefined) return {};
  return {
    peak_memory_bytes: usage.peak_memory_bytes ?? job.peak_memory_bytes,
    cpu_seconds: usage.cpu_seconds ?? job.cpu_seconds,
    image_digest: usage.image_digest ?? job.image_digest,
  };
}

/**
 * The moment that an agent tells, by the server's clock: never before the attempt was handed out or its start, and never after
 * now, so that created ≤ started ≤ finished whatever the agent's clock says. Where the server's own clock went back, order
 * counts for more than now.
 */
function bounded(at: Date, job: JobRow, now: Date): Date {
  const earliest = latestOf(job.created_at, job.claimed_at, job.started_at);
  return latestOf(earliest, at < now ? at : now);
}

function latestOf(first: Date, ...others: readonly (Date | null)[]): Date {
  return others.reduce<Date>((latest, one) => (one !== null && one > latest ? one : latest), first);
}
