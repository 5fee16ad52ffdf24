import { alert } from '../components/alert.ts';
import type { Tone } from '../components/pill.ts';
import { type Content, type Html, html } from '../html.ts';
import { type ColumnSummary, summariseColumn } from './column-summary.ts';

/** Something that was found in one cell. */
export interface CellMark {
  /** Counted from 1, without the header. */
  readonly row: number;
  /** Name of the column. */
  readonly column: string;
  /** What was found, for people. */
  readonly text: string;
  readonly tone: Extract<Tone, 'warning' | 'danger'>;
}

export interface TableView {
  /** What it is called: the caption, read out. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Texts of the cells, row by row; a row that is too short is shown as one with empty cells. */
  readonly rows: readonly (readonly string[])[];
  readonly marks?: readonly CellMark[];
  /** Most rows to show. */
  readonly limit?: number;
  /** Whether the file goes on after these rows, which then are not counted. */
  readonly hasMoreRows?: boolean;
}

/** Rows that a page shows at most. Browsers lay out 5,000 light rows in well under a second; script would be no quicker. */
export const TABLE_ROWS = 5000;

/**
 * A table as it is in the file, with a summary of each column at its head, and what was found in a cell said in words within
 * it. Rows carry their number in the file.
 */
export function tableViewer({
  name,
  columns,
  rows,
  marks = [],
  limit = TABLE_ROWS,
  hasMoreRows = false,
}: TableView): Html {
  const shown = rows.slice(0, limit);
  const byCell = Map.groupBy(marks, ({ row, column }) => `${row} ${column}`);
  const hidden = marks.filter(({ row }) => row > shown.length);
  const numeric = columns.map((_, index) => summariseColumn(rows.map((row) => row[index] ?? '')));
  return html`${
    marks.length === 0
      ? null
      : alert({
          tone: marks.some(({ tone }) => tone === 'danger') ? 'danger' : 'warning',
          title: `${marks.length} ${marks.length === 1 ? 'cell is' : 'cells are'} marked.`,
          body:
            hidden.length === 0
              ? undefined
              : `${hidden.length} of them are in rows that are not shown.`,
        })
  }<div class="viewer-scroll" tabindex="0" role="region" aria-label="${name}"><table class="viewer-table">
<caption>${captionOf(rows.length, shown.length, columns.length, hasMoreRows)}</caption>
<thead><tr><th scope="col">Row</th>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr>
<tr class="viewer-summary"><th scope="row">Summary</th>${numeric.map((summary) => html`<td>${summaryLines(summary)}</td>`)}</tr></thead>
<tbody>${shown.map(
    (row, index) =>
      html`<tr><th scope="row">${index + 1}</th>${columns.map((column, place) =>
        cell(
          row[place] ?? '',
          byCell.get(`${index + 1} ${column}`),
          numeric[place]?.kind === 'numbers',
        ),
      )}</tr>`,
  )}</tbody></table></div>`;
}

function captionOf(rows: number, shown: number, columns: number, hasMore: boolean): string {
  const count = (value: number, word: string): string =>
    `${value.toLocaleString('en-GB')} ${word}${value === 1 ? '' : 's'}`;
  if (hasMore) {
    return `The first ${count(shown, 'row')} of more, ${count(columns, 'column')}; summaries are of these rows`;
  }
  const cut = rows > shown ? `; the first ${shown.toLocaleString('en-GB')} are shown` : '';
  return `${count(rows, 'row')}, ${count(columns, 'column')}${cut}`;
}

function cell(text: string, marks: readonly CellMark[] | undefined, isNumber: boolean): Html {
  const side = isNumber ? html` class="align-end"` : null;
  if (marks === undefined) return html`<td${side}>${text}</td>`;
  const tone = marks.some((mark) => mark.tone === 'danger') ? 'danger' : 'warning';
  return html`<td class="marked tone-${tone}">${text}${marks.map((mark) => html`<span class="mark-text">${mark.text}</span>`)}</td>`;
}

function summaryLines(summary: ColumnSummary): Content {
  const missing = summary.missing > 0 ? html`<br>${summary.missing} empty` : null;
  switch (summary.kind) {
    case 'empty':
      return 'all empty';
    case 'numbers':
      return html`${summary.least} to ${summary.greatest}${missing}`;
    case 'texts':
      return html`${summary.distinct}${summary.isMore ? ' or more' : ''} different${missing}`;
  }
}
