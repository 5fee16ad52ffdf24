/** Why a job that has not ended stands where it stands, in words. Pure; the facts come from `explain-jobs.ts`. */
import {
  isFinal,
  type JobState,
  STATUS_CODES,
  type StatusCode,
  type WaitingWords,
} from '@vitrine/protocol';
import type { BackendRow, JobRow } from '../database/schema.ts';

/** A job that must succeed first. */
export interface UnfinishedNeed {
  readonly action: string;
  readonly state: JobState;
  /** Number of its job request where that is another one. */
  readonly otherRequest: number | null;
}

export interface WaitingFacts {
  readonly job: JobRow;
  readonly backend: BackendRow;
  readonly needs: readonly UnfinishedNeed[];
  /** Place in the queue of its pool, from 1; null while it does not queue. */
  readonly place: number | null;
  /** Whether another job that an agent was lost with is on trial. */
  readonly isTrialOn: boolean;
  /** How long the same action took of late, in seconds; null where it never succeeded. */
  readonly usualSeconds: number | null;
  /** How long jobs of its pool take, in seconds; null where none has ended. */
  readonly poolSeconds: number | null;
  readonly maximumLosses: number;
  readonly now: Date;
}

/** A backend that has not been heard for so long is said to be silent (seconds). */
export const SILENT_SECONDS = 300;

/** Null once the job has ended. */
export function whyWaiting(facts: WaitingFacts): WaitingWords | null {
  const { job } = facts;
  if (isFinal(job.status_code)) return null;
  return job.state === 'running' ? running(facts) : waiting(facts);
}

function running({ job, backend, usualSeconds, now }: WaitingFacts): WaitingWords {
  const end =
    job.started_at === null || usualSeconds === null ? null : after(job.started_at, usualSeconds);
  return {
    code: job.status_code,
    words: `${STATUS_CODES[job.status_code].words}${silence(backend, now)}`,
    since: job.code_since.toISOString(),
    place: null,
    expected_at: end !== null && end > now ? end.toISOString() : null,
  };
}

function waiting(facts: WaitingFacts): WaitingWords {
  const { job, backend, now } = facts;
  const [code, words, since] = reason(facts);
  const isQueued = code === 'waiting_on_workers' || code === 'waiting_on_db_workers';
  return {
    code,
    words: `${words}${silence(backend, now)}`,
    since: new Date(Math.max(since.getTime(), job.created_at.getTime())).toISOString(),
    place: isQueued ? facts.place : null,
    expected_at: isQueued ? (expectedStart(facts)?.toISOString() ?? null) : null,
  };
}

/** Code, words, since when; the first that holds (job-runner §2.5). */
function reason(facts: WaitingFacts): readonly [StatusCode, string, Date] {
  const { job, backend, now } = facts;
  const { name } = backend;
  if (backend.draining_at !== null) {
    return [
      'waiting_on_reboot',
      `The ${name} backend is about to restart; the job starts afterwards.`,
      backend.draining_at,
    ];
  }
  if (job.holds_slot) {
    return [job.status_code, 'The backend is still stopping the attempt before.', job.code_since];
  }
  if (job.ready_at === null) {
    return ['waiting_on_dependencies', dependencies(facts.needs), job.created_at];
  }
  if (!backend.is_active || backend.paused_at !== null) {
    return [
      'paused',
      `The ${name} backend is paused; the job starts when it goes on.`,
      backend.paused_at ?? job.ready_at,
    ];
  }
  if (backend.maintenance_at !== null && job.needs_database) {
    return [
      'waiting_db_maintenance',
      `The database of the ${name} backend is being maintained; the job starts afterwards.`,
      backend.maintenance_at,
    ];
  }
  if (job.next_attempt_at !== null && job.next_attempt_at > now) {
    return ['waiting_on_new_task', retry(facts, job.next_attempt_at), job.code_since];
  }
  if (job.losses > 0 && facts.isTrialOn) {
    return [
      'waiting_on_new_task',
      'The backend stopped answering while the job ran; such jobs start again one at a time.',
      job.code_since,
    ];
  }
  const since = job.code_since > job.ready_at && job.attempt > 0 ? job.code_since : job.ready_at;
  return job.needs_database
    ? ['waiting_on_db_workers', queue(job, 'a free place at the database'), since]
    : ['waiting_on_workers', queue(job, 'a free place on the backend'), since];
}

function dependencies(needs: readonly UnfinishedNeed[]): string {
  const [first, ...others] = needs;
  if (first === undefined) return STATUS_CODES.waiting_on_dependencies.words;
  const name =
    first.otherRequest === null
      ? first.action
      : `${first.action} of job request ${first.otherRequest}`;
  const standing = first.state === 'running' ? 'which is running' : 'which has not started';
  if (others.length === 0) return `The job waits for ${name}, ${standing}.`;
  const rest = others.length === 1 ? 'one more job' : `${others.length} more jobs`;
  return `The job waits for ${name}, ${standing}, and for ${rest}.`;
}

function retry({ job, maximumLosses }: WaitingFacts, at: Date): string {
  const cause = job.retry_cause === null ? '' : `${STATUS_CODES[job.retry_cause].words} `;
  const count = job.losses > 0 ? ` (attempt ${job.losses + 1} of ${maximumLosses})` : '';
  return `${cause}It will be tried again at ${clock(at)} UTC${count}.`;
}

function queue(job: JobRow, what: string): string {
  return job.weight > 1
    ? `The job waits for ${what}; it is resource-intensive and takes ${job.weight}.`
    : `The job waits for ${what}.`;
}

function silence({ name, last_seen_at: seen }: BackendRow, now: Date): string {
  if (seen === null) return ` The ${name} backend has not been heard yet.`;
  if (now.getTime() - seen.getTime() < SILENT_SECONDS * 1000) return '';
  return ` The ${name} backend has not been heard since ${seen.toISOString().slice(0, 10)} ${clock(seen)} UTC.`;
}

/** As many jobs as the pool has places go on side by side: those before it come in rounds of the usual length. */
function expectedStart({ job, backend, place, poolSeconds, now }: WaitingFacts): Date | null {
  const slots = job.needs_database ? backend.database_slots : backend.other_slots;
  if (place === null || poolSeconds === null || slots <= 0) return null;
  return after(now, Math.ceil(place / slots) * poolSeconds);
}

function after(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}

function clock(date: Date): string {
  return date.toISOString().slice(11, 19);
}
