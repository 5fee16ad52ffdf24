/** Cells that act: formulas for a spreadsheet, markup for a page. */
import type { FindingList } from '../finding.ts';
import { CellKind } from './cell.ts';
import { placeOfCell } from './place-of-cell.ts';
import { cellText, type Table } from './table.ts';

/** A spreadsheet computes a cell that begins with one of these and goes on with a name, a call or a reference. */
const formula =
  /^[=+@\t\r-]\s*[+-]?(?:[A-Za-z_@]+[\w.]*\s*\(|[A-Za-z]{1,3}\$?\d|cmd\b|DDE\b|HYPERLINK|\d+[-+*/]\d*[A-Za-z(])/i;
const call = /^=.*[A-Za-z(|!]/;
const markup =
  /<\s*(?:script|iframe|img|svg|object|embed|style|link|meta|base|form)\b|\bjavascript:|\bon(?:error|load|click)\s*=/i;

/** Whether a spreadsheet would compute the text. */
export function isFormula(text: string): boolean {
  return formula.test(text) || call.test(text);
}

/** Reports cells that a spreadsheet or a browser would run. */
export function checkCells(table: Table, findings: FindingList): void {
  const { rows, columns, kinds, starts, source } = table;
  for (let at = 0; at < rows * columns; at += 1) {
    if (kinds[at] !== CellKind.text) continue;
    const first = source.charCodeAt(starts[at] ?? 0);
    // Only these can begin a formula; '<' and the colon of a scheme are looked for in the whole text below.
    const canCompute =
      first === 0x3d || first === 0x2b || first === 0x2d || first === 0x40 || first <= 0x20;
    if (!canCompute) continue;
    const text = cellText(table, Math.floor(at / columns), at % columns);
    if (isFormula(text)) report(table, at, text, 'a spreadsheet would compute', findings);
  }
  for (const name of table.names) {
    if (isFormula(name) || markup.test(name)) {
      findings.add('active-content', () => ({
        message: `The column’s name “${name}” would act when it is opened.`,
      }));
    }
  }
  if (!markup.test(source)) return;
  for (let at = 0; at < rows * columns; at += 1) {
    if (kinds[at] !== CellKind.text) continue;
    const text = cellText(table, Math.floor(at / columns), at % columns);
    if (markup.test(text)) report(table, at, text, 'a browser would run', findings);
  }
}

function report(table: Table, at: number, text: string, what: string, findings: FindingList): void {
  findings.add('active-content', () => ({
    message: `“${text.slice(0, 60)}” is something that ${what}.`,
    place: placeOfCell(table, Math.floor(at / table.columns), at % table.columns),
  }));
}
