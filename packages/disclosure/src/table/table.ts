/** A table as the checks see it: one text, and typed arrays that say where each cell stands and what it is. */
import { readCell } from './cell.ts';

export interface Table {
  /** What the positions refer to. */
  readonly source: string;
  /** Part of the file that it was found in, or null when the file is the table. */
  readonly element: string | null;
  /** Names of the columns; may be empty texts. */
  readonly names: readonly string[];
  /** Rows of data, without the header. */
  readonly rows: number;
  readonly columns: number;
  /** Of the cell in row r and column c: index r × columns + c. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly kinds: Uint8Array;
  readonly values: Float64Array;
  /** Digits behind the point, as written. */
  readonly decimals: Uint8Array;
  /** Line in the file of each row, from 1; all 0 where there are no lines. */
  readonly lines: Uint32Array;
}

/** Text of a cell, quotation marks and blanks around it removed. */
export function cellText(table: Table, row: number, column: number): string {
  const at = row * table.columns + column;
  const text = table.source.slice(table.starts[at], table.ends[at]).trim();
  return text.includes('""') ? text.replaceAll('""', '"') : text;
}

export function valueAt(table: Table, row: number, column: number): number {
  return table.values[row * table.columns + column] ?? Number.NaN;
}

/** Cells of the largest table that is looked at: 5,000 rows of 1,000 columns, some 90 MB. */
const MOST_CELLS = 5_000_000;

/**
 * The empty arrays of a table of that size.
 * @throws Error when one long row would make a large table of a small file.
 */
export function allocate(
  rows: number,
  columns: number,
): Pick<Table, 'starts' | 'ends' | 'kinds' | 'values' | 'decimals' | 'lines'> {
  const cells = rows * columns;
  if (cells > MOST_CELLS) {
    throw new Error(`a table of ${rows} rows and ${columns} columns is too large to be checked`);
  }
  return {
    starts: new Uint32Array(cells),
    ends: new Uint32Array(cells),
    kinds: new Uint8Array(cells),
    values: new Float64Array(cells),
    decimals: new Uint8Array(cells),
    lines: new Uint32Array(rows),
  };
}

/** Reads the cell between two positions of the source into its place. */
export function fill(table: Table, at: number, start: number, end: number): void {
  const { kind, value, decimals } = readCell(table.source, start, end);
  table.starts[at] = start;
  table.ends[at] = end;
  table.kinds[at] = kind;
  table.values[at] = value;
  table.decimals[at] = Math.min(decimals, 255);
}

/** A table of cells that are texts already: from a page, a JSON document, printed lines. */
export function tableOfRows(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  { element = null, lines }: { element?: string | null; lines?: readonly number[] } = {},
): Table {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), names.length);
  const source = rows.map((row) => row.join('\n')).join('\n');
  const table: Table = {
    source,
    element,
    names: Array.from({ length: columns }, (_, at) => names[at] ?? ''),
    rows: rows.length,
    columns,
    ...allocate(rows.length, columns),
  };
  let position = 0;
  for (const [r, row] of rows.entries()) {
    table.lines[r] = lines?.[r] ?? 0;
    for (const [c, text] of row.entries()) {
      fill(table, r * columns + c, position, position + text.length);
      position += text.length + 1;
    }
    if (row.length === 0) position += 1;
  }
  return table;
}
