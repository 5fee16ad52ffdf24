/** Totals from which a redacted cell can be computed. */
import type { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { CellKind } from './cell.ts';
import type { Column, TableView } from './columns.ts';
import { placeOfCell } from './place-of-cell.ts';
import { cellText, type Table } from './table.ts';
import { isTotalLabel, wordsOf } from './vocabulary.ts';

/** A total and the cells that it sums up, as positions row × columns + column. */
export interface Sum {
  readonly total: number;
  readonly parts: readonly number[];
}

/** The sums of a table: rows labelled as totals, and columns called so. */
export function sumsOf(view: TableView): readonly Sum[] {
  return [...sumsOfRows(view), ...sumsOfColumns(view)];
}

/** Labels of the rows that sum up others, for each label column; null where there are none. */
function totalRowsOf({ table }: TableView, column: number): readonly boolean[] | null {
  const known = new Map<string, boolean>();
  let found = false;
  const rows = Array.from({ length: table.rows }, (_, row) => {
    const text = cellText(table, row, column);
    let isTotal = known.get(text);
    if (isTotal === undefined) {
      isTotal = isTotalLabel(text);
      known.set(text, isTotal);
    }
    found ||= isTotal;
    return isTotal;
  });
  return found ? rows : null;
}

/** Which rows sum up others. */
export function totalRows(view: TableView): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { index, role } of view.columns) {
    if (role !== 'label') continue;
    for (const [row, isTotal] of (totalRowsOf(view, index) ?? []).entries())
      if (isTotal) found.add(row);
  }
  return found;
}

function sumsOfRows(view: TableView): Sum[] {
  const { table, columns } = view;
  const keys = columns.filter(
    ({ role }) => role === 'label' || role === 'dimension' || role === 'date',
  );
  const counts = columns.filter(({ role }) => role === 'count');
  if (counts.length === 0) return [];
  return keys
    .filter(({ role }) => role === 'label')
    .flatMap((label) => {
      const isTotal = totalRowsOf(view, label.index);
      if (isTotal === null) return [];
      const others = keys.filter(({ index }) => index !== label.index);
      const groups = Map.groupBy(
        Array.from({ length: table.rows }, (_, row) => row),
        (row) => others.map(({ index }) => cellText(table, row, index)).join('\u001f'),
      );
      return [...groups.values()].flatMap((rows) => sumsOfGroup(view, rows, isTotal, counts));
    });
}

function sumsOfGroup(
  { table }: TableView,
  rows: readonly number[],
  isTotal: readonly boolean[],
  counts: readonly Column[],
): Sum[] {
  const totals = rows.filter((row) => isTotal[row]);
  const parts = rows.filter((row) => !isTotal[row]);
  // Two totals in one group sum up different things; which, nobody can say.
  const [total] = totals;
  if (total === undefined || totals.length > 1 || parts.length < 2) return [];
  return counts.map(({ index }) => ({
    total: total * table.columns + index,
    parts: parts.map((row) => row * table.columns + index),
  }));
}

function sumsOfColumns({ table, columns }: TableView): Sum[] {
  const counts = columns.filter(({ role }) => role === 'count');
  const totals = counts.filter(({ name }) => isTotalLabel(name) || isDenominator(name));
  const [total] = totals;
  const parts = counts.filter((column) => !totals.includes(column));
  if (total === undefined || totals.length > 1 || parts.length < 2) return [];
  const sums = Array.from({ length: table.rows }, (_, row) => ({
    total: row * table.columns + total.index,
    parts: parts.map(({ index }) => row * table.columns + index),
  }));
  return addUp(sums, table) ? sums : [];
}

/** Whether the rows in which nothing is redacted show that the columns are parts of the total. */
function addUp(sums: readonly Sum[], { kinds, values }: Table): boolean {
  let complete = 0;
  let agreeing = 0;
  for (const { total, parts } of sums) {
    if (![total, ...parts].every((at) => isNumber(kinds[at]))) continue;
    complete += 1;
    const sum = parts.reduce((before, at) => before + (values[at] ?? 0), 0);
    // Each part and the total may have been rounded by itself.
    if (Math.abs(sum - (values[total] ?? 0)) <= 3 * (parts.length + 1)) agreeing += 1;
  }
  return complete === 0 || agreeing * 2 > complete;
}

function isDenominator(name: string): boolean {
  return wordsOf(name).some((word) => word === 'total' || word === 'overall');
}

/** A sum from which the redacted parts can be had, and what they come to. */
export interface Leak {
  readonly sum: Sum;
  readonly hidden: readonly number[];
  readonly rest: number;
}

/** The leaks of a table, given its sums. */
export function leaksOf(
  { table }: TableView,
  sums: readonly Sum[],
  settings: DisclosureSettings,
): Leak[] {
  const leaks: Leak[] = [];
  for (const sum of sums) {
    const { total, parts } = sum;
    if (!isNumber(table.kinds[total])) continue;
    let shown = 0;
    let whole = true;
    const hidden: number[] = [];
    for (const at of parts) {
      const kind = table.kinds[at];
      if (isNumber(kind)) shown += table.values[at] ?? 0;
      else if (kind === CellKind.suppressed || kind === CellKind.bound) hidden.push(at);
      else if (kind !== CellKind.missing) whole = false;
    }
    const rest = (table.values[total] ?? 0) - shown;
    if (!whole || hidden.length === 0 || rest <= 0) continue;
    // Behind one cell the difference is the cell itself; behind several it tells when all of them together are few.
    if (hidden.length === 1 || rest <= settings.threshold) leaks.push({ sum, hidden, rest });
  }
  return leaks;
}

function isNumber(kind: number | undefined): boolean {
  return kind === CellKind.integer || kind === CellKind.countOf;
}

export function checkTotals(
  view: TableView,
  settings: DisclosureSettings,
  findings: FindingList,
): void {
  const { table } = view;
  const hasRedaction = table.kinds.some(
    (kind) => kind === CellKind.suppressed || kind === CellKind.bound,
  );
  if (!hasRedaction) return;
  for (const { sum, hidden, rest } of leaksOf(view, sumsOf(view), settings)) {
    findings.add('revealing-total', () => ({
      message:
        hidden.length === 1
          ? `The total less the cells that are shown is ${rest}, which is the redacted cell.`
          : `The total less the cells that are shown is ${rest}, which is all that the ${hidden.length} redacted cells hold together.`,
      place: placeOfCell(table, Math.floor(sum.total / table.columns), sum.total % table.columns),
    }));
  }
}
