/** Writing of a planned job request: two statements in the caller's transaction, however many jobs it comes to. */
import {
  type Action,
  flattenRun,
  isDatabaseAction,
  type Pipeline,
  type Plan,
} from '@vitrine/pipeline';
import { sql, type Transaction } from 'kysely';
import type { CodelistState } from '../codelists/check-study.ts';
import type { Context } from '../context.ts';
import { newIdentifier } from '../database/identifiers.ts';
import type { BackendRow, PlanLine, Tables, WorkspaceRow } from '../database/schema.ts';
import { announcing } from '../events/changes.ts';
import { newEvent } from '../states/change-jobs.ts';
import type { CurrentJobs } from './action-history.ts';
import type { CreatedJobRequest, JobRequestInput } from './create-job-request.ts';
import { jobResources } from './job-resources.ts';

/** What is read from git. */
export interface Source {
  readonly commit: string;
  readonly definition: string;
}

/** A request that has been checked and planned. */
export interface Draft {
  readonly context: Context;
  readonly input: JobRequestInput;
  readonly workspace: WorkspaceRow;
  readonly backend: BackendRow;
  readonly source: Source;
  readonly pipeline: Pipeline;
  readonly plan: Exclude<Plan, { readonly kind: 'refused' }>;
  readonly history: CurrentJobs;
  readonly codelists: CodelistState;
}

/** Writes the request with its jobs. */
export async function writeJobRequest(
  tx: Transaction<Tables>,
  draft: Draft,
): Promise<CreatedJobRequest> {
  const { context, input, workspace, backend, source, plan, codelists } = draft;
  const now = context.clock();
  const identifiers = new Map(
    (plan.kind === 'run' ? plan.jobs : []).map(({ action }) => [
      action,
      newIdentifier(context.randomBytes),
    ]),
  );
  const isNothing = plan.kind === 'nothing-to-do';
  const numbers = input.given?.number === undefined ? sql`default` : sql`${input.given.number}`;
  const message = isNothing ? plan.message : null;
  const { rows } = await sql<WrittenRequest>`
    with request as (
      insert into job_request (
        number, identifier, workspace_id, backend_id, requested_by, commit, branch, requested_actions,
        force_run_dependencies, will_notify, project_definition, codelists_ok, plan, client_key, warning, created_at,
        status, status_message, finished_at, pending_jobs, updated_at)
      values (${numbers}, ${input.given?.identifier ?? newIdentifier(context.randomBytes)}, ${workspace.id}, ${backend.id},
        ${input.requestedBy}, ${source.commit}, ${workspace.branch}, ${[...new Set(input.actions)]}::text[],
        ${input.forceRunDependencies ?? false}, ${input.notify ?? false}, ${source.definition},
        ${codelists.isOk}, ${JSON.stringify(planLines(plan, identifiers))}::jsonb, ${input.clientKey ?? null},
        ${codelists.warning}, ${now}, ${isNothing ? 'nothing_to_do' : 'pending'}, ${message}, ${isNothing ? now : null},
        ${identifiers.size}, ${now})
      returning id, number, identifier
    )
    select request.*,
      array(select nextval(pg_get_serial_sequence('job', 'id'))::integer from generate_series(1, ${identifiers.size}::integer)) as job_ids
    from request`.execute(tx);
  const [written] = rows;
  if (written === undefined) throw new Error('The database did not say what it wrote.');
  const { job_ids: jobIds, ...request } = written;
  // A number that was given is not given once more by the sequence.
  if (input.given?.number !== undefined) {
    await sql`select setval('job_request_number', ${request.number}) from job_request_number where last_value < ${request.number}`.execute(
      tx,
    );
  }
  await writeJobs(tx, draft, request.id, jobIds, identifiers, now);
  return {
    ...request,
    outcome: isNothing ? 'nothing-to-do' : 'created',
    jobs: identifiers.size,
    message,
    warning: codelists.warning,
  };
}

