import { isFinal, STATUS_CODES } from '@vitrine/protocol';
import { breakable, formatRuntime, type Html, html, instant, type Tone } from '@vitrine/web';
import type { JobRow } from '../database/schema.ts';
import type { RequestDetail } from '../queries/job-request-page.ts';
import type { WaitingWordsByJob } from '../scheduling/explain-jobs.ts';
import { addresses } from './addresses.ts';
import { failureWords, jobPill, statusPill, withCode } from './words.ts';

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
  const mayCancelSome = csrf !== null && jobs.some(({ status_code }) => !isFinal(status_code));
  return html`${mayCancelSome ? cancelForm(csrf) : null}<ul class="jobs">${jobs.map((job) => jobLine(job, waiting, now, csrf !== null))}${reusedLines()}</ul>`;

  function reusedLines(): readonly Html[] {
    return reused.map(
      ({ action, reason, job }) => html`<li class="quiet">
        <span class="job-action">${job ? html`<a href="${addresses.job(job)}">${action}</a>` : action}</span>
        <span></span><span class="small">${reason}</span></li>`,
    );
  }
}

function jobLine(job: JobRow, waiting: WaitingWordsByJob, now: Date, mayCancel: boolean): Html {
  return html`<li>
    <a class="job-action" href="${addresses.job(job.identifier)}">${breakable(job.action)}</a>
    ${jobPill(job.state, job.status_code)}
    <span class="job-id">${job.identifier}</span>
    <span class="job-runtime">${runtimeOf(job, now)}</span>
    ${mayCancel && !isFinal(job.status_code) ? cancelButton(job) : null}
    ${whyOf(job, waiting)}
  </li>`;
}

/** The one form that all buttons of single jobs send: with 2,000 jobs, 2,000 forms would be half of the page. */
const CANCEL_FORM = 'cancel-one';

/** Cancels one action and leads back to the page of the request. */
function cancelButton({ identifier, action }: JobRow): Html {
  return html`<button class="button small danger job-cancel" form="${CANCEL_FORM}" formaction="${addresses.job(identifier)}/cancel">Cancel<span class="visually-hidden"> ${action}</span></button>`;
}

function cancelForm(csrf: string): Html {
  return html`<form id="${CANCEL_FORM}" method="post"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="back" value="request"></form>`;
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
    return html`<p class="job-why tone-${blame === null ? 'neutral' : tones[blame]}"><code>${code}</code>: ${withCode(failureWords(code).join(' '))}</p>`;
  }
  const why = waiting.get(job.id);
  const words = why?.words ?? STATUS_CODES[code].words;
  return html`<p class="job-why tone-${job.state === 'running' ? 'info' : 'neutral'}">${breakable(words)}${
    why?.place ? html` Place ${why.place} in the queue.` : null
  }${why ? html` Since ${instant(new Date(why.since))}.` : null}${
    why?.expected_at
      ? html` Expected to ${job.state === 'running' ? 'end' : 'start'} at about ${instant(new Date(why.expected_at))}, from how long such jobs took.`
      : null
  }</p>`;
}
