/** What the texts of a table say beside its numbers: counts in names and labels, whole tables and files in one cell. */
import type { CheckContext } from '../check-file.ts';
import type { FindingPlace } from '../finding.ts';
import { checkJson } from '../json/check-json.ts';
import { checkEmbedded } from '../markup/embedded.ts';
import { checkProse, checkText } from '../text/check-text.ts';
import { CellKind } from './cell.ts';
import { placeOfCell, placeOfColumn } from './place-of-cell.ts';
import { cellText, type Table } from './table.ts';

/** Looks at each different text once, where it stands first. */
export function checkCellTexts(table: Table, context: CheckContext): void {
  const { settings, findings } = context;
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
    } else if (text.length >= LONG) {
      checkProse(text, settings, findings, element);
    } else {
      texts.push(text);
      places.push(place);
    }
  }
  // Read at once: thousands of labels cost as much as one long text. No pattern reaches beyond the line between two.
  const lines = texts.join(`\n${BETWEEN}\n`);
  checkProse(lines, settings, findings, (line) => places[(line - 1) / 2] ?? {});
}

const BETWEEN = '|';

/** Characters from which a text is looked at by itself, also for what is packed in it. */
const LONG = 200;

function isDocument(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
