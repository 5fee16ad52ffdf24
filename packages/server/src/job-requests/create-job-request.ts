/** A person asks for actions to be run: what is checked, planned and written. */
import {
  type Action,
  FaultError,
  flattenRun,
  isDatabaseAction,
  type Pipeline,
  type Plan,
  parseProject,
  planJobs,
} from '@vitrine/pipeline';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { inTransaction } from '../database/database.ts';
import { newIdentifier } from '../database/identifiers.ts';
import type { BackendRow, PlanLine, Tables, WorkspaceRow } from '../database/schema.ts';
import { announce } from '../events/changes.ts';
import { faults } from '../faults.ts';
import { newEvent, writeEvents } from '../states/change-jobs.ts';
import { type CurrentJobs, lockHistory, toHistory } from './action-history.ts';
import { jobResources } from './job-resources.ts';

export interface JobRequestInput {
  /** Name of the workspace. */
  readonly workspace: string;
  /** Slug of the backend. */
  readonly backend: string;
  /** Key of the person, whose permission has been checked. */
  readonly requestedBy: number;
  /** Names of actions; `run_all` stands for all. */
  readonly actions: readonly string[];
  /** All 40 digits. Default: the head of the workspace's branch. */
  readonly commit?: string | undefined;
  readonly forceRunDependencies?: boolean | undefined;
  readonly notify?: boolean | undefined;
  /** False when the codelists at that commit are known to be out of date. */
  readonly codelistsOk?: boolean | undefined;
  /** The same key of the same person never makes a second job request. */
  readonly clientKey?: string | undefined;
  /** W3C trace context. */
  readonly traceContext?: string | undefined;
  /** Number and identifier that it must have, for requests that are taken over from elsewhere. */
  readonly given?: { readonly number?: number; readonly identifier?: string } | undefined;
}

export interface CreatedJobRequest {
  readonly id: number;
  readonly number: number;
  readonly identifier: string;
  /** `existing`: the client key has made this one before. */
  readonly outcome: 'created' | 'nothing-to-do' | 'existing';
  /** Jobs that it came to. */
  readonly jobs: number;
  /** Why nothing is to do. */
  readonly message: string | null;
}

/**
 * Reads project.yaml from git, plans, and writes the request with its jobs in one transaction. Requests for one workspace on
 * one backend come one after another, so that no action is started twice.
 * @throws FaultError with every fault found; then nothing has been written
 */
export async function createJobRequest(
  context: Context,
  input: JobRequestInput,
): Promise<CreatedJobRequest> {
  const { workspace, backend } = await findPlace(context, input);
  const existing = await findByKey(context.database.db, input, workspace, backend);
  if (existing !== null) return existing;
  const source = await readSource(context, workspace, input.commit);
  const pipeline = parse(source.definition);
  return await inTransaction(context.database, async (tx) => {
    await sql`select pg_advisory_xact_lock(${workspace.id}, ${backend.id})`.execute(tx);
    const repeated = await findByKey(tx, input, workspace, backend);
    if (repeated !== null) return repeated;
    const history = await lockHistory(tx, workspace.id, backend.id);
    const plan = planJobs({
      pipeline,
      requested: input.actions,
      forceRunDependencies: input.forceRunDependencies ?? false,
      history: toHistory(history),
    });
    if (plan.kind === 'refused') throw new FaultError(plan.diagnostics);
    checkPlan(plan, pipeline, input, context.policy.maximumJobs);
    const draft = { context, input, workspace, backend, source, pipeline, plan, history };
    return await write(tx, draft);
  });
}

interface Source {
  readonly commit: string;
  readonly definition: string;
}

interface Draft {
  readonly context: Context;
  readonly input: JobRequestInput;
  readonly workspace: WorkspaceRow;
  readonly backend: BackendRow;
  readonly source: Source;
  readonly pipeline: Pipeline;
  readonly plan: Exclude<Plan, { readonly kind: 'refused' }>;
  readonly history: CurrentJobs;
}

