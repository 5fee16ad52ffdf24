import type { HistoryEntry } from '@vitrine/pipeline';
import { sql, type Transaction } from 'kysely';
import type { JobRow, Tables } from '../database/schema.ts';

/** The job of each action that counts for a new request: the newest that was not cancelled (job-runner §2.3). */
export type CurrentJobs = ReadonlyMap<string, JobRow>;

/**
 * Reads them, and keeps those that are still under way from ending before this transaction does: a new job that waits for one
 * of them must be there when it ends.
 */
export async function lockHistory(
  tx: Transaction<Tables>,
  workspaceId: number,
  backendId: number,
): Promise<CurrentJobs> {
  for (;;) {
    const { rows } = await sql<{ readonly id: number }>`
      select distinct on (action) id from job
      where workspace_id = ${workspaceId} and backend_id = ${backendId} and status_code <> 'cancelled_by_user'
      order by action, id desc`.execute(tx);
    const ids = rows.map(({ id }) => id);
    const locked = await sql<JobRow>`
      select * from job where id = any(${ids}::integer[]) order by id for share`.execute(tx);
    // One that was cancelled between the two statements hides an older one that now counts.
    if (locked.rows.every((job) => job.status_code !== 'cancelled_by_user')) {
      return new Map(locked.rows.map((job) => [job.action, job]));
    }
  }
}

/** The same as the planner wants it. */
export function toHistory(jobs: CurrentJobs): readonly HistoryEntry[] {
  return [...jobs.values()].map((job) => ({
    action: job.action,
    state: job.state,
    createdAt: job.created_at.toISOString(),
    ...(job.finished_at === null ? {} : { finishedAt: job.finished_at.toISOString() }),
    jobId: job.identifier,
  }));
}
