import { type Html, html } from './html.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** `12 May 2022, 09:31:07`, in UTC. */
export function formatInstant(at: Date): string {
  return `${formatDay(at)}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** `12 May 2022`, in UTC. */
export function formatDay(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}`;
}

/**
 * Seconds as `HH:MM:SS`; hours go beyond two digits, as in `109:15:19`. Nothing, zero or less is `-` (job-server §3.3).
 */
export function formatRuntime(seconds: number | null): string {
  const whole = seconds === null ? 0 : Math.floor(seconds);
  if (!(whole > 0)) return '-';
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(':');
}

/** An instant for people and programs, or a dash. Always whole: nothing hides behind a pointer's hover. */
export function instant(at: Date | null | undefined): Html {
  if (at === null || at === undefined) return html`<span class="quiet">–</span>`;
  return html`<time datetime="${at.toISOString()}">${formatInstant(at)} <abbr title="Coordinated Universal Time">UTC</abbr></time>`;
}

/** The same to the minute, for tables. */
export function shortInstant(at: Date | null | undefined): Html {
  if (at === null || at === undefined) return html`<span class="quiet">–</span>`;
  const text = `${formatDay(at)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return html`<time datetime="${at.toISOString()}">${text}</time>`;
}