async function findPlace(
  { database }: Context,
  input: JobRequestInput,
): Promise<{ readonly workspace: WorkspaceRow; readonly backend: BackendRow }> {
  const workspace = await database.db
    .selectFrom('workspace')
    .selectAll()
    .where('name', '=', input.workspace)
    .executeTakeFirst();
  if (workspace === undefined) {
    throw faults.error('workspace-unknown', { workspace: input.workspace });
  }
  const backend = await database.db
    .selectFrom('backend')
    .selectAll()
    .where('slug', '=', input.backend)
    .executeTakeFirst();
  if (backend === undefined) throw faults.error('backend-unknown', { backend: input.backend });
  if (workspace.is_archived) {
    throw faults.error('workspace-archived', { workspace: workspace.name });
  }
  if (!backend.is_active) throw faults.error('backend-inactive', { backend: backend.name });
  return { workspace, backend };
}

async function findByKey(
  queries: Context['database']['db'],
  input: JobRequestInput,
  workspace: WorkspaceRow,
  backend: BackendRow,
): Promise<CreatedJobRequest | null> {
  const key = input.clientKey;
  if (key === undefined) return null;
  const found = await queries
    .selectFrom('job_request')
    .selectAll()
    .where('requested_by', '=', input.requestedBy)
    .where('client_key', '=', key)
    .executeTakeFirst();
  if (found === undefined) return null;
  const isSame =
    found.workspace_id === workspace.id &&
    found.backend_id === backend.id &&
    (input.commit === undefined || input.commit === found.commit) &&
    found.force_run_dependencies === (input.forceRunDependencies ?? false) &&
    JSON.stringify(found.requested_actions) === JSON.stringify([...new Set(input.actions)]);
  if (!isSame) throw faults.error('client-key-reused', { key });
  return {
    id: found.id,
    number: found.number,
    identifier: found.identifier,
    outcome: 'existing',
    jobs: found.pending_jobs + found.running_jobs + found.succeeded_jobs + found.failed_jobs,
    message: found.status_message,
  };
}

/** The definition at one commit: a push in between cannot make the two disagree. */
async function readSource(
  { sourceHost }: Context,
  workspace: WorkspaceRow,
  asked: string | undefined,
): Promise<Source> {
  const { repository, branch } = workspace;
  const commit = asked ?? (await sourceHost.headOf(repository, branch));
  if (asked !== undefined && !(await sourceHost.isOnBranch(repository, branch, asked))) {
    throw faults.error('commit-not-on-branch', { commit: asked, branch });
  }
  const definition = await sourceHost.readFile(repository, commit, 'project.yaml');
  if (definition === null) throw faults.error('project-file-missing', { commit });
  return { commit, definition };
}

function parse(definition: string): Pipeline {
  const { pipeline, diagnostics } = parseProject(definition);
  if (pipeline === null) throw new FaultError(diagnostics);
  return pipeline;
}

function checkPlan(
  plan: Draft['plan'],
  pipeline: Pipeline,
  input: JobRequestInput,
  limit: number,
): void {
  const jobs = plan.kind === 'run' ? plan.jobs : [];
  if (jobs.length > limit) throw faults.error('too-many-jobs', { count: jobs.length, limit });
  if (input.codelistsOk === false) {
    const reading = jobs
      .map(({ action }) => action)
      .filter((name) => isDatabaseAction(actionOf(pipeline, name)));
    if (reading.length > 0) throw faults.error('codelists-stale', { actions: reading });
  }
}

function actionOf(pipeline: Pipeline, name: string): Action {
  const action = pipeline.actions.get(name);
  if (action === undefined) throw new Error(`The plan names ${name}, which is no action.`);
  return action;
}

