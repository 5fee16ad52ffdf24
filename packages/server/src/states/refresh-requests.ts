import { sql, type Transaction } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { deriveRequest, type RequestFacts } from './derive-request.ts';

/**
 * Writes the derived columns of job requests anew, from their jobs. The requests are locked first, so that of two transactions
 * that change jobs of one request the later sees what the earlier did.
 */
export async function refreshRequests(
  tx: Transaction<Tables>,
  ids: readonly number[],
  now: Date,
): Promise<void> {
  await sql`select from job_request where id = any(${ids}::integer[]) order by id for no key update`.execute(
    tx,
  );
  const facts = await requestFacts(tx, ids);
  const rows = [...facts].map(([id, sum]) => {
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
