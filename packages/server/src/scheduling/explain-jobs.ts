import type { JobState, WaitingWords } from '@vitrine/protocol';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Queries } from '../database/database.ts';
import type { JobRow } from '../database/schema.ts';
import { type UnfinishedNeed, whyWaiting } from './why-waiting.ts';

/** By the key of the job; those that have ended are not in it. */
export type WaitingWordsByJob = ReadonlyMap<number, WaitingWords>;

/** How many of the newest successes an estimate looks at. */
const SAMPLE = 5;
const POOL_SAMPLE = 50;

/**
 * Says of each job that has not ended why, its place in the queue, since when, and what to expect. At most five
 * statements, and one more for each pool in which one of the jobs queues.
 */
export async function explainJobs(
  { database: { db }, policy }: Pick<Context, 'database' | 'policy'>,
  jobs: readonly JobRow[],
  now: Date,
): Promise<WaitingWordsByJob> {
  const open = jobs.filter(({ state }) => state === 'pending' || state === 'running');
  if (open.length === 0) return new Map();
  const ids = open.map(({ id }) => id);
  const backendIds = [...new Set(open.map(({ backend_id }) => backend_id))];
  const trialFrom = new Date(now.getTime() - policy.trialSeconds * 1000);
  const starvedBefore = new Date(now.getTime() - policy.starvationSeconds * 1000);
  const [backends, needs, places, usual, pools, trials] = await Promise.all([
    db
      .selectFrom('backend')
      .selectAll()
      .where(sql<boolean>`id = any(${backendIds}::integer[])`)
      .execute(),
    unfinishedNeeds(db, ids),
    placesInQueue(db, open, starvedBefore),
    usualSeconds(db, ids),
    poolSeconds(db, backendIds),
    backendsOnTrial(db, backendIds, trialFrom),
  ]);
  const words = new Map<number, WaitingWords>();
  for (const job of open) {
    const backend = backends.find(({ id }) => id === job.backend_id);
    if (backend === undefined) continue;
    const why = whyWaiting({
      job,
      backend,
      needs: needs.get(job.id) ?? [],
      place: places.get(job.id) ?? null,
      isTrialOn: trials.has(job.backend_id),
      usualSeconds: usual.get(job.id) ?? null,
      poolSeconds: pools.get(`${job.backend_id} ${job.needs_database}`) ?? null,
      maximumLosses: policy.maximumLosses,
      now,
    });
    if (why !== null) words.set(job.id, why);
  }
  return words;
}

