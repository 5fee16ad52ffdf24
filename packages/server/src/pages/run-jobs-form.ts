/** The form in which a person chooses what to run, as a page. */

import {
  type Action,
  type HistoryEntry,
  isDatabaseAction,
  type Pipeline,
  type Plan,
  planJobs,
  RUN_ALL,
  runnableActions,
} from '@vitrine/pipeline';
import { faultLines, statusOf } from '@vitrine/platform';
import {
  alert,
  breakable,
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
import type { Call } from '../http/route.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';
import type { Backend, Filled, Loaded } from './run-jobs.ts';
import { jobPill, statusPill } from './words.ts';
import { workspaceTrail } from './workspace.ts';

/** What would run, and why; null where there is not enough to say. */
export function preview(loaded: Loaded, filled: Filled): Html | null {
  const { backends } = loaded;
  const backend = backends.find(({ slug }) => slug === filled.backend);
  if (backend === undefined || filled.actions.size === 0) return null;
  const plan = planFor(loaded, backend, [...filled.actions], filled.force);
  if (plan === null) return null;
  if (plan.kind === 'refused') return faultLines(plan.diagnostics);
  const line = ({ action, reason }: { action: string; reason: string }): Html =>
    html`<li><code>${breakable(action)}</code> ${reason}</li>`;
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

/** The page: what is wrong, what would run, and the form as it was filled in. */
export async function showRunJobs(
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
      facts:
        workspace.latest_number === null || workspace.latest_status === null
          ? undefined
          : html`<li>Latest job request: <a href="${addresses.request(workspace.latest_number)}">${workspace.latest_number}</a> ${statusPill(workspace.latest_status)}</li>`,
      actions: html`<a class="button" href="${addresses.workspaceLog(workspace.name)}">View logs</a>`,
    })}
    <div class="stack">
      ${faults === null ? null : faultLines(faults.diagnostics, 'An error occurred while reading your request')}
      ${wrong ? alert({ tone: 'danger', title: 'The form is not complete.', body: Object.values(errors).map((words) => html`<p>${words}</p>`) }) : null}
      ${codelistLines(loaded)}
      ${shownPreview}
      ${formOf(call, loaded, filled, errors)}
    </div>`,
  });
}

/** Codelists that are out of date keep what reads the database from running; that they could not be checked does not. */
function codelistLines({ codelists }: Loaded): Html | null {
  const warning = codelists?.warning ?? null;
  if (codelists === null || warning === null) return null;
  return alert({
    tone: codelists.isOk ? 'info' : 'warning',
    title: codelists.isOk
      ? 'Nobody knows whether the codelists are up to date.'
      : 'Codelists for this workspace are out of date',
    body: html`<p>${warning}</p>${
      codelists.isOk ? null : html`<p>Actions that read the database cannot be run until then.</p>`
    }`,
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
        hint:
          call.person?.email == null
            ? html`Your account has no address: <a href="${addresses.account}">give one</a> first.`
            : `To ${call.person.email}, unless your account says that you want no e-mails.`,
        checked: filled.notify,
      }),
    )}
    <div class="buttons"><button class="button primary" type="submit" name="step" value="submit">Submit jobs</button>
    <button class="button" type="submit" name="step" value="preview">Show what would run</button></div>`,
  });
}

/** Names of needs that a line shows; the rest is a number. */
const NEEDS_SHOWN = 4;

function actionChoices(loaded: Loaded, pipeline: Pipeline, filled: Filled): Html {
  const { jobs, backends } = loaded;
  const usable = new Set(backends.map(({ id }) => id));
  const newest = Map.groupBy(
    jobs.filter(({ backend_id }) => usable.has(backend_id)),
    ({ action }) => action,
  );
  const several = backends.length > 1;
  const states = (name: string): Content => {
    const known = newest.get(name) ?? [];
    if (known.length === 0) return html`<span class="quiet small">Never run</span>`;
    return known.map(
      (job) =>
        html`<a href="${addresses.job(job.identifier)}">${jobPill(job.state, job.status_code)}</a>${several ? html`<span class="why">on ${job.backend}</span>` : null}`,
    );
  };
  const row = (name: string, hint: Content, shown: Content): Html =>
    html`<li>${checkbox({ name: 'actions', value: name, label: breakable(name), checked: filled.actions.has(name), hint })}<span>${shown}</span></li>`;
  const names = runnableActions(pipeline);
  return html`<p class="hint">A selected action always runs. What it needs runs too, unless it has succeeded before.</p>
  <div class="filter-bar" data-filters="actions-list" hidden><label>Find actions <input type="search" autocomplete="off"></label>
    <label class="choice"><input type="checkbox" data-only-checked><span>Only selected</span></label>
    <output class="small quiet" aria-live="polite"></output></div>
  <ul class="actions-list" id="actions-list">${row(RUN_ALL, wordsOfRunAll(loaded), null)}${names.map(
    (name) => {
      const action = pipeline.actions.get(name);
      return row(name, action && hintOf(action), states(name));
    },
  )}</ul>`;
}

function hintOf(action: Action): Html | undefined {
  const { needs } = action;
  const listed = needs.slice(0, NEEDS_SHOWN).join(', ');
  const more = needs.length > NEEDS_SHOWN ? ` and ${needs.length - NEEDS_SHOWN} more` : '';
  const parts = [
    ...(isDatabaseAction(action) ? ['Reads the database'] : []),
    ...(needs.length > 0 ? [`Needs ${listed}${more}`] : []),
  ];
  return parts.length > 0 ? breakable(parts.join('. ')) : undefined;
}

function wordsOfRunAll(loaded: Loaded): string {
  const [only, ...others] = loaded.backends;
  const plan =
    only !== undefined && others.length === 0 ? planFor(loaded, only, [RUN_ALL], false) : null;
  switch (plan?.kind) {
    case 'run':
      return `Everything that has not succeeded yet: ${plan.jobs.length} of ${plan.jobs.length + plan.reused.length} actions would run.`;
    case 'nothing-to-do':
      return 'Everything that has not succeeded yet: nothing at the moment.';
    default:
      return 'Everything that has not succeeded yet.';
  }
}

/** What a request for these actions would come to now; null where there is no pipeline to plan with. */
function planFor(
  { pipeline, jobs }: Loaded,
  backend: Backend,
  requested: readonly string[],
  forceRunDependencies: boolean,
): Plan | null {
  if (pipeline === null) return null;
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
  return planJobs({ pipeline, requested, forceRunDependencies, history });
}
