/** Cells of a CSV file as text, quoted as Python's `csv` module does by default: only where it must be. */

const NEEDS_QUOTES = /[",\r\n]/;

export function csvCell(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line without its end. A row of one blank cell is written `""`, so that it is not taken for an empty line. */
export function csvLine(cells: readonly string[]): string {
  return cells.length === 1 && cells[0] === '' ? '""' : cells.map(csvCell).join(',');
}
