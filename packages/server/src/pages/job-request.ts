import { httpFaults } from '@vitrine/platform';
import { isFinal, JOB_STATES, statusLabel } from '@vitrine/protocol';
import {
  type Alert,
  alert,
  breakable,
  buttonForm,
  type Content,
  card,
  formatRuntime,
  type Html,
  heading,
  html,
  icon,
  instant,
  keyValues,
  nothing,
  repositoryLinks,
  table,
  timeline,
} from '@vitrine/web';
import type { JobRow } from '../database/schema.ts';
import type { Call } from '../http/route.ts';
import { numberOf } from '../http/subject.ts';
import { may } from '../people/actor.ts';
import { mayReadCode } from '../people/may-read-code.ts';
import {
  earlierRequests,
  findRequest,
  jobsOfRequest,
  type RequestDetail,
} from '../queries/job-request-page.ts';
import { releasesOfRequest } from '../queries/releases.ts';
import { explainJobs, type WaitingWordsByJob } from '../scheduling/explain-jobs.ts';
import { addresses } from './addresses.ts';
import { type Comparison, comparisonCard, privateCode } from './code-comparison.ts';
import { respond } from './frame.ts';
import { jobList } from './job-list.ts';
import { requestOutputs } from './outputs/links.ts';
import { readDefinition, showDefinition } from './project-definition.ts';
import { requestBars, requestGraph } from './request-pictures.ts';
import { securityLevels } from './security-levels.ts';
import { isOlder, STALE_SECONDS, statusPill } from './words.ts';

