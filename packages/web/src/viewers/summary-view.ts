import { type Content, type Html, html } from '../html.ts';
import type { ColumnSummary } from './column-summary.ts';

/** All that is known of each column, to unfold. */
export function summaryView(
  name: string,
  columns: readonly string[],
  summaries: readonly ColumnSummary[],
): Html {
  return html`<details class="disclosure viewer-columns"><summary>What is in the columns</summary><div class="viewer-scroll" tabindex="0" role="region" aria-label="Columns of ${name}"><table class="viewer-table">
<thead><tr><th scope="col">Column</th>${facts.map(
    ([heading, , isNumber]) =>
      html`<th scope="col"${isNumber ? html` class="align-end"` : null}>${heading}</th>`,
  )}</tr></thead>
<tbody>${summaries.map(
    (summary, index) =>
      html`<tr><th scope="row">${columns[index]}</th>${facts.map(
        ([, fact, isNumber]) =>
          html`<td${isNumber ? html` class="align-end"` : null}>${fact(summary)}</td>`,
      )}</tr>`,
  )}</tbody></table></div></details>`;
}

type Fact = readonly [
  heading: string,
  fact: (summary: ColumnSummary) => Content,
  isNumber: boolean,
];

const yes = (known: boolean | undefined): string =>
  known === undefined ? '' : known ? 'yes' : 'no';

const facts: readonly Fact[] = [
  ['Type', ({ type }) => type, false],
  ['Rows', ({ rows }) => rows, true],
  ['Numbers', ({ numbers }) => numbers, true],
  ['Missing', ({ missing }) => missing, true],
  ['Redacted', ({ redacted }) => redacted, true],
  ['Different', ({ distinct, isMore }) => `${distinct}${isMore ? ' or more' : ''}`, true],
  ['Least', ({ range }) => range?.least, true],
  ['Nearest to zero, not zero', ({ range }) => range?.leastNonZero, true],
  ['Greatest', ({ range }) => range?.greatest, true],
  ['Sum', ({ range }) => range?.sum, true],
  ['All divisible by 5', ({ range }) => yes(range?.divisibleBy5), false],
  ['All divisible by 6', ({ range }) => yes(range?.divisibleBy6), false],
  ['All midpoint-6', ({ range }) => yes(range?.midpoint6), false],
];