async function unfinishedNeeds(
  db: Queries,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly UnfinishedNeed[]>> {
  const { rows } = await sql<{
    readonly id: number;
    readonly action: string;
    readonly state: JobState;
    readonly other: number | null;
  }>`
    select job.id, need.action, need.state,
      case when need.job_request_id <> job.job_request_id then request.number end as other
    from job
    join job need on need.id = any(job.waits_for) and need.state <> 'succeeded'
    join job_request request on request.id = need.job_request_id
    where job.id = any(${ids}::integer[]) and job.ready_at is null
    order by job.id, need.state desc, need.id`.execute(db);
  const needs = new Map<number, UnfinishedNeed[]>();
  for (const { id, action, state, other } of rows) {
    const list = needs.get(id) ?? [];
    list.push({ action, state, otherRequest: other });
    needs.set(id, list);
  }
  return needs;
}

/**
 * In the order in which `chooseAndLock` goes through the ready jobs of a pool. Only pools that an asked job queues in are read,
 * from the index alone and in its order: the first numbering needs no sort, and the second has a number for its first key.
 */
async function placesInQueue(
  db: Queries,
  open: readonly JobRow[],
  starvedBefore: Date,
): Promise<ReadonlyMap<number, number>> {
  const queued = open.filter((job) => job.state === 'pending' && job.ready_at && !job.holds_slot);
  const pools = new Map(
    queued.map(({ backend_id, needs_database }) => [
      `${backend_id} ${needs_database}`,
      { backend_id, needs_database },
    ]),
  );
  const places = await Promise.all(
    [...pools.values()].map(async (pool) => {
      const ids = queued
        .filter((job) => job.backend_id === pool.backend_id)
        .filter((job) => job.needs_database === pool.needs_database)
        .map(({ id }) => id);
      return await placesInPool(db, pool, ids, starvedBefore);
    }),
  );
  return new Map(places.flat());
}

async function placesInPool(
  db: Queries,
  { backend_id, needs_database }: Pick<JobRow, 'backend_id' | 'needs_database'>,
  ids: readonly number[],
  starvedBefore: Date,
): Promise<readonly (readonly [number, number])[]> {
  const { rows } = await sql<{ readonly id: number; readonly place: number }>`
    with busy as materialized (
      select workspace_id, count(*) as jobs from job where backend_id = ${backend_id} and holds_slot group by workspace_id
    ),
    ranked as (
      select id, workspace_id, ready_at,
        row_number() over (partition by workspace_id order by ready_at, id) as place_of_workspace
      from job
      where backend_id = ${backend_id} and needs_database = ${needs_database}
        and state = 'pending' and ready_at is not null and not holds_slot
    ),
    ready as (
      select id, ready_at, place_of_workspace + coalesce(busy.jobs, 0) as turn,
        case when ready_at < ${starvedBefore} then 0 else place_of_workspace + coalesce(busy.jobs, 0) end as ahead
      from ranked left join busy using (workspace_id)
    ),
    queue as (
      select id, row_number() over (order by ahead, ready_at, turn, id)::integer as place from ready
    )
    select id, place from queue where id = any(${ids}::integer[])`.execute(db);
  return rows.map(({ id, place }) => [id, place]);
}

/** The median time of the newest successes of the same action in the same workspace. */
async function usualSeconds(
  db: Queries,
  ids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql<{ readonly id: number; readonly seconds: number }>`
    select job.id, (
      select percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at)::float8) from (
        select finished_at, started_at from job before
        where before.workspace_id = job.workspace_id and before.backend_id = job.backend_id and before.action = job.action
          and before.state = 'succeeded'
        order by before.finished_at desc limit ${SAMPLE}
      ) as sample) as seconds
    from job where job.id = any(${ids}::integer[]) and job.state = 'running'`.execute(db);
  return new Map(rows.flatMap(({ id, seconds }) => (seconds === null ? [] : [[id, seconds]])));
}

/** The mean time of the newest successes of each pool, by `backend needs_database`. */
async function poolSeconds(
  db: Queries,
  backendIds: readonly number[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{
    readonly backend_id: number;
    readonly needs_database: boolean;
    readonly seconds: number | null;
  }>`
    select backend.id as backend_id, pool.needs_database, (
      select avg(extract(epoch from finished_at - started_at))::float8 from (
        select finished_at, started_at from job
        where job.backend_id = backend.id and job.needs_database = pool.needs_database and state = 'succeeded'
        order by finished_at desc limit ${POOL_SAMPLE}
      ) as sample) as seconds
    from backend cross join (values (true), (false)) as pool(needs_database)
    where backend.id = any(${backendIds}::integer[])`.execute(db);
  return new Map(
    rows.flatMap(({ backend_id, needs_database, seconds }) =>
      seconds === null ? [] : [[`${backend_id} ${needs_database}`, seconds]],
    ),
  );
}

async function backendsOnTrial(
  db: Queries,
  backendIds: readonly number[],
  trialFrom: Date,
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ readonly backend_id: number }>`
    select distinct backend_id from job
    where backend_id = any(${backendIds}::integer[]) and holds_slot and losses > 0 and claimed_at > ${trialFrom}`.execute(
    db,
  );
  return new Set(rows.map(({ backend_id }) => backend_id));
}
