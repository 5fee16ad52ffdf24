/** The words and signs for states, on every page the same. */
import {
  type JobState,
  type RequestStatus,
  STATUS_CODES,
  type StatusCode,
  statusLabel,
} from '@vitrine/protocol';
import { type Html, html, type Pill, pill, type Tone } from '@vitrine/web';
import type { ProjectStatus } from '../database/schema.ts';

const states: Readonly<Record<RequestStatus, Omit<Pill, 'words'>>> = {
  pending: { tone: 'neutral', icon: 'clock' },
  running: { tone: 'info', icon: 'play' },
  succeeded: { tone: 'success', icon: 'tick' },
  failed: { tone: 'danger', icon: 'cross' },
  nothing_to_do: { tone: 'warning', icon: 'dash' },
};

export function toneOf(status: RequestStatus): Tone {
  return states[status].tone;
}

export function statusPill(status: RequestStatus): Html {
  return pill({ ...states[status], words: statusLabel(status) });
}

/** A cancelled job has failed, and is told apart in words. */
export function jobPill(state: JobState, code: StatusCode): Html {
  return code === 'cancelled_by_user'
    ? pill({ tone: 'neutral', icon: 'stop', words: 'Cancelled' })
    : statusPill(state);
}

export function jobTone(state: JobState, code: StatusCode): Tone {
  return code === 'cancelled_by_user' ? 'neutral' : toneOf(state);
}

export function jobWords(state: JobState, code: StatusCode): string {
  return code === 'cancelled_by_user' ? 'Cancelled' : statusLabel(state);
}

export function projectStatusLabel(status: ProjectStatus): string {
  return statusLabel(status.replaceAll('-', ' '));
}

const blames = {
  user: 'This is a matter of the study.',
  data: 'This is a matter of the data on the backend.',
  platform: 'This is a fault of the platform, not of the study.',
} as const;

/** What a final code means, whose fault it is and what to do; null where all went well. */
export function failureWords(code: StatusCode): readonly string[] {
  const { blame, words, hint } = STATUS_CODES[code];
  return [words, ...(blame === null ? [] : [blames[blame]]), ...(hint === null ? [] : [hint])];
}

/** A sentence whose commands stand between backticks, as in a terminal. */
export function withCode(sentence: string): Html {
  return html`${sentence.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

/** When an open backend counts as missing: no word from any of its agents for five minutes (job-server §1.4). */
export const SILENCE_SECONDS = 300;
/** When a page says that nothing has been heard of a job for long (job-server §2.5). */
export const STALE_SECONDS: number = 30 * 60;

export function isOlder(at: Date | null, seconds: number, now: Date): boolean {
  return at !== null && now.getTime() - at.getTime() > seconds * 1000;
}
