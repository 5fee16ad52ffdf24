import { inTransaction } from '@vitrine/platform';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { JobRow, Tables } from '../database/schema.ts';
import { faults } from '../faults.ts';
import { changeJobs } from '../states/change-jobs.ts';
import { cancelJob } from '../states/next-job.ts';

/**
 * Cancels jobs of a request: those of the named actions, or all that have not ended. What has ended stays as it is; what runs is
 * stopped by its agent. Jobs that need a cancelled one fail.
 * @returns how many jobs were cancelled
 * @throws FaultError when the request has no job for a named action; then nothing is cancelled
 */
export async function cancelJobRequest(
  context: Context,
  number: number,
  actions?: readonly string[],
): Promise<number> {
  return await inTransaction(context.database, async (tx) => {
    const request = await tx
      .selectFrom('job_request')
      .select('id')
      .where('number', '=', number)
      .executeTakeFirst();
    if (request === undefined) throw faults.error('job-request-unknown', { number });
    const jobs = await lockJobsOf(tx, request.id);
    const known = new Set(jobs.map(({ action }) => action));
    const missing = (actions ?? []).filter((action) => !known.has(action));
    if (missing.length > 0) throw faults.error('job-unknown', { actions: missing, number });
    const wanted = new Set(actions ?? known);
    const now = context.clock();
    const changes = jobs
      .filter(({ action }) => wanted.has(action))
      .map((job) => cancelJob(job, now))
      .filter((change) => change !== null);
    await changeJobs(tx, changes, now);
    return changes.length;
  });
}

async function lockJobsOf(tx: Transaction<Tables>, requestId: number): Promise<readonly JobRow[]> {
  return await tx
    .selectFrom('job')
    .selectAll()
    .where('job_request_id', '=', requestId)
    .orderBy('id')
    .forUpdate()
    .execute();
}