async function write(tx: Transaction<Tables>, draft: Draft): Promise<CreatedJobRequest> {
  const { context, input, workspace, backend, source, plan } = draft;
  const now = context.clock();
  const identifiers = new Map(
    (plan.kind === 'run' ? plan.jobs : []).map(({ action }) => [
      action,
      newIdentifier(context.randomBytes),
    ]),
  );
  const isNothing = plan.kind === 'nothing-to-do';
  const request = await tx
    .insertInto('job_request')
    .values({
      ...(input.given?.number === undefined ? {} : { number: input.given.number }),
      identifier: input.given?.identifier ?? newIdentifier(context.randomBytes),
      workspace_id: workspace.id,
      backend_id: backend.id,
      requested_by: input.requestedBy,
      commit: source.commit,
      branch: workspace.branch,
      requested_actions: [...new Set(input.actions)],
      force_run_dependencies: input.forceRunDependencies ?? false,
      will_notify: input.notify ?? false,
      project_definition: source.definition,
      codelists_ok: input.codelistsOk ?? true,
      plan: JSON.stringify(planLines(plan, identifiers)),
      client_key: input.clientKey ?? null,
      created_at: now,
      status: isNothing ? 'nothing_to_do' : 'pending',
      status_message: isNothing ? plan.message : null,
      finished_at: isNothing ? now : null,
      pending_jobs: identifiers.size,
      updated_at: now,
    })
    .returning(['id', 'number', 'identifier'])
    .executeTakeFirstOrThrow();
  // A number that was given is not given once more by the sequence.
  if (input.given?.number !== undefined) {
    await sql`select setval('job_request_number', ${request.number}) from job_request_number where last_value < ${request.number}`.execute(
      tx,
    );
  }
  await writeJobs(tx, draft, request.id, identifiers, now);
  await announce(tx, ['requests', `request:${request.id}`, `backend:${backend.id}`]);
  return {
    ...request,
    outcome: isNothing ? 'nothing-to-do' : 'created',
    jobs: identifiers.size,
    message: isNothing ? plan.message : null,
  };
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

/** Writes all jobs in two statements, however many; a job waits for jobs of lower keys, of this request or of earlier ones. */
async function writeJobs(
  tx: Transaction<Tables>,
  { input, workspace, backend, pipeline, plan, history }: Draft,
  requestId: number,
  identifiers: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  if (plan.kind !== 'run') return;
  const { rows: keys } = await sql<{ readonly id: number }>`
    select nextval(pg_get_serial_sequence('job', 'id'))::integer as id from generate_series(1, ${plan.jobs.length})`.execute(
    tx,
  );
  const ids = keys.map(({ id }) => id).toSorted((left, right) => left - right);
  const idOf = new Map(plan.jobs.map(({ action }, index) => [action, ids[index] ?? 0]));
  const events = [];
  const rows = [];
  for (const { action: name, needsJobs } of plan.jobs) {
    const action = actionOf(pipeline, name);
    const identifier = identifiers.get(name) ?? '';
    const command = flattenRun(action);
    const id = idOf.get(name) ?? 0;
    const waitsFor = needsJobs.map((need) => idOf.get(need) ?? history.get(need)?.id ?? 0);
    const event = newEvent(
      { id, job_request_id: requestId, event_hash: identifier },
      0,
      null,
      { code: 'created', cause: null, at: now },
      now,
    );
    events.push(event);
    rows.push({
      id,
      identifier,
      action: name,
      run_command: command,
      needs: [...new Set(action.needs)],
      needs_database: isDatabaseAction(action),
      ...jobResources(backend, workspace.name, name, command),
      waits_for: waitsFor,
      ready_at: waitsFor.length === 0 ? now : null,
      event_hash: event.hash,
    });
  }
  await sql`
    insert into job (
      id, identifier, job_request_id, workspace_id, backend_id, action, run_command, needs, needs_database, weight, cpus,
      memory_bytes, wall_clock_seconds, waits_for, state, status_code, code_since, ready_at, created_at, updated_at,
      trace_context, event_hash)
    overriding system value
    select n.id, n.identifier, ${requestId}, ${workspace.id}, ${backend.id}, n.action, n.run_command, n.needs, n.needs_database,
      n.weight, n.cpus, n.memory_bytes, n.wall_clock_seconds, n.waits_for, 'pending', 'created', ${now}, n.ready_at, ${now},
      ${now}, ${input.traceContext ?? null}, n.event_hash
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(
      id integer, identifier text, action text, run_command text, needs text[], needs_database boolean, weight float8,
      cpus float8, memory_bytes bigint, wall_clock_seconds integer, waits_for integer[], ready_at timestamptz,
      event_hash text)`.execute(tx);
  await writeEvents(tx, events);
}
