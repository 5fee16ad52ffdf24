/** What the texts of a table say beside its numbers: counts in names and labels, whole tables and files in one cell. */
import type { CheckContext } from '../check-file.ts';
import type { FindingPlace } from '../finding.ts';
import { checkJson } from '../json/check-json.ts';
import { checkEmbedded } from '../markup/embedded.ts';
import { checkProse, checkText, checkTexts, LONG_TEXT } from '../text/check-text.ts';
import { CellKind } from './cell.ts';
import { placeOfCell, placeOfColumn } from './place-of-cell.ts';
import { cellText, type Table } from './table.ts';

/** Looks at each different text once, where it stands first. A table of too many rows does not leave, whatever they say. */
export function checkCellTexts(table: Table, context: CheckContext): void {
  const { settings, findings } = context;
  if (table.rows > settings.maximumRows) return;
  const texts: string[] = [];
  const places: FindingPlace[] = [];
  for (const [column, name] of table.names.entries()) {
    if (!/\d/.test(name)) continue;
    texts.push(name.replaceAll('\n', ' '));
    places.push(placeOfColumn(table, column));
  }
  const seen = new Set<string>();
  for (let at = 0; at < table.rows * table.columns; at += 1) {
    if (table.kinds[at] !== CellKind.text) continue;
    const row = Math.floor(at / table.columns);
    const column = at % table.columns;
    const text = cellText(table, row, column);
    if (!/\d/.test(text) || seen.has(text)) continue;
    seen.add(text);
    const place = placeOfCell(table, row, column);
    const element = place.cell ?? '';
    if (isDocument(text)) {
      findings.add('embedded-data', () => ({ message: 'A cell holds a JSON document.', place }));
      checkJson(text, context, element);
    } else if (checkEmbedded(text, context, element)) {
      // Told there.
    } else if (text.includes('\n')) {
      checkText(text, context, 'element', element);
    } else if (text.length >= LONG_TEXT) {
      checkProse(text, settings, findings, element);
    } else {
      texts.push(text);
      places.push(place);
    }
  }
  checkTexts(texts, places, context);
}

function isDocument(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
