import { alert } from '../components/alert.ts';
import type { Tone } from '../components/pill.ts';
import { type Content, type Html, html } from '../html.ts';
import { type ColumnSummary, summariseColumn } from './column-summary.ts';
import { type NumberedRow, type SortOrder, sortRows } from './sort-rows.ts';
import { summaryView } from './summary-view.ts';

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
  readonly sorting?: TableSorting;
}

/** How the rows stand, and where they stand otherwise. */
export interface TableSorting {
  /** Null where they stand as in the file. */
  readonly order: SortOrder | null;
  /** Address of the same page in another order. */
  readonly address: (order: SortOrder | null) => string;
}

/** Rows that a page shows at most. Browsers lay out 5,000 light rows in well under a second; script would be no quicker. */
export const TABLE_ROWS = 5000;

/**
 * A table as it is in the file, with a summary of each column at its head, and what was found in a cell said in words within
 * it: mark by mark under the identifiers `mark-1`, `mark-2` … in the order in which they were given, each with a way to the next.
 * Rows carry their number in the file.
 */
export function tableViewer({
  name,
  columns,
  rows,
  marks = [],
  limit = TABLE_ROWS,
  hasMoreRows = false,
  sorting,
}: TableView): Html {
  const shown = sortRows(rows, sorting?.order ?? null).slice(0, limit);
  const numbers = new Set(shown.map(({ number }) => number));
  const numbered = marks.map((mark, index) => ({ ...mark, number: index + 1 }));
  const visible = numbered.filter(
    ({ row, column }) => numbers.has(row) && columns.includes(column),
  );
  const next = new Map(visible.map(({ number }, at) => [number, visible[at + 1]?.number]));
  const byCell = Map.groupBy(visible, ({ row, column }) => `${row} ${column}`);
  const hidden = marks.length - visible.length;
  const summaries = columns.map((_, index) => summariseColumn(rows.map((row) => row[index] ?? '')));
  const sides = summaries.map(sideOf);
  const line = ({ number, cells }: NumberedRow): Html =>
    html`<tr><th scope="row">${number}</th>${columns.map((column, place) => {
      const found = byCell.get(`${number} ${column}`);
      const text = cells[place] ?? '';
      if (found !== undefined) return marked(text, found, next);
      return html`<td${sides[place]}>${text}</td>`;
    })}</tr>`;
  return html`${
    marks.length === 0
      ? null
      : alert({
          tone: marks.some(({ tone }) => tone === 'danger') ? 'danger' : 'warning',
          title: `${marks.length} ${marks.length === 1 ? 'cell is' : 'cells are'} marked.`,
          body: html`${hidden === 0 ? null : html`<p>${hidden} of them are in rows that are not shown.</p>`}${
            visible[0] === undefined
              ? null
              : html`<p><a href="#mark-${visible[0].number}">Go to the first mark</a>. In the table, <kbd>n</kbd> leads to the next and <kbd>p</kbd> to the one before.</p>`
          }`,
        })
  }${summaryView(name, columns, summaries)}<div class="viewer-scroll" tabindex="0" role="region" aria-label="${name}" data-marks><table class="viewer-table">
<caption>${captionOf(rows.length, shown.length, columns.length, hasMoreRows)}</caption>
<thead><tr>${sorting === undefined ? html`<th scope="col">Row</th>` : rowHead(sorting)}${columns.map(
    (column, place) =>
      sorting === undefined
        ? html`<th scope="col"${sides[place]}>${column}</th>`
        : columnHead(column, place, sides[place], sorting),
  )}</tr>
<tr class="viewer-summary"><th scope="row">Summary</th>${summaries.map((summary) => html`<td${sideOf(summary)}>${summaryLines(summary)}</td>`)}</tr></thead>
${chunks(shown).map((rowsOfChunk, index) => html`<tbody${index === 0 ? null : html` class="viewer-later"`}>${rowsOfChunk.map(line)}</tbody>`)}</table></div>`;
}

/** Rows that are laid out before the page is shown, and at a time afterwards: where there is script, see `site.js`. */
const FIRST_ROWS = 100;
const LATER_ROWS = 1250;

function chunks(rows: readonly NumberedRow[]): readonly (readonly NumberedRow[])[] {
  const made = [rows.slice(0, FIRST_ROWS)];
  for (let from = FIRST_ROWS; from < rows.length; from += LATER_ROWS) {
    made.push(rows.slice(from, from + LATER_ROWS));
  }
  return made;
}

interface NumberedMark extends CellMark {
  readonly number: number;
}

function marked(
  text: string,
  marks: readonly NumberedMark[],
  next: ReadonlyMap<number, number | undefined>,
): Html {
  const tone = marks.some((mark) => mark.tone === 'danger') ? 'danger' : 'warning';
  return html`<td class="marked tone-${tone}">${text}${marks.map((mark) => {
    const following = next.get(mark.number);
    return html`<span class="mark-text" id="mark-${mark.number}" tabindex="-1">${mark.text}${
      following === undefined ? null : html` <a href="#mark-${following}">Next mark</a>`
    }</span>`;
  })}</td>`;
}

function rowHead({ order, address }: TableSorting): Html {
  return order === null
    ? html`<th scope="col" aria-sort="ascending">Row</th>`
    : html`<th scope="col"><a href="${address(null)}">Row</a></th>`;
}

function columnHead(
  column: string,
  place: number,
  side: Html | null | undefined,
  { order, address }: TableSorting,
): Html {
  const isBy = order?.column === place;
  const target = address({ column: place, descending: isBy && !order.descending });
  const sorted = isBy ? (order.descending ? 'descending' : 'ascending') : null;
  return html`<th scope="col"${side}${sorted === null ? null : html` aria-sort="${sorted}"`}><a href="${target}">${column === '' ? `Column ${place + 1}` : column}${sorted === null ? '' : sorted === 'ascending' ? ' ↑' : ' ↓'}</a></th>`;
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

function summaryLines({
  type,
  missing,
  redacted,
  distinct,
  isMore,
  range,
}: ColumnSummary): Content {
  const notes = [
    missing > 0 ? `${missing} empty` : '',
    redacted > 0 ? `${redacted} redacted` : '',
  ].filter(Boolean);
  const rest = notes.map((note) => html`<br>${note}`);
  if (type === 'empty') return redacted > 0 ? html`all empty or redacted` : 'all empty';
  return isOfNumbers({ type }) && range !== null
    ? html`${range.least} to ${range.greatest}${rest}`
    : html`${distinct}${isMore ? ' or more' : ''} different${rest}`;
}

function isOfNumbers(summary: Pick<ColumnSummary, 'type'> | undefined): boolean {
  return summary?.type === 'whole numbers' || summary?.type === 'decimals';
}

/** Numbers stand to the right, below a heading that does. */
function sideOf(summary: ColumnSummary | undefined): Html | null {
  return isOfNumbers(summary) ? html` class="align-end"` : null;
}
