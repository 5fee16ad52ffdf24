import { randomBytes } from 'node:crypto';
import {
  type Action,
  FaultError,
  type HistoryEntry,
  type Pipeline,
  planJobs,
  RUN_ALL,
  runnableActions,
} from '@vitrine/pipeline';
import {
  alert,
  type Content,
  card,
  checkbox,
  fieldset,
  form,
  type Html,
  heading,
  html,
  radio,
} from '@vitrine/web';
import { type FormFields, readForm } from '../http/body.ts';
import { httpFaults, statusOf } from '../http/faults.ts';
import { expectOwnForm } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { createJobRequest } from '../job-requests/create-job-request.ts';
import { may } from '../people/actor.ts';
import { PERMISSIONS } from '../people/roles.ts';
import { type NewestJob, newestJobs, type WorkspaceDetail } from '../queries/workspace-page.ts';
import { addresses } from './addresses.ts';
import { faultLines } from './faults.ts';
import { respond, sendTo } from './frame.ts';
import { readDefinition } from './project-definition.ts';
import { jobPill } from './words.ts';
import { workspaceOf, workspaceTrail } from './workspace.ts';

interface Backend {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
}

/** What the form holds, as far as somebody has filled it in. */
interface Filled {
  readonly backend: string;
  readonly actions: ReadonlySet<string>;
  readonly force: boolean;
  readonly notify: boolean;
  /** The commit whose project.yaml the form shows: that one is run, whatever is pushed meanwhile. */
  readonly commit: string;
  /** Sending the same form twice makes one job request. */
  readonly clientKey: string;
}

interface Loaded {
  readonly workspace: WorkspaceDetail;
  readonly backends: readonly Backend[];
  readonly jobs: readonly NewestJob[];
  readonly pipeline: Pipeline | null;
  readonly commit: string;
  /** Why there is nothing to choose from. */
  readonly faults: FaultError | null;
}

