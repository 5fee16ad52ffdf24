/** Hands out jobs to the agents of a backend. */
import { inTransaction } from '@vitrine/platform';
import { type Task, type TasksAnswer, type TasksRequest, wholeSecond } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { BackendRow, JobRow, Tables } from '../database/schema.ts';
import { changeJobs } from '../states/change-jobs.ts';
import { claimJob } from '../states/next-job.ts';
import { agentOrders } from './agent-orders.ts';
import { circumstancesOf, keepHolding, lockBackend, seeAgent } from './agents.ts';
import { chooseAndLock } from './choose-and-lock.ts';
import type { SchedulingPolicy } from './policy.ts';

/**
 * Gives an agent the jobs that may start now, at once. Jobs that the agent was given and does not know of are given again, as
 * the same attempt.
 */
export async function claimTasks(
  context: Context,
  backendId: number,
  request: TasksRequest,
): Promise<TasksAnswer> {
  return await inTransaction(context.database, async (tx) => {
    const backend = await lockBackend(tx, backendId);
    const circumstances = circumstancesOf(context, backend);
    const { now, policy } = circumstances;
    await seeAgent(tx, backend, request.agent, now);
    await keepHolding(tx, backend, request.agent, request.holding, circumstances);
    const given = await givenAlready(tx, backend, request);
    const mayStart =
      backend.is_active && backend.paused_at === null && backend.draining_at === null;
    const chosen = mayStart
      ? await chooseAndLock(tx, backend, roomFor(request, given), policy, now)
      : [];
    const claims = chosen.map((job) => claimJob(job, request.agent, circumstances));
    await changeJobs(tx, claims, now);
    const jobs = [...given, ...claims.map(({ job, next }) => ({ ...job, ...next }))];
    return {
      tasks: await describeTasks(tx, jobs, policy),
      ...(await agentOrders(tx, backend, request.agent, request.holding)),
    };
  });
}

/** Running jobs of this agent that it does not hold: the answer that gave them got lost. */
async function givenAlready(
  tx: Transaction<Tables>,
  backend: BackendRow,
  { agent, holding }: TasksRequest,
): Promise<readonly JobRow[]> {
  const held = holding.map(({ job }) => job);
  return await tx
    .selectFrom('job')
    .selectAll()
    .where('backend_id', '=', backend.id)
    .where('agent', '=', agent)
    .where('holds_slot', '=', true)
    .where('state', '=', 'running')
    .where(sql<boolean>`identifier <> all(${held}::text[])`)
    .orderBy('id')
    .execute();
}

function roomFor(
  { agent, free, holding }: TasksRequest,
  given: readonly JobRow[],
): Parameters<typeof chooseAndLock>[2] {
  const taken = (database: boolean): number =>
    given
      .filter((job) => job.needs_database === database)
      .reduce((sum, job) => sum + job.weight, 0);
  return {
    agent,
    database: Math.max(0, free.database - taken(true)),
    other: Math.max(0, free.other - taken(false)),
    isIdle: holding.length === 0 && given.length === 0,
  };
}

interface TaskRow {
  readonly id: number;
  readonly job_request: string;
  readonly workspace: string;
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly requested_by: string;
  readonly inputs: Readonly<Record<string, string>> | null;
}

/** All that the agent has to know about the jobs. An input is the newest job of its action that succeeded. */
async function describeTasks(
  tx: Transaction<Tables>,
  jobs: readonly JobRow[],
  policy: SchedulingPolicy,
): Promise<readonly Task[]> {
  if (jobs.length === 0) return [];
  const ids = jobs.map(({ id }) => id);
  const { rows } = await sql<TaskRow>`
    select job.id, request.identifier as job_request, workspace.name as workspace, workspace.repository,
      request.branch, request.commit, person.username as requested_by,
      (select jsonb_object_agg(action, identifier) from (
        select distinct on (made.action) made.action, made.identifier from job made
        where made.workspace_id = job.workspace_id and made.backend_id = job.backend_id
          and made.action = any(job.needs) and made.state = 'succeeded'
        order by made.action, made.id desc) as input) as inputs
    from job
    join job_request request on request.id = job.job_request_id
    join workspace on workspace.id = job.workspace_id
    join person on person.id = request.requested_by
    where job.id = any(${ids}::integer[])`.execute(tx);
  const about = new Map(rows.map((row) => [row.id, row]));
  return jobs.flatMap((job) => {
    const row = about.get(job.id);
    return row === undefined ? [] : [toTask(job, row, policy)];
  });
}

function toTask(job: JobRow, row: TaskRow, policy: SchedulingPolicy): Task {
  const { id: _, inputs, ...about } = row;
  return {
    job: job.identifier,
    attempt: job.attempt,
    ...about,
    action: job.action,
    inputs: inputs ?? {},
    resources: {
      cpus: job.cpus,
      memory_bytes: job.memory_bytes,
      wall_clock_seconds: job.wall_clock_seconds,
    },
    database_allowed: job.needs_database,
    lease_seconds: policy.leaseSeconds,
    ...(job.trace_context === null ? {} : { trace_context: job.trace_context }),
    created_at: wholeSecond(job.created_at),
  };
}
