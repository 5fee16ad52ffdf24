import { inTransaction } from '@vitrine/platform';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { JobRow } from '../database/schema.ts';
import { changeJobs } from '../states/change-jobs.ts';
import { loseJob } from '../states/next-job.ts';
import { circumstancesOf } from './agents.ts';

/** Most jobs that one transaction gives up. */
const BATCH = 200;

/**
 * Gives up the attempts of agents that have not been heard for longer than the lease: they are tried again, within bounds.
 *
 * @param aliveSince since when this server can have heard agents. What ran out while nobody listened is not the agents' fault:
 * they get one whole lease from then.
 * @returns how many attempts were given up
 */
export async function expireLeases(context: Context, aliveSince: Date): Promise<number> {
  const { leaseSeconds } = context.policy;
  if (context.clock().getTime() - aliveSince.getTime() < leaseSeconds * 1000) return 0;
  let count = 0;
  for (;;) {
    const lost = await inTransaction(context.database, async (tx) => {
      const now = context.clock();
      const { rows } = await sql<JobRow & { readonly max_memory_bytes: number }>`
        select job.*, backend.max_memory_bytes from job join backend on backend.id = job.backend_id
        where holds_slot and lease_expires_at < ${now}
        order by job.id limit ${BATCH} for update of job skip locked`.execute(tx);
      const changes = rows.map((job) => loseJob(job, circumstancesOf(context, job)));
      await changeJobs(tx, changes, now);
      return changes.length;
    });
    count += lost;
    if (lost < BATCH) return count;
  }
}

/** When the next lease runs out; null when no job is handed out. */
export async function nextLeaseEnd(context: Context): Promise<Date | null> {
  const row = await context.database.db
    .selectFrom('job')
    .select((select) => select.fn.min('lease_expires_at').as('ends'))
    .where('holds_slot', '=', true)
    .executeTakeFirst();
  return row?.ends ?? null;
}
