import { sql, type Transaction } from 'kysely';
import type { BackendRow, JobRow, Tables } from '../database/schema.ts';
import type { SchedulingPolicy } from './policy.ts';

/** How many jobs of each workspace and pool are looked at: one that is further behind does not start before these. */
const LOOK_AHEAD = 32;

/** How many jobs of a pool are tried one after another: a pool is full long before. */
const MOST_TRIED = 256;

export interface Room {
  readonly agent: string;
  /** Weights that the agent has free in each pool. */
  readonly database: number;
  readonly other: number;
  /** True when the agent holds nothing: then also a job starts that is heavier than all it has. */
  readonly isIdle: boolean;
}

/**
 * The jobs that an agent gets next, locked, in one statement. The backend's row must be locked, so that two agents do not fill
 * the same place.
 *
 * - Two pools, of jobs that read the database and of others; a job starts where used weight + its own ≤ the pool
 *   (job-runner §2.6), counting as heavy as the pool where it is heavier, so that every job starts at some time.
 * - Fairness: the job goes first whose workspace has the fewest jobs running, counting those that go before it.
 * - Starvation guard: who has been ready for longer than `starvationSeconds` goes before all, and while it does not fit nothing
 *   starts behind it in its pool.
 * - Poison: of jobs that an agent was lost with, one at a time is on trial.
 */
export async function chooseAndLock(
  tx: Transaction<Tables>,
  backend: BackendRow,
  room: Room,
  policy: SchedulingPolicy,
  now: Date,
): Promise<readonly JobRow[]> {
  const starved = new Date(now.getTime() - policy.starvationSeconds * 1000);
  const trial = new Date(now.getTime() - policy.trialSeconds * 1000);
  const database = backend.maintenance_at === null ? backend.database_slots : 0;
  const { rows } = await sql<JobRow>`
    with recursive pool as (
      select pool.*, least(slots - used, free) as room
      from (values
        (true, ${database}::float8, ${room.database}::float8),
        (false, ${backend.other_slots}::float8, ${room.other}::float8)
      ) as pool(needs_database, slots, free)
      cross join lateral (
        select coalesce(sum(least(weight, slots)), 0) as used from job
        where backend_id = ${backend.id} and holds_slot and job.needs_database = pool.needs_database
      ) as taken
      where slots > 0 and free > 0
    ),
    busy as (
      select workspace_id, count(*) as jobs from job where backend_id = ${backend.id} and holds_slot group by workspace_id
    ),
    on_trial as (
      select from job where backend_id = ${backend.id} and holds_slot and losses > 0 and claimed_at > ${trial} limit 1
    ),
    -- The workspaces that have ready jobs, found by leaps through the index rather than by reading all jobs.
    leap(needs_database, workspace_id) as (
      select needs_database, (
        select min(workspace_id) from job where backend_id = ${backend.id} and job.needs_database = pool.needs_database
          and state = 'pending' and ready_at is not null and not holds_slot
      ) from pool
      union all
      select needs_database, (
        select min(workspace_id) from job where backend_id = ${backend.id} and job.needs_database = leap.needs_database
          and state = 'pending' and ready_at is not null and not holds_slot and job.workspace_id > leap.workspace_id
      ) from leap where leap.workspace_id is not null
    ),
    candidate as (
      select ready.*, coalesce(busy.jobs, 0) + row_number() over (
        partition by ready.workspace_id, ready.needs_database order by ready.ready_at, ready.id
      ) as turn
      from leap
      cross join lateral (
        select id, workspace_id, needs_database, weight, ready_at, losses > 0 as is_suspect, ready_at < ${starved} as is_starved
        from job
        where backend_id = ${backend.id} and job.needs_database = leap.needs_database and job.workspace_id = leap.workspace_id
          and state = 'pending' and ready_at is not null and not holds_slot
          and (next_attempt_at is null or next_attempt_at <= ${now})
          and (losses = 0 or not exists (select from on_trial))
        order by ready_at, id
        limit ${LOOK_AHEAD}
      ) as ready
      left join busy on busy.workspace_id = ready.workspace_id
    ),
    -- Materialised, because the loop below would otherwise sort all of it anew at every step.
    trusted as materialized (
      select *, row_number() over (partition by needs_database order by is_starved desc, case when is_starved then ready_at end, turn, ready_at, id) as place
      from (
        select *, row_number() over (partition by is_suspect order by ready_at, id) as suspect_place from candidate
      ) as with_suspects
      where not is_suspect or suspect_place = 1
    ),
    chosen as (
      select needs_database, slots, room, free, 0::bigint as place, 0::float8 as used, false as blocked, null::integer as id
      from pool
      union all
      select chosen.needs_database, chosen.slots, chosen.room, chosen.free, trusted.place,
        case when fit.fits then chosen.used + fit.weight else chosen.used end,
        chosen.blocked or (trusted.is_starved and not fit.fits),
        case when fit.fits then trusted.id end
      from chosen
      join trusted on trusted.needs_database = chosen.needs_database and trusted.place = chosen.place + 1
        and not chosen.blocked and chosen.used < chosen.room and trusted.place <= ${MOST_TRIED}
      cross join lateral (
        select least(trusted.weight, chosen.slots,
          case when ${room.isIdle}::boolean and chosen.used = 0 then chosen.free else trusted.weight end) as weight
      ) as own
      cross join lateral (
        select own.weight, chosen.used + own.weight <= chosen.room as fits
      ) as fit
    )
    select job.* from job
    where id = any(array(select id from chosen where id is not null)) and state = 'pending'
    order by id
    for update skip locked`.execute(tx);
  return rows;
}
