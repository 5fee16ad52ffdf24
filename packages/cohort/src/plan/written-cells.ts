/** Rows as the cells of a text file. What stays the same between dates is then written once for a batch of them. */
import type { ModelColumn } from '../model/model.ts';

export type WrittenColumn = ModelColumn;

/** How cells are written. All parameters and results are SQL but for the heading. */
export interface WrittenCells {
  /** A value as its cell: a text, or whatever becomes the right one by itself; unknown for an empty cell. */
  cell(column: WrittenColumn, value: string): string;
  /** A text of several cells, or of such texts, one after another with what stands between cells. */
  joined(cells: readonly string[]): string;
  /** The heading over such cells. */
  heading(columns: readonly WrittenColumn[]): string;
}

/** Columns in their order, those of one sort that stand side by side together, and each of the others alone. */
export function sideBySide(
  columns: readonly WrittenColumn[],
  isTogether: (column: WrittenColumn) => boolean,
): readonly (readonly WrittenColumn[])[] {
  const runs: WrittenColumn[][] = [];
  let open = false;
  for (const column of columns) {
    const together = isTogether(column);
    if (together && open) runs.at(-1)?.push(column);
    else runs.push([column]);
    open = together;
  }
  return runs;
}
