/** What the disclosure checks found in a file, as pages say it. */
import { type RuleId, rules, type Severity } from '@vitrine/disclosure';
import { type CellMark, type Html, html, type Pill, pill } from '@vitrine/web';
import type { FileFindings } from '../../findings/copy-findings.ts';
import { counted } from './words.ts';

const severities: Readonly<Record<Severity, Pill>> = {
  error: { tone: 'danger', icon: 'warning', words: 'Must not leave' },
  warning: { tone: 'warning', icon: 'info', words: 'To be judged' },
  note: { tone: 'neutral', icon: 'info', words: 'Worth knowing' },
};

/** In a word, and the rules that were met. */
export function findingsSummary(found: FileFindings | undefined): Html {
  if (found === undefined || found.kind === 'pending') {
    return html`<span class="quiet">Being checked</span>`;
  }
  if (found.kind === 'failed') {
    return pill({ tone: 'danger', icon: 'warning', words: 'Could not be checked' });
  }
  const met = Object.entries(found.counts) as [RuleId, number][];
  const total = met.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return pill({ tone: 'success', icon: 'tick', words: 'Nothing found' });
  const words = counted(total, 'finding');
  return html`${pill(found.passes ? { ...severities.warning, words } : { ...severities.error, words })}<span class="why">${met
    .map(
      ([rule, count]) =>
        `${rules[rule].title}${count > 1 ? ` (${count.toLocaleString('en-GB')})` : ''}`,
    )
    .join('; ')}</span>`;
}

/** All that is told one by one, with place and remedy. */
export function findingsList(found: FileFindings | undefined): Html {
  if (found === undefined || found.kind !== 'checked')
    return html`<p>${findingsSummary(found)}</p>`;
  const { findings, counts } = found;
  if (findings.length === 0) {
    return html`<p>The checks found nothing. They do not replace looking at the file.</p>`;
  }
  const byRule = [...Map.groupBy(findings, ({ rule }) => rule)];
  return html`<ul class="findings">${byRule.map(([rule, told]) => {
    const all = counts[rule] ?? told.length;
    return html`<li>${pill(severities[rules[rule].severity])} <strong>${rules[rule].title}</strong>
    <p class="small">${rules[rule].reason} <span class="quiet">${rules[rule].remedy}</span></p>
    <ul>${told.slice(0, 10).map(({ message, place }) => html`<li>${placeWords(place)}${message}</li>`)}${
      all > 10 ? html`<li class="quiet">and ${all - 10} more</li>` : null
    }</ul></li>`;
  })}</ul>`;
}

/** What was found in cells, for the viewer of tables. */
export function cellMarks(found: FileFindings | undefined): readonly CellMark[] {
  if (found?.kind !== 'checked') return [];
  return found.findings.flatMap(({ rule, place: { row, column }, message }) =>
    row === undefined || column === undefined
      ? []
      : [
          {
            row,
            column,
            text: message,
            tone: rules[rule].severity === 'error' ? 'danger' : 'warning',
          },
        ],
  );
}

function placeWords({
  line,
  row,
  column,
  cell,
  element,
}: {
  readonly line?: number;
  readonly row?: number;
  readonly column?: string;
  readonly cell?: string;
  readonly element?: string;
}): Html | null {
  const words =
    cell !== undefined
      ? `cell ${cell}${column === undefined ? '' : ` (row ${row ?? '?'}, ${column})`}`
      : column !== undefined
        ? `column ${column}`
        : element !== undefined
          ? element
          : line !== undefined
            ? `line ${line}`
            : null;
  return words === null ? null : html`<code>${words}</code> `;
}
