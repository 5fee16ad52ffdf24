/** Agents as the server knows them: who has been heard, and what it holds. */
import type { HeartbeatRequest, JobAttempt } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { Queries } from '../database/database.ts';
import type { BackendRow, JobRow, Tables } from '../database/schema.ts';
import { faults } from '../faults.ts';
import { changeJobs } from '../states/change-jobs.ts';
import { type Circumstances, leaseEnd, resumeJob } from '../states/next-job.ts';

/** How old `last_seen_at` of a backend may become while its agents talk (milliseconds). */
const SEEN_PRECISION = 5_000;

/** Claims and switches of one backend come one after another; everything else goes on beside them. */
export async function lockBackend(tx: Transaction<Tables>, id: number): Promise<BackendRow> {
  await sql`select from backend where id = ${id} for no key update`.execute(tx);
  return await backendById(tx, id);
}

export async function backendById(queries: Queries, id: number): Promise<BackendRow> {
  const backend = await queries
    .selectFrom('backend')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (backend === undefined) throw faults.error('backend-unknown', { backend: String(id) });
  return backend;
}

/** Remembers that an agent was heard, and what it says of itself. */
export async function seeAgent(
  queries: Queries,
  backend: BackendRow,
  name: string,
  now: Date,
  said?: Pick<HeartbeatRequest, 'version' | 'self_test'>,
): Promise<void> {
  const selfTest = said === undefined ? null : JSON.stringify(said.self_test);
  // Always the backend's row before the agent's: two that go the other way round would wait for each other.
  const isOld =
    backend.last_seen_at === null ||
    now.getTime() - backend.last_seen_at.getTime() > SEEN_PRECISION;
  if (isOld || selfTest !== null) {
    await sql`
      update backend set last_seen_at = ${now}, self_test = coalesce(${selfTest}::jsonb, self_test)
      where id = ${backend.id}`.execute(queries);
  }
  await sql`
    insert into agent (backend_id, name, version, self_test, first_seen_at, last_seen_at)
    values (${backend.id}, ${name}, ${said?.version ?? null}, ${selfTest}::jsonb, ${now}, ${now})
    on conflict (backend_id, name) do update set
      last_seen_at = excluded.last_seen_at,
      version = coalesce(excluded.version, agent.version),
      self_test = coalesce(excluded.self_test, agent.self_test)`.execute(queries);
}

export function circumstancesOf(
  { clock, policy }: Pick<Context, 'clock' | 'policy'>,
  backend: Pick<BackendRow, 'max_memory_bytes'>,
): Circumstances {
  return { now: clock(), policy, maximumMemoryBytes: backend.max_memory_bytes };
}

/**
 * What an agent says that it holds stays its own for another lease, and what counted as lost with it goes on. Gives the jobs
 * that went on.
 */
export async function keepHolding(
  tx: Transaction<Tables>,
  backend: BackendRow,
  agent: string,
  holding: readonly JobAttempt[],
  circumstances: Circumstances,
): Promise<readonly JobRow[]> {
  if (holding.length === 0) return [];
  const { now, policy } = circumstances;
  const { rows } = await sql<JobRow>`
    select job.* from job
    join jsonb_to_recordset(${JSON.stringify(holding)}::jsonb) as held(job text, attempt integer)
      on job.identifier = held.job and job.attempt = held.attempt
    where job.backend_id = ${backend.id} and job.agent = ${agent} and (job.holds_slot or job.state = 'pending')
    order by job.id for update of job`.execute(tx);
  const ids = rows.filter((job) => job.holds_slot).map(({ id }) => id);
  if (ids.length > 0) {
    await sql`
      update job set lease_expires_at = ${leaseEnd(now, policy)} where id = any(${ids}::integer[])`.execute(
      tx,
    );
  }
  const resumed = rows
    .map((job) => resumeJob(job, circumstances))
    .filter((change) => change !== null);
  await changeJobs(tx, resumed, now);
  return resumed.map(({ job }) => job);
}