/** Everything about one job request (job-server §2.5), for everybody. */
export async function jobRequestPage(call: Call): Promise<Response> {
  const { site, http, now, person } = call;
  const name = http.req.param('number') ?? '';
  const request = await findRequest(site.db, numberOf(name));
  if (request === null) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  const [jobs, earlier, released] = await Promise.all([
    jobsOfRequest(site.db, request.id),
    earlierRequests(site.db, request),
    releasesOfRequest(site.db, request.id),
  ]);
  const isFinished = request.finished_at !== null || request.status === 'nothing_to_do';
  const waiting: WaitingWordsByJob = isFinished ? new Map() : await explainJobs(site, jobs, now);
  const { pipeline } = readDefinition(request.project_definition);
  const scope = { projectId: request.project_id, organisationId: request.organisation_id };
  const mayRead = await mayReadCode(site, person, { ...scope, repository: request.repository });
  const chosen = http.req.query('compare') ?? null;
  const comparison: Comparison = { request, earlier, chosen, mayRead };
  const mayCancel =
    person !== null && (person.id === request.requested_by || may(person, 'job_cancel', scope));
  const mayRun = may(person, 'job_run', scope) && !request.is_archived;
  const repository = repositoryLinks(request.repository);
  const graph = pipeline === null ? nothing : requestGraph(pipeline, jobs, request.plan);
  return await respond(call, {
    title: `Job request: ${request.number}`,
    breadcrumbs: [
      { label: request.project, href: addresses.project(request.project_slug) },
      { label: request.workspace, href: addresses.workspace(request.workspace) },
      { label: `Job request ${request.number}`, href: addresses.request(request.number) },
    ],
    liveHref: isFinished ? null : `${addresses.request(request.number)}/events`,
    main: html`${heading({
      title: `Job request: ${request.number}`,
      facts: html`
        <li>${icon('building')}<span>Organisation: <a href="${addresses.organisation(request.organisation_slug)}">${request.organisation}</a></span></li>
        <li>${icon('folder')}<span>Workspace: <a href="${addresses.workspace(request.workspace)}">${request.workspace}</a></span></li>
        <li>${icon('tag')}<span>ID: <code>${request.identifier}</code></span></li>`,
      actions: html`
        ${repository === null ? null : html`<a class="button" href="${repository.tree(request.commit)}">View repo</a>`}
        <a class="button" href="${repository === null ? `${addresses.request(request.number)}/project.yaml` : repository.file(request.commit, 'project.yaml')}">View project.yaml</a>
        <a class="button" href="${addresses.request(request.number)}/provenance.json">Provenance</a>
        <a class="button" href="${addresses.request(request.number)}/prov.json">PROV</a>
        <a class="button" href="${addresses.request(request.number)}/crate.zip">Crate</a>
        <span id="request-actions" class="buttons" data-live>${requestActions(call, request, jobs, mayCancel, mayRun)}</span>`,
    })}
    ${explanation(request)}
    <div class="columns">
      <div class="stack">
        <div id="request-alerts" class="alerts" data-live>${requestAlerts(request, jobs, now).map(alert)}</div>
        ${card({
          id: 'jobs',
          title: 'Jobs',
          live: true,
          flush: true,
          actions: isFinished
            ? null
            : html`<p class="live-note">This page follows the jobs as they go on. <noscript>Reload it to see what has changed.</noscript></p>`,
          body: jobList(request, jobs, waiting, now, mayCancel ? call.csrf : null),
        })}
        ${
          jobs.length === 0
            ? null
            : card({
                id: 'times',
                title: 'When each job waited and ran',
                subtitle: 'Thin while a job waited, thick while it ran.',
                live: true,
                body: requestBars(jobs, now),
              })
        }
        ${card({
          id: 'pipeline',
          title: 'Pipeline',
          subtitle:
            graph.toString() === ''
              ? undefined
              : 'What needs what. Colours and words say how far each action is; each leads to its job.',
          body: html`<div id="graph" data-live>${graph}</div>
            <details class="disclosure"><summary><span class="when-closed">Show project.yaml</span><span class="when-open">Hide project.yaml</span></summary>
            ${mayRead ? showDefinition(request.project_definition, repository, request.commit) : privateCode}</details>`,
        })}
        ${await comparisonCard(site, comparison)}
      </div>
      <div class="stack">
        ${card({ id: 'job-request', title: 'Job request', live: true, body: sidebar(request, jobs) })}
        ${card({
          id: 'timeline',
          title: 'Timeline',
          live: true,
          body: timeline([
            ['Created', instant(request.created_at)],
            ['Started', request.started_at && instant(request.started_at)],
            ['Finished', request.finished_at && instant(request.finished_at)],
            ['Runtime, all jobs together', formatRuntime(request.runtime_seconds)],
          ]),
          footer: `These timestamps are generated and stored using the UTC timezone on the ${request.backend} backend.`,
        })}
        ${requestOutputs(released, may(person, 'release_file_view', scope))}
        ${card({ id: 'statistics', title: 'Job statistics', live: true, flush: true, body: statistics(jobs) })}
      </div>
    </div>`,
  });
}

function requestActions(
  call: Call,
  request: RequestDetail,
  jobs: readonly JobRow[],
  mayCancel: boolean,
  mayRun: boolean,
): Content {
  const { csrf } = call;
  const open = jobs.some(({ status_code }) => !isFinal(status_code));
  const failed = jobs.some(({ state }) => state === 'failed');
  const address = addresses.request(request.number);
  return [
    mayRun && !open && failed
      ? buttonForm(`${address}/rerun`, csrf, 'Run again what failed')
      : null,
    mayCancel && open
      ? buttonForm(`${address}/cancel`, csrf, 'Cancel job request', 'danger')
      : null,
  ];
}

function requestAlerts(
  request: RequestDetail,
  jobs: readonly JobRow[],
  now: Date,
): readonly Alert[] {
  const alerts: Alert[] = [];
  const open = jobs.some(({ status_code }) => !isFinal(status_code));
  if (request.warning !== null) {
    alerts.push({ tone: 'info', title: 'About this job request', body: request.warning });
  }
  if (open && request.maintenance_at !== null) {
    alerts.push({
      tone: 'warning',
      title: 'Database maintenance mode enabled',
      body: `Jobs that read the database of ${request.backend} wait until it is over.`,
    });
  }
  if (open && isOlder(request.updated_at, STALE_SECONDS, now)) {
    alerts.push({
      tone: 'warning',
      title: 'Attention needed',
      body: html`Nothing has been heard of this job request since ${instant(request.updated_at)}.`,
    });
  }
  if (open && jobs.some(({ status_code }) => status_code === 'cancelled_by_user')) {
    alerts.push({
      tone: 'info',
      title: 'Job request cancellation',
      body: 'One or more actions of this job request have been cancelled.',
    });
  }
  return alerts;
}

