import { escapeHtml } from './escape-html.ts';
import type { Chart } from './summarise-column.ts';
import { count, share } from './summarise-column.ts';

const WIDTH = 480;

/** A chart as inline SVG, named for screen readers; its colours come from the page's style sheet. */
export function drawChart(chart: Chart, column: string): string {
  return chart.shape === 'categories'
    ? drawCategories(chart, column)
    : drawHistogram(chart, column);
}

function frame(chart: Chart, column: string, height: number, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(
    `${chart.title}, ${column}: bar chart with ${chart.bars.length} bars`,
  )}">${content}</svg>`;
}

const ROW = 22;
const LABEL_WIDTH = 190;
const COUNT_WIDTH = 100;
const LONGEST_LABEL = 25;

/** A bar a line, its label before it and its count behind it. */
function drawCategories(chart: Chart, column: string): string {
  const most = Math.max(...chart.bars.map((bar) => bar.count), 1);
  const all = chart.bars.reduce((sum, bar) => sum + bar.count, 0);
  const room = WIDTH - LABEL_WIDTH - COUNT_WIDTH;
  const lines = chart.bars.map((bar, index) => {
    const y = index * ROW;
    const length = (bar.count / most) * room;
    const text = `${count(bar.count)} (${share(bar.count, all)})`;
    return (
      `<g><title>${escapeHtml(`${bar.label}: ${text}`)}</title>` +
      `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escapeHtml(shortened(bar.label))}</text>` +
      `<rect class="bar" x="${LABEL_WIDTH}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 6}"/>` +
      `<text class="number" x="${(LABEL_WIDTH + length + 6).toFixed(1)}" y="${y + 15}">${text}</text></g>`
    );
  });
  return frame(chart, column, chart.bars.length * ROW, lines.join(''));
}

const TOP = 18;
const PLOT = 120;
const FOOT = 22;

/** Bars side by side over an axis that names the first, the middle and the last. */
function drawHistogram(chart: Chart, column: string): string {
  const { bars } = chart;
  const most = Math.max(...bars.map((bar) => bar.count), 1);
  const width = WIDTH / bars.length;
  const gap = Math.min(2, width / 5);
  const drawn = bars.map((bar, index) => {
    const height = (bar.count / most) * PLOT;
    const x = index * width + gap / 2;
    return (
      `<g><title>${escapeHtml(`${bar.label}: ${count(bar.count)}`)}</title>` +
      `<rect class="bar" x="${x.toFixed(1)}" y="${(TOP + PLOT - height).toFixed(1)}" width="${(width - gap).toFixed(1)}" height="${height.toFixed(1)}"/></g>`
    );
  });
  const named = bars.length < 3 ? [...bars.keys()] : [0, bars.length >> 1, bars.length - 1];
  const names = named.map((index) => {
    const label = escapeHtml(bars[index]?.label ?? '');
    const y = TOP + PLOT + 16;
    if (bars.length >= 3 && index === 0) return `<text x="0" y="${y}">${label}</text>`;
    if (bars.length >= 3 && index === bars.length - 1) {
      return `<text x="${WIDTH}" y="${y}" text-anchor="end">${label}</text>`;
    }
    return `<text x="${((index + 0.5) * width).toFixed(1)}" y="${y}" text-anchor="middle">${label}</text>`;
  });
  const scale =
    `<line class="grid" x1="0" y1="${TOP}" x2="${WIDTH}" y2="${TOP}"/>` +
    `<text class="number" x="0" y="${TOP - 5}">${count(most)} rows</text>` +
    `<line class="axis" x1="0" y1="${TOP + PLOT}" x2="${WIDTH}" y2="${TOP + PLOT}"/>`;
  return frame(chart, column, TOP + PLOT + FOOT, scale + drawn.join('') + names.join(''));
}

function shortened(label: string): string {
  const letters = [...label];
  return letters.length <= LONGEST_LABEL
    ? label
    : `${letters.slice(0, LONGEST_LABEL - 1).join('')}…`;
}
