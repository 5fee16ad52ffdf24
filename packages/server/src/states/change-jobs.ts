/**
 * The one door through which jobs change. In the caller's transaction it writes the jobs, their events, what follows for jobs
 * that need them, and the derived columns of their job requests; and it tells who waits. A read never writes.
 */
import type { StatusCode } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { JobRow, Tables } from '../database/schema.ts';
import { announce, type Topic } from '../events/changes.ts';
import { eventHash } from './event-hash.ts';
import { failDependant, type JobChange, type JobHappening } from './next-job.ts';
import { refreshRequests } from './refresh-requests.ts';

/**
 * Makes the changes. The rows of the jobs must be locked by the caller's transaction, in the order of their keys.
 */
export async function changeJobs(
  tx: Transaction<Tables>,
  changes: readonly JobChange[],
  now: Date,
): Promise<void> {
  const touched: JobChange[] = [];
  let wave = changes;
  while (wave.length > 0) {
    await writeChanges(tx, wave, now);
    touched.push(...wave);
    const succeeded = idsThat(wave, 'succeeded');
    if (succeeded.length > 0) await freeDependants(tx, succeeded, now);
    const failed = idsThat(wave, 'failed');
    wave = failed.length === 0 ? [] : await failDependants(tx, failed, now);
  }
  await afterChange(tx, touched, now);
}

/** What is left to do once jobs and events are written. */
async function afterChange(
  tx: Transaction<Tables>,
  changes: readonly JobChange[],
  now: Date,
): Promise<void> {
  if (changes.length === 0) return;
  const requests = [...new Set(changes.map(({ job }) => job.job_request_id))];
  await refreshRequests(tx, changes, now);
  await announce(tx, [
    'requests',
    ...requests.map((id): Topic => `request:${id}`),
    ...changes.filter(concernsAgents).map(({ job }): Topic => `backend:${job.backend_id}`),
  ]);
}

/** Whether a change frees a place, lets another job start, or is an order to stop. */
function concernsAgents({ job, next }: JobChange): boolean {
  return next.state !== 'running' || (job.holds_slot && !next.holds_slot);
}

function idsThat(changes: readonly JobChange[], state: 'succeeded' | 'failed'): number[] {
  return changes
    .filter(({ job, next }) => next.state === state && job.state !== state)
    .map(({ job }) => job.id);
}

async function writeChanges(
  tx: Transaction<Tables>,
  changes: readonly JobChange[],
  now: Date,
): Promise<void> {
  const happened: JobEvent[] = [];
  const rows = changes.map(({ job, next, events }) => {
    let hash = job.event_hash;
    for (const event of events) {
      const hashed = newEvent({ ...job, event_hash: hash }, next.attempt, next.agent, event, now);
      happened.push(hashed);
      hash = hashed.hash;
    }
    return {
      id: job.id,
      state: next.state,
      status_code: next.status_code,
      code_since: next.code_since,
      ready_at: next.ready_at,
      attempt: next.attempt,
      losses: next.losses,
      retry_cause: next.retry_cause,
      next_attempt_at: next.next_attempt_at,
      agent: next.agent,
      holds_slot: next.holds_slot,
      claimed_at: next.claimed_at,
      lease_expires_at: next.lease_expires_at,
      memory_bytes: next.memory_bytes,
      peak_memory_bytes: next.peak_memory_bytes,
      cpu_seconds: next.cpu_seconds,
      image_digest: next.image_digest,
      started_at: next.started_at,
      finished_at: next.finished_at,
      event_hash: hash,
    };
  });
  // One statement however many jobs and events: a round trip costs more than a row.
  await sql`
    with changed as (
      update job set
        state = c.state, status_code = c.status_code, code_since = c.code_since, ready_at = c.ready_at,
        attempt = c.attempt, losses = c.losses, retry_cause = c.retry_cause, next_attempt_at = c.next_attempt_at,
        agent = c.agent, holds_slot = c.holds_slot, claimed_at = c.claimed_at, lease_expires_at = c.lease_expires_at,
        memory_bytes = c.memory_bytes, peak_memory_bytes = c.peak_memory_bytes, cpu_seconds = c.cpu_seconds,
        image_digest = c.image_digest,
        started_at = c.started_at, finished_at = c.finished_at, event_hash = c.event_hash, updated_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c(
        id integer, state text, status_code text, code_since timestamptz, ready_at timestamptz,
        attempt integer, losses integer, retry_cause text, next_attempt_at timestamptz,
        agent text, holds_slot boolean, claimed_at timestamptz, lease_expires_at timestamptz,
        memory_bytes bigint, peak_memory_bytes bigint, cpu_seconds integer, image_digest text,
        started_at timestamptz, finished_at timestamptz, event_hash text)
      where job.id = c.id
    )
    insert into job_event (job_id, job_request_id, attempt, status_code, cause, at, recorded_at, agent, hash)
    select e.job_id, e.job_request_id, e.attempt, e.status_code, e.cause, e.at, e.recorded_at, e.agent, e.hash
    from jsonb_to_recordset(${JSON.stringify(happened.map((event, place) => ({ ...event, place })))}::jsonb) as e(
      place integer, job_id integer, job_request_id integer, attempt integer, status_code text, cause text,
      at timestamptz, recorded_at timestamptz, agent text, hash text)
    order by e.place`.execute(tx);
}

/** A row of job_event that is to be written. */
interface JobEvent {
  readonly job_id: number;
  readonly job_request_id: number;
  readonly attempt: number;
  readonly status_code: StatusCode;
  readonly cause: StatusCode | null;
  readonly at: Date;
  readonly recorded_at: Date;
  readonly agent: string | null;
  readonly hash: string;
}

/** The event after the newest one of the job. */
export function newEvent(
  job: Pick<JobRow, 'id' | 'job_request_id' | 'event_hash'>,
  attempt: number,
  agent: string | null,
  { code, cause, at }: JobHappening,
  now: Date,
): JobEvent {
  return {
    job_id: job.id,
    job_request_id: job.job_request_id,
    attempt,
    status_code: code,
    cause,
    at,
    recorded_at: now,
    agent,
    hash: eventHash({
      previous: job.event_hash,
      attempt,
      code,
      cause,
      at,
      recordedAt: now,
      agent,
    }),
  };
}

/**
 * Jobs that waited for these and now wait for nothing are ready. They are locked first and looked at in a second statement:
 * of two transactions that end two needs of one job, the later then sees what the earlier did.
 */
async function freeDependants(
  tx: Transaction<Tables>,
  succeeded: readonly number[],
  now: Date,
): Promise<void> {
  const waiting = await lockDependants(tx, succeeded);
  if (waiting.length === 0) return;
  const ids = waiting.map(({ id }) => id);
  await sql`
    update job set ready_at = ${now}
    where id = any(${ids}::integer[]) and ready_at is null and not exists (
      select from job need where need.id = any(job.waits_for) and need.state <> 'succeeded')`.execute(
    tx,
  );
}

async function failDependants(
  tx: Transaction<Tables>,
  failed: readonly number[],
  now: Date,
): Promise<JobChange[]> {
  const waiting = await lockDependants(tx, failed);
  return waiting.map((job) => failDependant(job, now)).filter((change) => change !== null);
}

async function lockDependants(
  tx: Transaction<Tables>,
  ids: readonly number[],
): Promise<readonly JobRow[]> {
  return await tx
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'pending')
    .where(sql<boolean>`waits_for && ${ids}::integer[]`)
    .orderBy('id')
    .forUpdate()
    .execute();
}
