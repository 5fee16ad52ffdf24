/** Mends a delimited table cell by cell: redacts, rounds, and redacts a second cell where one alone gives nothing away. */
import { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { CellKind } from '../table/cell.ts';
import { isFormula } from '../table/cell-rules.ts';
import { checkTable } from '../table/check-table.ts';
import { viewTable } from '../table/columns.ts';
import { scanDelimited } from '../table/scan-delimited.ts';
import { cellText, type Table } from '../table/table.ts';
import { leaksOf, sumsOf } from '../table/total-rules.ts';

/** What stands in place of a number that may not be shown. */
export const REDACTED = '[REDACTED]';

/** Each round can make new leaks; a table where they never end is left to people. */
const MOST_ROUNDS = 12;

/** @returns the mended text and how many cells changed, or null for what cannot be read. */
export function fixTable(
  text: string,
  settings: DisclosureSettings,
): { readonly text: string; readonly changes: number } | null {
  let current = text;
  const changed = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const scan = scanDelimited(current, settings);
    if (scan.table === null) return null;
    const edits = editsOf(scan.table, settings);
    if (edits.size === 0) break;
    for (const at of edits.keys()) changed.add(`${at}`);
    current = rewrite(scan.table, edits, scan.delimiter);
  }
  return { text: current, changes: changed.size };
}

/** New texts by position row × columns + column. */
function editsOf(table: Table, settings: DisclosureSettings): Map<number, string> {
  const findings = new FindingList(Number.MAX_SAFE_INTEGER);
  const { ofPatients } = checkTable(table, settings, findings);
  const edits = new Map<number, string>();
  if (ofPatients) return edits;
  for (const { rule, place } of findings.report('').findings) {
    const at = positionOf(table, place.row, place.cell);
    if (at === null) continue;
    if (rule === 'small-count' || rule === 'extreme-value' || rule === 'recoverable-percentage') {
      edits.set(at, REDACTED);
    } else if (rule === 'unrounded-count' && !edits.has(at)) {
      edits.set(at, rounded(table, at, settings));
    } else if (rule === 'active-content') {
      const cell = cellText(table, Math.floor(at / table.columns), at % table.columns);
      if (isFormula(cell)) edits.set(at, `'${cell}`);
    }
  }
  // Counts are mended before totals are looked at: the leaks of exact numbers are not those of rounded ones.
  return edits.size > 0 ? edits : secondaryRedactions(table, settings);
}

/** For each sum that leaks the smallest cell that is still shown, or the total where none is. */
function secondaryRedactions(table: Table, settings: DisclosureSettings): Map<number, string> {
  const view = viewTable(table);
  const edits = new Map<number, string>();
  for (const { sum } of leaksOf(view, sumsOf(view), settings)) {
    const shown = sum.parts
      .filter((at) => table.kinds[at] === CellKind.integer || table.kinds[at] === CellKind.countOf)
      .filter((at) => (table.values[at] ?? 0) > 0)
      .toSorted((a, b) => (table.values[a] ?? 0) - (table.values[b] ?? 0));
    edits.set(shown[0] ?? sum.total, REDACTED);
  }
  return edits;
}

function rounded(table: Table, at: number, { rounding, threshold }: DisclosureSettings): string {
  const value = table.values[at] ?? 0;
  const nearest = Math.round(value / rounding) * rounding;
  // A percentage or denominator in the same cell belongs to the exact count and goes with it.
  return nearest > 0 && nearest <= threshold ? REDACTED : String(nearest);
}

function positionOf(
  table: Table,
  row: number | undefined,
  cell: string | undefined,
): number | null {
  const letters = /^([A-Z]+)\d+$/.exec(cell ?? '')?.[1];
  if (row === undefined || letters === undefined) return null;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return (row - 1) * table.columns + column;
}

/** The text with some cells replaced; everything else keeps its bytes. */
function rewrite(table: Table, edits: ReadonlyMap<number, string>, delimiter: string): string {
  const { source, starts, ends } = table;
  let text = '';
  let copied = 0;
  for (const [at, replacement] of [...edits].toSorted(
    ([a], [b]) => (starts[a] ?? 0) - (starts[b] ?? 0),
  )) {
    const [start, end] = [starts[at] ?? 0, ends[at] ?? 0];
    const isQuoted = source.charAt(start - 1) === '"' && source.charAt(end) === '"';
    const escaped = replacement.replaceAll('"', '""');
    const needs = !isQuoted && (escaped !== replacement || replacement.includes(delimiter));
    text += source.slice(copied, start) + (needs ? `"${escaped}"` : escaped);
    copied = end;
  }
  return text + source.slice(copied);
}
