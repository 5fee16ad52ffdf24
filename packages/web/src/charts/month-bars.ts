import type { Tone } from '../components/pill.ts';
import { type Html, html, nothing } from '../html.ts';

export interface MonthBar {
  /** `Nov 2026`. */
  readonly label: string;
  /** Parts that stand upon each other, in the order of the series. */
  readonly values: readonly number[];
}

export interface MonthSeries {
  readonly name: string;
  readonly tone: Tone;
}

const width = 900;
const height = 260;
const left = 56;
const bottom = 44;
const top = 12;

/**
 * A bar a month, of parts that add up. What it shows stands in a table beside it, so that it is a picture to those who see and silent to
 * those who do not.
 * @param words how a value of the axis is said
 */
export function monthBars(
  bars: readonly MonthBar[],
  series: readonly MonthSeries[],
  words: (value: number) => string,
): Html {
  const greatest = Math.max(
    0,
    ...bars.map(({ values }) => values.reduce((sum, one) => sum + one, 0)),
  );
  if (bars.length === 0 || greatest === 0) return nothing;
  const room = (width - left) / bars.length;
  const bar = Math.min(48, room * 0.6);
  const scale = (height - bottom - top) / greatest;
  // Labels that would run into each other are left out.
  const every = Math.ceil(bars.length / 12);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => part * greatest);
  return html`<ul class="legend" aria-hidden="true">${series.map(
    ({ name, tone }) => html`<li class="legend-${tone}"><span></span>${name}</li>`,
  )}</ul><div class="graph-scroll"><svg class="bars months" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">
<g class="bars-axis">${ticks.map((tick) => {
    const y = Math.round(height - bottom - tick * scale);
    return html`<path d="M${left} ${y}H${width}"/><text class="months-tick" x="${left - 8}" y="${y + 4}">${words(tick)}</text>`;
  })}</g>
${bars.map(({ label, values }, index) => {
  const x = Math.round(left + index * room + (room - bar) / 2);
  let y = height - bottom;
  return html`<g>${values.map((value, at) => {
    const size = value * scale;
    y -= size;
    return size <= 0
      ? null
      : html`<rect class="months-${series[at]?.tone ?? 'neutral'}" x="${x}" y="${y.toFixed(1)}" width="${bar.toFixed(1)}" height="${size.toFixed(1)}"/>`;
  })}${index % every === 0 ? html`<text class="months-label" x="${(x + bar / 2).toFixed(1)}" y="${height - bottom + 20}">${label}</text>` : null}</g>`;
})}
</svg></div>`;
}