/** Where a person chooses what to run (job-server §2.6). */
export async function runJobsPage(call: Call): Promise<Response> {
  const loaded = await load(call, null);
  const [only] = loaded.backends;
  const asked = call.http.req.queries('action') ?? [];
  return await show(call, loaded, {
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
  const fields = await readForm(call.http);
  expectOwnForm(call, fields.text('csrf'));
  const filled = readFilled(fields);
  const loaded = await load(call, filled.commit);
  if (fields.text('step') === 'preview' || filled.actions.size === 0 || filled.backend === '') {
    const errors = {
      ...(filled.actions.size === 0
        ? { actions: 'Please select at least one of the actions listed below.' }
        : {}),
      ...(filled.backend === '' ? { backend: 'Please select a backend.' } : {}),
    };
    return await show(call, loaded, filled, errors, preview(loaded, filled));
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
    return await show(call, { ...loaded, faults: error }, filled);
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
  const base = { workspace, backends, jobs };
  try {
    const at = commit || (await site.sourceHost.headOf(workspace.repository, workspace.branch));
    const text = await site.sourceHost.readFile(workspace.repository, at, 'project.yaml');
    if (text === null) return { ...base, pipeline: null, commit: at, faults: null };
    const { pipeline, diagnostics } = readDefinition(text);
    return {
      ...base,
      pipeline,
      commit: at,
      faults: pipeline === null ? new FaultError(diagnostics) : null,
    };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { ...base, pipeline: null, commit: '', faults: error };
  }
}

/** What would run, and why; null where there is not enough to say. */
function preview(loaded: Loaded, filled: Filled): Html | null {
  const { pipeline, backends, jobs } = loaded;
  const backend = backends.find(({ slug }) => slug === filled.backend);
  if (pipeline === null || backend === undefined || filled.actions.size === 0) return null;
  const history = jobs
    .filter(({ backend_id }) => backend_id === backend.id)
    .map(
      ({ action, state, created_at, finished_at, identifier }): HistoryEntry => ({
        action,
        state,
        createdAt: created_at.toISOString(),
        ...(finished_at === null ? {} : { finishedAt: finished_at.toISOString() }),
        jobId: identifier,
      }),
    );
  const plan = planJobs({
    pipeline,
    requested: [...filled.actions],
    forceRunDependencies: filled.force,
    history,
  });
  if (plan.kind === 'refused') return faultLines(plan.diagnostics);
  const line = ({ action, reason }: { action: string; reason: string }): Html =>
    html`<li><code>${action}</code> ${reason}</li>`;
  return card({
    id: 'preview',
    title:
      plan.kind === 'run'
        ? `${plan.jobs.length} ${plan.jobs.length === 1 ? 'job' : 'jobs'} would run on ${backend.name}`
        : 'Nothing would run',
    body: html`${plan.kind === 'run' ? html`<ol>${plan.jobs.map(line)}</ol>` : html`<p>${plan.message}</p>`}${
      plan.reused.length > 0 ? html`<p>Not run again:</p><ul>${plan.reused.map(line)}</ul>` : null
    }`,
  });
}

async function show(
  call: Call,
  loaded: Loaded,
  filled: Filled,
  errors: { readonly actions?: string; readonly backend?: string } = {},
  shownPreview: Html | null = null,
): Promise<Response> {
  const { workspace, faults } = loaded;
  const address = addresses.runJobs(workspace.name);
  const first = faults?.diagnostics[0];
  const wrong = Object.keys(errors).length > 0;
  return await respond(call, {
    title: `Run jobs: ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace, { label: 'Run jobs', href: address }),
    status: first ? statusOf(first.code, first.blame) : wrong ? 422 : 200,
    main: html`${heading({
      title: 'Run jobs',
      lead: html`Choose what to run from <code>${workspace.branch}</code>${loaded.commit ? html` at <code>${loaded.commit.slice(0, 7)}</code>` : null} in the workspace ${workspace.name}. What was made before and is still there is used again.`,
      actions: html`<a class="button" href="${addresses.workspaceLog(workspace.name)}">View logs</a>`,
    })}
    <div class="stack">
      ${faults === null ? null : faultLines(faults.diagnostics, 'An error occurred while reading your request')}
      ${wrong ? alert({ tone: 'danger', title: 'The form is not complete.', body: Object.values(errors).map((words) => html`<p>${words}</p>`) }) : null}
      ${shownPreview}
      ${formOf(call, loaded, filled, errors)}
    </div>`,
  });
}

function formOf(
  call: Call,
  loaded: Loaded,
  filled: Filled,
  errors: { readonly actions?: string; readonly backend?: string },
): Content {
  const { workspace, backends, pipeline, commit } = loaded;
  if (workspace.is_archived) {
    return alert({
      tone: 'warning',
      title: 'The workspace is archived.',
      body: 'Unarchive it before you run jobs.',
    });
  }
  if (backends.length === 0) {
    return alert({
      tone: 'warning',
      title: 'You may not use any backend.',
      body: 'Ask the staff for the role of a backend user.',
    });
  }
  if (pipeline === null) {
    return commit === ''
      ? null
      : html`<p>There is nothing to choose from at commit <code>${commit.slice(0, 7)}</code>.</p>`;
  }
  return form({
    action: addresses.runJobs(workspace.name),
    csrf: call.csrf,
    label: 'Run jobs',
    body: html`<input type="hidden" name="commit" value="${filled.commit || commit}">
    <input type="hidden" name="client_key" value="${filled.clientKey}">
    ${fieldset(
      'Select a backend',
      backends.map(({ slug, name }) =>
        radio({ name: 'backend', value: slug, label: name, checked: slug === filled.backend }),
      ),
      errors.backend,
    )}
    ${fieldset('Select one or more actions to run', actionChoices(loaded, pipeline, filled), errors.actions)}
    ${fieldset(
      'Force selected action dependencies to run',
      checkbox({
        name: 'force_run_dependencies',
        value: 'yes',
        label: 'Force run dependencies',
        hint: 'Runs what the selected actions need again, even where it has succeeded.',
        checked: filled.force,
      }),
    )}
    ${fieldset(
      'Notification',
      checkbox({
        name: 'notify',
        value: 'yes',
        label: 'Send me an e-mail when the job request has finished',
        checked: filled.notify,
      }),
    )}
    <div class="buttons"><button class="button primary" type="submit" name="step" value="submit">Submit jobs</button>
    <button class="button" type="submit" name="step" value="preview">Show what would run</button></div>`,
  });
}

function actionChoices({ jobs, backends }: Loaded, pipeline: Pipeline, filled: Filled): Html {
  const newest = new Map<string, NewestJob[]>();
  const usable = new Set(backends.map(({ id }) => id));
  for (const job of jobs) {
    if (!usable.has(job.backend_id)) continue;
    const known = newest.get(job.action);
    if (known) known.push(job);
    else newest.set(job.action, [job]);
  }
  const several = backends.length > 1;
  const states = (name: string): Content => {
    const known = newest.get(name) ?? [];
    if (known.length === 0) return html`<span class="quiet small">Never run</span>`;
    return known.map(
      (job) =>
        html`${jobPill(job.state, job.status_code)}${several ? html`<span class="why">on ${job.backend}</span>` : null}`,
    );
  };
  const row = (name: string, action: Action | null): Html =>
    html`<li>${checkbox({
      name: 'actions',
      value: name,
      label: name,
      checked: filled.actions.has(name),
      hint:
        action === null
          ? 'Everything that has not succeeded yet.'
          : action.needs.length > 0
            ? `Needs ${action.needs.join(', ')}`
            : undefined,
    })}<span>${action === null ? null : states(name)}</span></li>`;
  return html`<p class="hint">A selected action always runs. What it needs runs too, unless it has succeeded before.</p>
  <ul class="actions-list">${row(RUN_ALL, null)}${runnableActions(pipeline).map((name) =>
    row(name, pipeline.actions.get(name) ?? null),
  )}</ul>`;
}
