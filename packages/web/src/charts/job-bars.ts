import type { Tone } from '../components/pill.ts';
import { type Html, html, nothing } from '../html.ts';
import { formatInstant, formatRuntime } from '../time.ts';

export interface JobBar {
  readonly name: string;
  readonly href: string;
  readonly tone: Tone;
  readonly words: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const width = 900;
const barsFrom = 300;
const rowHeight = 30;
const axisHeight = 26;
const longestLabel = 38;
/** Steps of the axis in seconds: the smallest that gives at most six is taken. */
const steps = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800,
  2_592_000, 31_536_000,
];

/** One bar a job on a common axis: faint while it waited, full while it ran. `now` ends the bars that are still open. */
export function jobBars(jobs: readonly JobBar[], now: Date, label: string): Html {
  if (jobs.length === 0) return nothing;
  const start = Math.min(...jobs.map(({ createdAt }) => createdAt.getTime()));
  const ends = jobs.map(({ finishedAt }) => (finishedAt ?? now).getTime());
  const seconds = Math.max(1, (Math.max(...ends) - start) / 1000);
  const scale = (width - barsFrom - 70) / seconds;
  const at = (moment: Date): number =>
    Math.round(barsFrom + Math.max(0, (moment.getTime() - start) / 1000) * scale);
  const step = steps.find((candidate) => seconds / candidate <= 6) ?? seconds;
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  const height = axisHeight + jobs.length * rowHeight + 4;
  return html`<div class="graph-scroll" tabindex="0" role="region" aria-label="${label}">
<svg class="bars" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${label}">
<g class="bars-axis" aria-hidden="true">${ticks.map((tick) => {
    const x = Math.round(barsFrom + tick * scale);
    return html`<path d="M${x} ${axisHeight - 6}V${height}"/><text x="${x}" y="14">${tickWords(tick)}</text>`;
  })}</g>
${jobs.map((job, index) => {
  const top = axisHeight + index * rowHeight;
  const end = at(job.finishedAt ?? now);
  const ran = job.startedAt === null ? end : at(job.startedAt);
  const name =
    job.name.length > longestLabel ? `${job.name.slice(0, longestLabel - 1)}…` : job.name;
  return html`<a class="bar tone-${job.tone}" href="${job.href}"><title>${describe(job)}</title>
<rect class="bar-row" x="0" y="${top}" width="${width}" height="${rowHeight}"/>
<text class="graph-name" x="4" y="${top + 19}">${name}</text>
<rect class="bar-waiting" x="${at(job.createdAt)}" y="${top + 12}" width="${Math.max(1, ran - at(job.createdAt))}" height="6" rx="3"/>
${job.startedAt === null ? null : html`<rect class="bar-running" x="${ran}" y="${top + 7}" width="${Math.max(3, end - ran)}" height="16" rx="3"/>`}
<text class="graph-words" x="${end + 8}" y="${top + 19}">${runtime(job, now)}</text></a>`;
})}
</svg></div>`;
}

function runtime({ startedAt, finishedAt }: JobBar, now: Date): string {
  if (startedAt === null) return '';
  const seconds = ((finishedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  return seconds < 1 ? 'under 1 s' : formatRuntime(seconds);
}

function describe(job: JobBar): string {
  const { startedAt, finishedAt } = job;
  const parts = [`${job.name}: ${job.words}`, `created ${formatInstant(job.createdAt)}`];
  if (startedAt) parts.push(`started ${formatInstant(startedAt)}`);
  if (finishedAt) parts.push(`finished ${formatInstant(finishedAt)}`);
  return parts.join(', ');
}

function tickWords(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${seconds / 60} min`;
  if (seconds < 86_400) return `${seconds / 3600} h`;
  return `${seconds / 86_400} d`;
}
