import { type Content, type Html, html } from '../html.ts';

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => Content;
  /** The cell that names the row: read out before the others, and shown as the title of the row on a phone. */
  readonly names?: boolean;
  readonly align?: 'end';
  /** Read, not shown: for columns whose content speaks for itself. */
  readonly hideHeading?: boolean;
}

export interface Table<Row> {
  /** What the table lists; read out, not shown. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly empty: Content;
}

/** A table that scans well wide and becomes a list of cards on a phone; each cell carries its heading for that. */
export function table<Row>({ caption, columns, rows, empty }: Table<Row>): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="table-scroll"><table class="table">
  <caption class="visually-hidden">${caption}</caption>
  <thead><tr>${columns.map(
    ({ heading, align, hideHeading }) =>
      html`<th scope="col"${align ? html` class="align-end"` : null}>${
        hideHeading ? html`<span class="visually-hidden">${heading}</span>` : heading
      }</th>`,
  )}</tr></thead>
  <tbody>${rows.map((row) => html`<tr>${columns.map((column) => cell(column, row))}</tr>`)}</tbody>
</table></div>`;
}

function cell<Row>(column: Column<Row>, row: Row): Html {
  const align = column.align ? html` class="align-end"` : null;
  const heading = html` data-heading="${column.heading}"`;
  return column.names
    ? html`<th scope="row"${align}>${column.cell(row)}</th>`
    : html`<td${align}${heading}>${column.cell(row)}</td>`;
}
