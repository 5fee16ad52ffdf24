/** A person asks for actions to be run: what is checked, planned and written. */

import { FaultError, isDatabaseAction, type Pipeline, planJobs } from '@vitrine/pipeline';
import { inTransaction } from '@vitrine/platform';
import { sql } from 'kysely';
import { type CodelistState, checkStudyCodelists } from '../codelists/check-study.ts';
import type { Context } from '../context.ts';
import type { BackendRow, WorkspaceRow } from '../database/schema.ts';
import { faults } from '../faults.ts';
import { noTracing } from '../operations/tracing.ts';
import { readProject } from '../source-host/read-project.ts';
import { lockHistory, toHistory } from './action-history.ts';
import { actionOf, type Draft, type Source, writeJobRequest } from './write-job-request.ts';

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
  /** Whether the codelists at that commit are up to date, where that is known; else the codelist site is asked. */
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
  /** What the person should know although the request was taken. */
  readonly warning: string | null;
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
  const { workspace, backend } = input;
  const about = { 'vitrine.workspace': workspace, 'vitrine.backend': backend };
  const submission = (context.tracing ?? noTracing).submit(about, input.traceContext);
  try {
    const traceContext = submission.context ?? undefined;
    const created = await create(context, { ...input, traceContext });
    submission.end({ 'vitrine.job_request': created.number, 'vitrine.jobs': created.jobs });
    return created;
  } catch (error) {
    submission.end({}, error);
    throw error;
  }
}

async function create(context: Context, input: JobRequestInput): Promise<CreatedJobRequest> {
  const { workspace, backend } = await findPlace(context, input);
  const existing = await findByKey(context.database.db, input, workspace, backend);
  if (existing !== null) return existing;
  const source = await readSource(context, workspace, input.commit);
  const pipeline = parse(source.definition);
  const codelists = await codelistState(context, input, workspace, source, pipeline);
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
    checkPlan(plan, pipeline, codelists, context.policy.maximumJobs);
    const draft = {
      context,
      input,
      workspace,
      backend,
      source,
      pipeline,
      plan,
      history,
      codelists,
    };
    return await writeJobRequest(tx, draft);
  });
}

async function findPlace(
  { database: { db } }: Context,
  input: JobRequestInput,
): Promise<{ readonly workspace: WorkspaceRow; readonly backend: BackendRow }> {
  const [workspace, backend] = await Promise.all([
    db.selectFrom('workspace').selectAll().where('name', '=', input.workspace).executeTakeFirst(),
    db.selectFrom('backend').selectAll().where('slug', '=', input.backend).executeTakeFirst(),
  ]);
  if (workspace === undefined) {
    throw faults.error('workspace-unknown', { workspace: input.workspace });
  }
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
    warning: found.warning,
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

async function codelistState(
  { codelistSite, sourceHost }: Context,
  { codelistsOk }: JobRequestInput,
  { repository }: WorkspaceRow,
  { commit }: Source,
  pipeline: Pipeline,
): Promise<CodelistState> {
  if (codelistsOk !== undefined) return { isOk: codelistsOk, warning: null };
  return await checkStudyCodelists(codelistSite, sourceHost, { repository, commit }, pipeline);
}

function parse(definition: string): Pipeline {
  const { pipeline, diagnostics } = readProject(definition);
  if (pipeline === null) throw new FaultError(diagnostics);
  return pipeline;
}

function checkPlan(
  plan: Draft['plan'],
  pipeline: Pipeline,
  codelists: CodelistState,
  limit: number,
): void {
  const jobs = plan.kind === 'run' ? plan.jobs : [];
  if (jobs.length > limit) throw faults.error('too-many-jobs', { count: jobs.length, limit });
  if (!codelists.isOk) {
    const reading = jobs
      .map(({ action }) => action)
      .filter((name) => isDatabaseAction(actionOf(pipeline, name)));
    if (reading.length > 0) throw faults.error('codelists-stale', { actions: reading });
  }
}
