import { isFinal, STATUS_CODES } from '@vitrine/protocol';
import { breakable, form, formatRuntime, type Html, html, instant, type Tone } from '@vitrine/web';
import type { JobRow } from '../database/schema.ts';
import type { RequestDetail } from '../queries/job-request-page.ts';
import type { WaitingWordsByJob } from '../scheduling/explain-jobs.ts';
import { addresses } from './addresses.ts';
import { failureWords, jobPill, statusPill } from './words.ts';

/**
 * The jobs of a request: each with its state and, unless it succeeded, why it is in it. With the token of a session that may
 * cancel them, each that has not ended can be cancelled alone.
 */
export function jobList(
  request: RequestDetail,
  jobs: readonly JobRow[],
  waiting: WaitingWordsByJob,
  now: Date,
  csrf: string | null,
): Html {
  const reused = request.plan.filter(({ kind }) => kind === 'reuse');
  if (jobs.length === 0) {
    return html`<ul class="jobs"><li><span>${request.status_message ?? 'There was nothing to do.'}</span>${statusPill(request.status)}</li>${reusedLines()}</ul>`;
  }
  return html`<ul class="jobs">${jobs.map((job) => jobLine(job, waiting, now, csrf))}${reusedLines()}</ul>`;

  function reusedLines(): readonly Html[] {
    return reused.map(
      ({ action, reason, job }) => html`<li class="quiet">
        <span class="job-action">${job ? html`<a href="${addresses.job(job)}">${action}</a>` : action}</span>
        <span></span><span class="small">${reason}</span></li>`,
    );
  }
}

function jobLine(job: JobRow, waiting: WaitingWordsByJob, now: Date, csrf: string | null): Html {
  return html`<li>
    <a class="job-action" href="${addresses.job(job.identifier)}">${breakable(job.action)}</a>
    ${jobPill(job.state, job.status_code)}
    <span class="job-id">${job.identifier}</span>
    <span class="job-runtime">${runtimeOf(job, now)}</span>
    ${csrf === null || isFinal(job.status_code) ? null : cancelForm(job, csrf)}
    ${whyOf(job, waiting)}
  </li>`;
}

/** Cancels one action and leads back to the page of the request. */
function cancelForm({ identifier, action }: JobRow, csrf: string): Html {
  return form({
    action: `${addresses.job(identifier)}/cancel`,
    csrf,
    className: 'job-cancel',
    body: html`<input type="hidden" name="back" value="request"><button class="button small danger" type="submit">Cancel<span class="visually-hidden"> ${action}</span></button>`,
  });
}

export function runtimeOf(job: JobRow, now: Date): string {
  if (job.started_at === null) return '';
  const seconds = ((job.finished_at ?? now).getTime() - job.started_at.getTime()) / 1000;
  return seconds < 1 ? 'under 1 s' : formatRuntime(seconds);
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
