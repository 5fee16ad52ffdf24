/**
 * Attrition for people to look at: how many patients each condition of the population leaves, as a table and a figure that
 * are safe at level 4. Counts from 1 to 7 are withheld and all others rounded to the nearest 5, so neither a count nor a
 * difference between two of them tells of a few patients.
 */
import { csvLine } from '../formats/csv-cell.ts';
import { escapeHtml } from '../report/escape-html.ts';
import type { ExtractRecord } from './extract-record.ts';

const WITHHELD = '[REDACTED]';

/** Text of a count that may be looked at. */
export function safeCount(count: number): string {
  return count > 0 && count < 8 ? WITHHELD : String(safeNumber(count));
}

/** The same as a number to draw; withheld counts as nothing. */
function safeNumber(count: number): number {
  return count < 8 ? 0 : Math.round(count / 5) * 5;
}

/** One line a definition, index date and condition; LF line ends. */
export function attritionCsv(records: readonly ExtractRecord[]): string {
  const lines = oneADate(records).flatMap(({ definition, indexDate, attrition }) =>
    attrition.map(({ words, remaining }, step) =>
      csvLine([definition, indexDate ?? '', String(step), words, safeCount(remaining)]),
    ),
  );
  const header = csvLine(['definition', 'index_date', 'step', 'condition', 'patients']);
  return `${[header, ...lines].join('\n')}\n`;
}

const WIDTH = 720;
const ROW = 30;
const TITLE = 34;
const LABELS = 330;
const COUNTS = 150;

/**
 * A bar for each condition, the first and the last index date side by side where there are several, one block a
 * definition. It carries its own colours for light and dark.
 */
export function attritionSvg(records: readonly ExtractRecord[]): string {
  const blocks = [...Map.groupBy(oneADate(records), ({ definition }) => definition)].map(
    ([name, ofOne]) => blockOf(name, ofOne),
  );
  let height = 0;
  const placed = blocks.map(({ content, height: own }) => {
    const at = height;
    height += own;
    return `<g transform="translate(0 ${at})">${content}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Patients that each condition of the population leaves">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#1f2933}.title{font-weight:600;font-size:15px}.first{fill:#2f6fb0}.last{fill:#9bbfe0}' +
      '@media(prefers-color-scheme:dark){text{fill:#e6ebf0}.first{fill:#7fb2e5}.last{fill:#3d668f}}</style>',
    ...placed,
    '</svg>\n',
  ].join('\n');
}

/** All measures of a definition and date add up the same patients. */
function oneADate(records: readonly ExtractRecord[]): readonly ExtractRecord[] {
  const seen = new Map<string, ExtractRecord>();
  for (const record of records) {
    const key = JSON.stringify([record.definition, record.indexDate]);
    if (!seen.has(key)) seen.set(key, record);
  }
  return [...seen.values()];
}

function blockOf(
  name: string,
  records: readonly ExtractRecord[],
): { readonly content: string; readonly height: number } {
  const dated = records.toSorted((a, b) => ((a.indexDate ?? '') < (b.indexDate ?? '') ? -1 : 1));
  const shown = dated.length > 1 ? [dated[0], dated.at(-1)] : [dated[0]];
  const series = shown.filter((record) => record !== undefined);
  // Of safe counts too: an exact one would show in the lengths of all bars.
  const counts = series.flatMap((one) => one.attrition.map((step) => safeNumber(step.remaining)));
  const most = Math.max(1, ...counts);
  const steps = series[0]?.attrition ?? [];
  const bar = (ROW - 10) / series.length;
  const room = WIDTH - LABELS - COUNTS;
  const rows = steps.map(({ words }, index) => {
    const y = TITLE + index * ROW;
    const bars = series.map((record, place) => {
      const remaining = record.attrition[index]?.remaining ?? 0;
      const length = (safeNumber(remaining) / most) * room;
      return `<rect class="${place === 0 ? 'first' : 'last'}" x="${LABELS}" y="${(y + 5 + place * bar).toFixed(1)}" width="${length.toFixed(1)}" height="${bar.toFixed(1)}"/>`;
    });
    const texts = series.map((record) => safeCount(record.attrition[index]?.remaining ?? 0));
    return [
      `<text x="${LABELS - 10}" y="${y + 19}" text-anchor="end">${escapeHtml(shortened(words))}<title>${escapeHtml(words)}</title></text>`,
      ...bars,
      `<text x="${WIDTH - 4}" y="${y + 19}" text-anchor="end">${texts.join(' · ')}</text>`,
    ].join('');
  });
  const dates = series.map((record) => record.indexDate ?? 'no index date').join(' · ');
  const title = `<text class="title" x="0" y="20">${escapeHtml(name)}</text><text x="${WIDTH - 4}" y="20" text-anchor="end">${dates}</text>`;
  return { content: [title, ...rows].join('\n'), height: TITLE + steps.length * ROW + 12 };
}

const LONGEST = 44;

function shortened(words: string): string {
  const letters = [...words.replaceAll(/\s+/g, ' ')];
  return letters.length <= LONGEST
    ? letters.join('')
    : `${letters.slice(0, LONGEST - 1).join('')}…`;
}
