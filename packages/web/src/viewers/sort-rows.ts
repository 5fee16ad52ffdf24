/** A column that rows are sorted by, counted from 0. */
export interface SortOrder {
  readonly column: number;
  readonly descending: boolean;
}

/** A row with its place in the file, counted from 1. */
export interface NumberedRow {
  readonly number: number;
  readonly cells: readonly string[];
}

const words = new Intl.Collator('en-GB', { numeric: true });

/** The rows in another order, numbers by their size, what is empty last; rows that are alike stay as they are in the file. */
export function sortRows(
  rows: readonly (readonly string[])[],
  order: SortOrder | null,
): readonly NumberedRow[] {
  const numbered = rows.map((cells, index) => ({ number: index + 1, cells }));
  if (order === null) return numbered;
  const sign = order.descending ? -1 : 1;
  const keyed = numbered.map((row) => {
    const text = row.cells[order.column]?.trim() ?? '';
    return { row, text, value: text === '' ? Number.NaN : Number(text) };
  });
  return keyed
    .toSorted((a, b) => {
      if (a.text === '' || b.text === '') return Number(a.text === '') - Number(b.text === '');
      const isNumber = [a, b].map(({ value }) => !Number.isNaN(value));
      if (isNumber[0] && isNumber[1]) return sign * (a.value - b.value);
      // Numbers before words, as spreadsheets have them.
      if (isNumber[0] !== isNumber[1]) return sign * (isNumber[0] ? -1 : 1);
      return sign * words.compare(a.text, b.text);
    })
    .map(({ row }) => row);
}
