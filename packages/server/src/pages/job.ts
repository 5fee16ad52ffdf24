import { httpFaults } from '@vitrine/platform';
import { isFinal, STATUS_CODES } from '@vitrine/protocol';
import {
  alert,
  buttonForm,
  card,
  formatRuntime,
  type Html,
  heading,
  html,
  icon,
  instant,
  keyValues,
  repositoryLinks,
  table,
  timeline,
} from '@vitrine/web';
import { siteFaults } from '../http/faults.ts';
import type { Call } from '../http/route.ts';
import { may } from '../people/actor.ts';
import { mayReadCode } from '../people/may-read-code.ts';
import { earlierRuns, eventsOfJob, findJobs, type JobDetail } from '../queries/job-page.ts';
import { explainJobs } from '../scheduling/explain-jobs.ts';
import { addresses } from './addresses.ts';
import { comparisonCard } from './code-comparison.ts';
import { respond } from './frame.ts';
import { runtimeOf, whyOf } from './job-list.ts';
import { isOlder, jobPill, STALE_SECONDS } from './words.ts';

/** One job (job-server §2.7). The beginning of an identifier leads to the whole one where only one job has it. */
export async function jobPage(call: Call): Promise<Response> {
  const { site, http, now, person } = call;
  const name = http.req.param('job') ?? '';
  const found = await findJobs(site.db, name);
  const job = found[0];
  if (job === undefined) throw httpFaults.error('thing-unknown', { what: 'job', name });
  if (found.length > 1) throw siteFaults.error('name-ambiguous', { what: 'job', name });
  if (job.identifier !== name) return http.redirect(addresses.job(job.identifier), 302);
  const [events, earlier] = await Promise.all([
    eventsOfJob(site.db, job.id),
    earlierRuns(site.db, job),
  ]);
  const isFinished = isFinal(job.status_code);
  const waiting = isFinished ? new Map() : await explainJobs(site, [job], now);
  const scope = { projectId: job.project_id, organisationId: job.organisation_id };
  const mayRead = await mayReadCode(site, person, { ...scope, repository: job.repository });
  const mayCancel =
    !isFinished &&
    person !== null &&
    (person.id === job.requested_by || may(person, 'job_cancel', scope));
  return await respond(call, {
    title: `${job.action} · job ${job.identifier}`,
    breadcrumbs: [
      { label: job.project, href: addresses.project(job.project_slug) },
      { label: job.workspace, href: addresses.workspace(job.workspace) },
      { label: `Job request ${job.number}`, href: addresses.request(job.number) },
      { label: job.action, href: addresses.job(job.identifier) },
    ],
    liveHref: isFinished ? null : `${addresses.request(job.number)}/events`,
    main: html`${heading({
      title: job.action,
      facts: html`<li>${icon('tag')}<span>Job <code>${job.identifier}</code></span></li>`,
      actions: html`<span id="job-actions" class="buttons" data-live>${
        mayCancel
          ? buttonForm(`${addresses.job(job.identifier)}/cancel`, call.csrf, 'Cancel job', 'danger')
          : null
      }</span>`,
    })}
    <div class="columns">
      <div class="stack">
        <div id="job-alerts" class="alerts" data-live>${
          !isFinished && isOlder(job.updated_at, STALE_SECONDS, now)
            ? alert({
                tone: 'warning',
                title: 'Job not up-to-date',
                body: html`Nothing has been heard of this job since ${instant(job.updated_at)}.`,
              })
            : null
        }</div>
        ${card({
          id: 'job',
          title: 'Job information',
          live: true,
          body: html`<div class="wide">${information(job, waiting)}</div>`,
        })}
        ${card({
          id: 'events',
          title: 'What happened',
          live: true,
          flush: true,
          body: table({
            caption: 'What happened to the job, oldest first',
            columns: [
              {
                heading: 'When (UTC)',
                names: true,
                cell: ({ at }) => instant(at),
              },
              { heading: 'Code', cell: ({ status_code }) => html`<code>${status_code}</code>` },
              { heading: 'In words', cell: ({ status_code }) => STATUS_CODES[status_code].words },
              {
                heading: 'Attempt',
                align: 'end',
                cell: ({ attempt }) => (attempt === 0 ? '–' : attempt),
              },
            ],
            rows: events,
            empty: 'Nothing has happened yet.',
          }),
        })}
        ${await comparisonCard(
          site,
          { request: job, earlier, chosen: http.req.query('compare') ?? null, mayRead },
          'Compare the code used in this job',
          'No previous job runs on this backend available for comparison',
          [
            `Compare code to the previous run on the ${job.backend} backend`,
            `Compare code to the previous successful run on the ${job.backend} backend`,
          ],
        )}
      </div>
      <div class="stack">
        ${card({
          id: 'timeline',
          title: 'Timeline',
          live: true,
          body: timeline([
            ['Created', instant(job.created_at)],
            ['Started', job.started_at && instant(job.started_at)],
            ['Finished', job.finished_at && instant(job.finished_at)],
            ['Time spent running', runtimeOf(job, now) || '-'],
            ['Last update by the backend', instant(job.updated_at)],
          ]),
          footer: `These timestamps are generated and stored using the UTC timezone on the ${job.backend} backend.`,
        })}
        ${card({ id: 'metrics', title: 'Job metrics', live: true, body: metrics(job) })}
      </div>
    </div>`,
  });
}

