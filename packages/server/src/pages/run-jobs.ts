/** What a person asks to be run in a workspace: the form loaded, sent for a look, or carried out. */

import { randomBytes } from 'node:crypto';
import { FaultError, type Pipeline } from '@vitrine/pipeline';
import { type FormFields, httpFaults, sendTo } from '@vitrine/platform';
import { type CodelistState, checkStudyCodelists } from '../codelists/check-study.ts';
import type { Call } from '../http/route.ts';
import { createJobRequest } from '../job-requests/create-job-request.ts';
import { may } from '../people/actor.ts';
import { PERMISSIONS } from '../people/roles.ts';
import { type NewestJob, newestJobs, type WorkspaceDetail } from '../queries/workspace-page.ts';
import { addresses } from './addresses.ts';
import { ownForm } from './change-jobs.ts';
import { readDefinition } from './project-definition.ts';
import { preview, showRunJobs } from './run-jobs-form.ts';
import { workspaceOf } from './workspace.ts';

export interface Backend {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
}

/** What the form holds, as far as somebody has filled it in. */
export interface Filled {
  readonly backend: string;
  readonly actions: ReadonlySet<string>;
  readonly force: boolean;
  readonly notify: boolean;
  /** The commit whose project.yaml the form shows: that one is run, whatever is pushed meanwhile. */
  readonly commit: string;
  /** Sending the same form twice makes one job request. */
  readonly clientKey: string;
}

export interface Loaded {
  readonly workspace: WorkspaceDetail;
  readonly backends: readonly Backend[];
  readonly jobs: readonly NewestJob[];
  readonly pipeline: Pipeline | null;
  readonly commit: string;
  /** Why there is nothing to choose from. */
  readonly faults: FaultError | null;
  readonly codelists: CodelistState | null;
}

/** Where a person chooses what to run (job-server §2.6). */
export async function runJobsPage(call: Call): Promise<Response> {
  const loaded = await load(call, null);
  const [only] = loaded.backends;
  const asked = call.http.req.queries('action') ?? [];
  return await showRunJobs(call, loaded, {
    backend: loaded.backends.length === 1 ? (only?.slug ?? '') : '',
    actions: new Set(asked),
    force: false,
    notify: loaded.workspace.should_notify,
    commit: loaded.commit,
    clientKey: randomBytes(18).toString('base64url'),
  });
}

/** The form comes back: either for a look at what would run, or to be carried out. */
export async function submitRunJobs(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const filled = readFilled(fields);
  const loaded = await load(call, filled.commit);
  if (fields.text('step') === 'preview' || filled.actions.size === 0 || filled.backend === '') {
    const errors = {
      ...(filled.actions.size === 0
        ? { actions: 'Please select at least one of the actions listed below.' }
        : {}),
      ...(filled.backend === '' ? { backend: 'Please select a backend.' } : {}),
    };
    return await showRunJobs(call, loaded, filled, errors, preview(loaded, filled));
  }
  const backend = loaded.backends.find(({ slug }) => slug === filled.backend);
  if (backend === undefined) {
    throw httpFaults.error('permission-needed', { permission: PERMISSIONS.backend_use });
  }
  try {
    const created = await createJobRequest(call.site, {
      workspace: loaded.workspace.name,
      backend: backend.slug,
      requestedBy: call.person?.id ?? 0,
      actions: [...filled.actions],
      commit: filled.commit === '' ? undefined : filled.commit,
      forceRunDependencies: filled.force,
      notify: filled.notify,
      clientKey: filled.clientKey === '' ? undefined : filled.clientKey,
    });
    const told = created.outcome === 'nothing-to-do' ? 'nothing-to-do' : 'submitted';
    return sendTo(call, addresses.request(created.number), told);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return await showRunJobs(call, { ...loaded, faults: error }, filled);
  }
}

function readFilled(fields: FormFields): Filled {
  const commit = fields.text('commit');
  const key = fields.text('client_key');
  return {
    backend: fields.text('backend').slice(0, 64),
    actions: new Set(fields.all('actions').slice(0, 20_000)),
    force: fields.has('force_run_dependencies'),
    notify: fields.has('notify'),
    commit: /^[0-9a-f]{40}$/.test(commit) ? commit : '',
    clientKey: /^[A-Za-z0-9_-]{8,64}$/.test(key) ? key : '',
  };
}

async function load(call: Call, commit: string | null): Promise<Loaded> {
  const { site, person } = call;
  const workspace = await workspaceOf(call);
  const [all, jobs] = await Promise.all([
    site.db
      .selectFrom('backend')
      .select(['id', 'slug', 'name'])
      .where('is_active', '=', true)
      .orderBy('name')
      .execute(),
    newestJobs(site.db, workspace.id, true),
  ]);
  const backends = all.filter(({ id }) => may(person, 'backend_use', { backendId: id }));
  const base = { workspace, backends, jobs, codelists: null };
  try {
    const at = commit || (await site.sourceHost.headOf(workspace.repository, workspace.branch));
    const text = await site.sourceHost.readFile(workspace.repository, at, 'project.yaml');
    if (text === null) return { ...base, pipeline: null, commit: at, faults: null };
    const { pipeline, diagnostics } = readDefinition(text);
    if (pipeline === null) {
      return { ...base, pipeline, commit: at, faults: new FaultError(diagnostics) };
    }
    const source = { repository: workspace.repository, commit: at };
    const codelists = await checkStudyCodelists(
      site.codelistSite,
      site.sourceHost,
      source,
      pipeline,
    );
    return { ...base, pipeline, commit: at, faults: null, codelists };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { ...base, pipeline: null, commit: '', faults: error };
  }
}
