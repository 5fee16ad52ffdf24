import { isFinal, STATUS_CODES } from '@vitrine/protocol';
import { breakable, formatRuntime, type Html, html, instant, type Tone } from '@vitrine/web';
import type { JobRow } from '../database/schema.ts';
import type { RequestDetail } from '../queries/job-request-page.ts';
import type { WaitingWordsByJob } from '../scheduling/explain-jobs.ts';
import { addresses } from './addresses.ts';
import { failureWords, jobPill, statusPill } from './words.ts';

/** The jobs of a request: each with its state and, unless it succeeded, why it is in it. */
export function jobList(
  request: RequestDetail,
  jobs: readonly JobRow[],
  waiting: WaitingWordsByJob,
  now: Date,
): Html {
  const reused = request.plan.filter(({ kind }) => kind === 'reuse');
  if (jobs.length === 0) {
    return html`<ul class="jobs"><li><span>${request.status_message ?? 'There was nothing to do.'}</span>${statusPill(request.status)}</li>${reusedLines()}</ul>`;
  }
  return html`<ul class="jobs">${jobs.map((job) => jobLine(job, waiting, now))}${reusedLines()}</ul>`;

  function reusedLines(): readonly Html[] {
    return reused.map(
      ({ action, reason, job }) => html`<li class="quiet">
        <span class="job-action">${job ? html`<a href="${addresses.job(job)}">${action}</a>` : action}</span>
        <span></span><span class="small">${reason}</span></li>`,
    );
  }
}

function jobLine(job: JobRow, waiting: WaitingWordsByJob, now: Date): Html {
  return html`<li>
    <a class="job-action" href="${addresses.job(job.identifier)}">${breakable(job.action)}</a>
    ${jobPill(job.state, job.status_code)}
    <span class="job-id">${job.identifier}</span>
    <span class="job-runtime">${runtimeOf(job, now)}</span>
    ${whyOf(job, waiting)}
  </li>`;
}

export function runtimeOf(job: JobRow, now: Date): string {
  if (job.started_at === null) return '';
  return formatRuntime(((job.finished_at ?? now).getTime() - job.started_at.getTime()) / 1000);
}

const tones: Readonly<Record<'user' | 'data' | 'platform', Tone>> = {
  user: 'danger',
  data: 'danger',
  platform: 'warning',
};

/** Why a job is not finished, or why it failed. */
export function whyOf(job: JobRow, waiting: WaitingWordsByJob): Html | null {
  const { status_code: code } = job;
  if (code === 'succeeded') return null;
  if (isFinal(code)) {
    const { blame } = STATUS_CODES[code];
    return html`<p class="job-why tone-${blame === null ? 'neutral' : tones[blame]}"><code>${code}</code>: ${failureWords(code).join(' ')}</p>`;
  }
  const why = waiting.get(job.id);
  const words = why?.words ?? STATUS_CODES[code].words;
  return html`<p class="job-why tone-${job.state === 'running' ? 'info' : 'neutral'}">${words}${
    why?.place ? html` Place ${why.place} in the queue.` : null
  }${why ? html` Since ${instant(new Date(why.since))}.` : null}${
    why?.expected_at
      ? html` Expected to ${job.state === 'running' ? 'end' : 'start'} at about ${instant(new Date(why.expected_at))}, from how long such jobs took.`
      : null
  }</p>`;
}
