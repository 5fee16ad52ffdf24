/** Tables that need not lie in memory as a whole. */
import type { Table, TableColumn } from '../table.ts';

type HeadOf<Column> = Column extends TableColumn ? Omit<Column, 'values' | 'labels'> : never;

/** What is known of a column before its rows are. */
export type ColumnHead = HeadOf<TableColumn>;

export type TextColumn = Extract<TableColumn, { readonly type: 'str' }>;

/** Rows that are handled at once: enough to compress well, and few enough for a table of some hundred columns. */
export const ROWS_AT_ONCE = 32_768;

/**
 * A table in pieces of some rows each, which may be read more than once: formats that say something of all rows before the
 * first row look at them beforehand.
 */
export interface TablePieces {
  readonly rows: number;
  readonly columns: readonly ColumnHead[];
  /**
   * At least one piece; one of no rows only where the table has none. Each has the columns in their order, and texts have the
   * labels of their piece.
   */
  read(): AsyncIterable<Table> | Iterable<Table>;
}

/** A column without its rows. */
export function headOf(column: TableColumn): ColumnHead {
  if (column.type === 'str') {
    const { values: _, labels: __, ...head } = column;
    return head;
  }
  const { values: _, ...head } = column;
  return head;
}

/** The column of a piece that the table says is text. @throws TypeError where it is not */
export function asText(column: TableColumn): TextColumn {
  if (column.type !== 'str') throw new TypeError(`column "${column.name}" changed its type`);
  return column;
}

/** A table that lies in memory. */
export function inOnePiece(table: Table): TablePieces {
  return { rows: table.rows, columns: table.columns.map(headOf), read: () => [table] };
}

/** A piece in slices of so many rows at most; one of no rows where it has none. */
export function* slicesOf({ rows, columns }: Table, most: number): Generator<Table> {
  for (let first = 0; first === 0 || first < rows; first += most) {
    const last = Math.min(rows, first + most);
    yield { rows: last - first, columns: columns.map((column) => sliceOf(column, first, last)) };
  }
}

/** Some rows of a column, without a copy. */
export function sliceOf(column: TableColumn, first: number, last: number): TableColumn {
  switch (column.type) {
    case 'bool':
      return { ...column, values: column.values.subarray(first, last) };
    case 'int':
    case 'float':
      return { ...column, values: column.values.subarray(first, last) };
    case 'date':
    case 'str':
      return { ...column, values: column.values.subarray(first, last) };
  }
}