function information(job: JobDetail, waiting: Parameters<typeof whyOf>[1]): Html {
  const commit =
    repositoryLinks(job.repository)?.tree(job.commit) ??
    `${addresses.request(job.number)}/project.yaml`;
  return keyValues([
    [
      'Status',
      html`${jobPill(job.state, job.status_code)} ${whyOf(job, waiting)}${
        job.status_code === 'nonzero_exit'
          ? html`<p class="small quiet">The log is <code>metadata/${job.action}.log</code>; approved researchers can read it inside the secure environment.</p>`
          : null
      }`,
    ],
    ['Job identifier', html`<code>${job.identifier}</code>`],
    ['Job request', html`<a href="${addresses.request(job.number)}">${job.number}</a>`],
    ['Requested by', html`<a href="${addresses.person(job.username)}">${job.person}</a>`],
    ['Branch', html`<code>${job.branch}</code>`],
    ['Backend', html`<a href="/status#${job.backend_slug}">${job.backend}</a>`],
    ['Action', html`<code>${job.action}</code>`],
    ['Run command', html`<code>${job.run_command}</code>`],
    [
      'Reads outputs of',
      job.needs.length === 0
        ? 'nothing'
        : html`<ul>${job.needs.map((need) => html`<li><code>${need}</code></li>`)}</ul>`,
    ],
    ['Reads the database', job.needs_database ? 'Yes' : 'No'],
    ['Git commit hash', html`<a href="${commit}"><code>${job.commit.slice(0, 7)}</code></a>`],
  ]);
}

function metrics(job: JobDetail): Html {
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  return keyValues([
    ['Attempt', job.attempt === 0 ? 'Not handed out yet' : job.attempt],
    [
      'Peak memory',
      job.peak_memory_bytes === null ? 'Not known' : gigabytes(job.peak_memory_bytes),
    ],
    ['Memory limit', gigabytes(job.memory_bytes)],
    [
      'Processor time',
      job.cpu_seconds === null
        ? 'Not known'
        : job.cpu_seconds === 0
          ? 'under 1 s'
          : formatRuntime(job.cpu_seconds),
    ],
    ['Image', job.image_digest === null ? null : html`<code>${job.image_digest}</code>`],
    ['Processors', job.cpus],
    ['Time limit', formatRuntime(job.wall_clock_seconds)],
  ]);
}
