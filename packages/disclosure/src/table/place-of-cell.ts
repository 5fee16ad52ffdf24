import type { FindingPlace } from '../finding.ts';
import type { Table } from './table.ts';

/** The place of a cell, as an editor, a data frame and a spreadsheet call it. */
export function placeOfCell(table: Table, row: number, column: number): FindingPlace {
  const line = table.lines[row] ?? 0;
  return {
    ...(line > 0 ? { line } : {}),
    row: row + 1,
    ...placeOfColumn(table, column),
    cell: `${letters(column)}${row + 2}`,
  };
}

/** The place of a whole column. */
export function placeOfColumn(table: Table, column: number): FindingPlace {
  const name = table.names[column] ?? '';
  return {
    column: name === '' ? `column ${column + 1}` : name,
    ...(table.element === null ? {} : { element: table.element }),
  };
}

function letters(column: number): string {
  let text = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(65 + ((rest - 1) % 26)) + text;
  }
  return text;
}