interface WrittenRequest {
  readonly id: number;
  readonly number: number;
  readonly identifier: string;
  /** Keys that its jobs will have. */
  readonly job_ids: readonly number[];
}

function planLines(
  plan: Draft['plan'],
  identifiers: ReadonlyMap<string, string>,
): readonly PlanLine[] {
  const created = plan.kind === 'run' ? plan.jobs : [];
  return [
    ...created.map(({ action, reason }) => ({
      action,
      kind: 'run' as const,
      reason,
      job: identifiers.get(action) ?? null,
    })),
    ...plan.reused.map(({ action, reason, because }) => ({
      action,
      kind: 'reuse' as const,
      reason,
      job: because.job.jobId ?? null,
    })),
  ];
}

/**
 * Writes all jobs, their first events and the names of the actions, and tells who waits: in one statement, however many they
 * are. A job waits for jobs of lower keys, of this request or of earlier ones.
 */
async function writeJobs(
  tx: Transaction<Tables>,
  { input, workspace, backend, pipeline, plan, history }: Draft,
  requestId: number,
  keys: readonly number[],
  identifiers: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const jobs = plan.kind === 'run' ? plan.jobs : [];
  const ids = keys.toSorted((left, right) => left - right);
  const idOf = new Map(jobs.map(({ action }, index) => [action, ids[index] ?? 0]));
  const rows = jobs.map(({ action: name, needsJobs }) => {
    const action = actionOf(pipeline, name);
    const identifier = identifiers.get(name) ?? '';
    const command = flattenRun(action);
    const id = idOf.get(name) ?? 0;
    const waitsFor = needsJobs.map((need) => idOf.get(need) ?? history.get(need)?.id ?? 0);
    const { hash } = newEvent(
      { id, job_request_id: requestId, event_hash: identifier },
      0,
      null,
      { code: 'created', cause: null, at: now },
      now,
    );
    return {
      id,
      identifier,
      action: name,
      run_command: command,
      needs: [...new Set(action.needs)],
      needs_database: isDatabaseAction(action),
      ...jobResources(backend, workspace.name, name, command),
      waits_for: waitsFor,
      ready_at: waitsFor.length === 0 ? now : null,
      event_hash: hash,
    };
  });
  await sql`
    with new_job as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(
        id integer, identifier text, action text, run_command text, needs text[], needs_database boolean, weight float8,
        cpus float8, memory_bytes bigint, wall_clock_seconds integer, waits_for integer[], ready_at timestamptz,
        event_hash text)
    ),
    jobs as (
      insert into job (
        id, identifier, job_request_id, workspace_id, backend_id, action, run_command, needs, needs_database, weight, cpus,
        memory_bytes, wall_clock_seconds, waits_for, state, status_code, code_since, ready_at, created_at, updated_at,
        trace_context, event_hash)
      overriding system value
      select n.id, n.identifier, ${requestId}, ${workspace.id}, ${backend.id}, n.action, n.run_command, n.needs,
        n.needs_database, n.weight, n.cpus, n.memory_bytes, n.wall_clock_seconds, n.waits_for, 'pending', 'created', ${now},
        n.ready_at, ${now}, ${now}, ${input.traceContext ?? null}, n.event_hash
      from new_job n order by n.id
    ),
    events as (
      insert into job_event (job_id, job_request_id, attempt, status_code, at, recorded_at, hash)
      select n.id, ${requestId}, 0, 'created', ${now}, ${now}, n.event_hash from new_job n order by n.id
    ),
    names as (
      insert into action_name (name) select unnest(${[...new Set(input.actions)].toSorted()}::text[]) on conflict do nothing
    )
    ${announcing(['requests', `request:${requestId}`, `backend:${backend.id}`])}`.execute(tx);
}

/** The action of a plan's name. */
export function actionOf(pipeline: Pipeline, name: string): Action {
  const action = pipeline.actions.get(name);
  if (action === undefined) throw new Error(`The plan names ${name}, which is no action.`);
  return action;
}
