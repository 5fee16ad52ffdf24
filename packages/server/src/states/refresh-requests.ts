import { sql, type Transaction } from 'kysely';
import type { JobRequestRow, Tables } from '../database/schema.ts';
import { writeMessages } from '../telling/write-messages.ts';
import { adjust, deriveRequest, type JobFacts, type RequestFacts } from './derive-request.ts';
import type { JobChange } from './next-job.ts';

/** What of a change counts for the job's request. */
export type JobStep = Pick<JobChange, 'job' | 'next'>;

/**
 * Writes the derived columns of job requests anew, after their jobs have changed. The requests are locked first, so that of two
 * transactions that change jobs of one request the later sees what the earlier did. What is stored is adjusted by the changes;
 * all jobs of a request are added up only where that does not do, such as at its end.
 */
export async function refreshRequests(
  tx: Transaction<Tables>,
  steps: readonly JobStep[],
  now: Date,
): Promise<void> {
  const byRequest = Map.groupBy(steps, ({ job }) => job.job_request_id);
  const stored = await lockRequests(tx, [...byRequest.keys()]);
  const adjusted = new Map<number, RequestFacts | null>();
  for (const request of stored) {
    const own = byRequest.get(request.id) ?? [];
    adjusted.set(request.id, adjustAll(factsOf(request), own));
  }
  const unclear = [...adjusted].filter(([, facts]) => facts === null).map(([id]) => id);
  const added: ReadonlyMap<number, RequestFacts> =
    unclear.length === 0 ? new Map() : await requestFacts(tx, unclear);
  const rows = [...adjusted].flatMap(([id, known]) => {
    const sum = known ?? added.get(id);
    if (sum === undefined) return [];
    const derived = deriveRequest(sum);
    return {
      id,
      status: derived.status,
      status_message: derived.statusMessage,
      started_at: derived.startedAt,
      finished_at: derived.finishedAt,
      runtime_seconds: derived.runtimeSeconds,
      ...sum.counts,
    };
  });
  await sql`
    update job_request set
      status = d.status, status_message = d.status_message, started_at = d.started_at, finished_at = d.finished_at,
      runtime_seconds = d.runtime_seconds, pending_jobs = d.pending, running_jobs = d.running,
      succeeded_jobs = d.succeeded, failed_jobs = d.failed, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d(
      id integer, status text, status_message text, started_at timestamptz, finished_at timestamptz,
      runtime_seconds integer, pending integer, running integer, succeeded integer, failed integer)
    where job_request.id = d.id`.execute(tx);
  const finished = rows.filter(({ finished_at }) => finished_at !== null).map(({ id }) => id);
  const open = new Set(
    stored.filter(({ finished_at }) => finished_at === null).map(({ id }) => id),
  );
  const ended = finished.filter((id) => open.has(id));
  if (ended.length > 0) await writeMessages(tx, ended, now);
}

type StoredRequest = Pick<
  JobRequestRow,
  | 'id'
  | 'pending_jobs'
  | 'running_jobs'
  | 'succeeded_jobs'
  | 'failed_jobs'
  | 'started_at'
  | 'finished_at'
  | 'runtime_seconds'
>;

async function lockRequests(
  tx: Transaction<Tables>,
  ids: readonly number[],
): Promise<readonly StoredRequest[]> {
  const { rows } = await sql<StoredRequest>`
    select id, pending_jobs, running_jobs, succeeded_jobs, failed_jobs, started_at, finished_at, runtime_seconds
    from job_request where id = any(${ids}::integer[]) order by id for no key update`.execute(tx);
  return rows;
}

function factsOf(request: StoredRequest): RequestFacts {
  return {
    counts: {
      pending: request.pending_jobs,
      running: request.running_jobs,
      succeeded: request.succeeded_jobs,
      failed: request.failed_jobs,
    },
    startedAt: request.started_at,
    lastFinishedAt: request.finished_at,
    runtimeSeconds: request.runtime_seconds,
  };
}

function adjustAll(facts: RequestFacts, steps: readonly JobStep[]): RequestFacts | null {
  return steps.reduce<RequestFacts | null>(
    (sum, { job, next }) => sum && adjust(sum, jobFacts(job), jobFacts(next)),
    facts,
  );
}

function jobFacts({
  state,
  started_at: startedAt,
  finished_at: finishedAt,
}: JobStep['next']): JobFacts {
  return { state, startedAt, finishedAt };
}

/** What `addUp` gives, for requests that have jobs, made in the database. */
export async function requestFacts(
  tx: Transaction<Tables>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, RequestFacts>> {
  const { rows } = await sql<{
    id: number;
    pending: number;
    running: number;
    succeeded: number;
    failed: number;
    started_at: Date | null;
    finished_at: Date | null;
    runtime_seconds: number;
  }>`
    select job_request_id as id,
      (count(*) filter (where state = 'pending'))::integer as pending,
      (count(*) filter (where state = 'running'))::integer as running,
      (count(*) filter (where state = 'succeeded'))::integer as succeeded,
      (count(*) filter (where state = 'failed'))::integer as failed,
      min(started_at) as started_at,
      max(finished_at) as finished_at,
      coalesce(sum(floor(extract(epoch from finished_at - started_at)))
        filter (where state in ('succeeded', 'failed') and finished_at > started_at), 0)::integer as runtime_seconds
    from job where job_request_id = any(${ids}::integer[]) group by job_request_id`.execute(tx);
  return new Map(
    rows.map(({ id, started_at, finished_at, runtime_seconds, ...counts }) => [
      id,
      {
        counts,
        startedAt: started_at,
        lastFinishedAt: finished_at,
        runtimeSeconds: runtime_seconds,
      },
    ]),
  );
}