/** Who asked for what, against what, and what may be seen of it. A backend called Test holds no real data. */
function explanation({ backend, person }: RequestDetail): Html {
  return backend.toLowerCase() === 'test'
    ? html`<div class="card about"><p>This page shows the technical details of what happened when the researcher ${person} requested one or more actions to be run against test data within a test environment. No real patient data was used.</p></div>`
    : html`<div class="card about"><p>This page shows the technical details of what happened when the authorised researcher ${person} requested one or more actions to be run against real patient data within a secure environment.</p>
      <p>By cross-referencing the <a href="#jobs">list of jobs</a> with the <a href="#pipeline">pipeline section below</a>, you can infer what <a href="/security-levels">security level</a> the outputs were written to.</p>
      <p>The output security levels are:</p>${securityLevels}</div>`;
}

function sidebar(request: RequestDetail, jobs: readonly JobRow[]): Html {
  const links = repositoryLinks(request.repository);
  const message = messageOf(request, jobs);
  const commit = links?.tree(request.commit) ?? `${addresses.request(request.number)}/project.yaml`;
  return keyValues([
    [
      'Status',
      html`${statusPill(request.status)}${message ? html`<span class="why">${message}</span>` : null}`,
    ],
    ['Backend', html`<a href="/status#${request.backend_slug}">${request.backend}</a>`],
    [
      'Workspace',
      html`<a href="${addresses.workspace(request.workspace)}">${request.workspace}</a>`,
    ],
    ['Requested by', html`<a href="${addresses.person(request.username)}">${request.person}</a>`],
    ['Branch', html`<code>${request.branch}</code>`],
    ['Force run dependencies', request.force_run_dependencies ? 'Yes' : 'No'],
    ['Git commit hash', html`<a href="${commit}"><code>${request.commit.slice(0, 7)}</code></a>`],
    [
      'Requested actions',
      html`<ul>${request.requested_actions.map((action) => html`<li><code>${breakable(action)}</code></li>`)}</ul>`,
    ],
  ]);
}

/** Cancelled jobs count as failed (job-server §3.2); where no other failed, nobody is to look for a failure. */
function messageOf({ status_message }: RequestDetail, jobs: readonly JobRow[]): string | null {
  const failed = jobs.filter(({ state }) => state === 'failed');
  return failed.length > 0 && failed.every(({ status_code }) => status_code === 'cancelled_by_user')
    ? 'One or more jobs of this request were cancelled; none failed otherwise.'
    : status_message;
}

/** Counts by state. Complete are those that have come to an end, well or not. */
function statistics(jobs: readonly JobRow[]): Html {
  const total = jobs.length;
  if (total === 0) return html`<p class="empty">This request came to no jobs.</p>`;
  const percentage = (count: number): string => `${Math.round((count * 1000) / total) / 10}%`;
  const rows = JOB_STATES.map((state) => ({
    state,
    count: jobs.filter((job) => job.state === state).length,
  }));
  const complete = jobs.filter(({ status_code }) => isFinal(status_code)).length;
  return html`${table({
    caption: 'Jobs by state',
    columns: [
      { heading: 'Status', names: true, cell: ({ state }) => statusLabel(state) },
      { heading: 'Count', align: 'end', cell: ({ count }) => count },
      { heading: 'Percentage', align: 'end', cell: ({ count }) => percentage(count) },
    ],
    rows,
    empty: '',
  })}<p class="empty">${complete} / ${total} (${percentage(complete)}) complete</p>`;
}
