/** Counts of few people, counts that are not rounded, and minima and maxima. */
import type { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { CellKind } from './cell.ts';
import { type Column, isCountCell, type TableView } from './columns.ts';
import { placeOfCell } from './place-of-cell.ts';
import { cellText, type Table } from './table.ts';
import { isStrongStatistic, wordsOf } from './vocabulary.ts';

/** How the counts of a column are rounded: `derived` are sums and differences of midpoint-6 counts. */
export type Rounding = 'nearest' | 'midpoint6' | 'derived';

/** Counts that are nearly whole numbers count as these. */
function wholeAt({ values, kinds }: Table, at: number): number {
  const value = values[at] ?? Number.NaN;
  return kinds[at] === CellKind.decimal ? Math.round(value) : value;
}

/** The rounding of each column by its index. */
export function roundingOf(view: TableView, settings: DisclosureSettings): readonly Rounding[] {
  const columns = view.columns.map((column) => roundingByName(column.name));
  if (!settings.allowMidpoint6) return columns.map(() => 'nearest');
  // Midpoint-6 without a name is recognised where so many different values agree that it is no accident.
  const midpoints = new Set<number>();
  const fives = new Set<number>();
  const others = new Set<number>();
  for (const column of view.columns) {
    if (columns[column.index] !== 'nearest') continue;
    eachCount(view, column, (value) => {
      if (value === 0) return;
      if (value % 6 === 3) midpoints.add(value);
      else if (value % 6 !== 0) others.add(value);
      if (value % settings.rounding === 0) fives.add(value);
    });
  }
  const all = midpoints.size + others.size;
  const recognised = midpoints.size >= 4 && midpoints.size >= all * 0.8 && fives.size < all * 0.6;
  return columns.map((named) => (named === 'nearest' && recognised ? 'midpoint6' : named));
}

function roundingByName(name: string): Rounding {
  if (!/mid[ _.-]?point[ _.-]?6/i.test(name)) return 'nearest';
  return wordsOf(name).includes('derived') ? 'derived' : 'midpoint6';
}

/** @param isTotal - Totals of midpoint-6 counts are derived. */
export function isRounded(
  value: number,
  rounding: Rounding,
  settings: DisclosureSettings,
  isTotal = false,
): boolean {
  if (value === 0) return true;
  if (rounding === 'nearest') return value % settings.rounding === 0;
  return rounding === 'derived' || isTotal ? value % 3 === 0 : value % 6 === 3;
}

function eachCount(
  view: TableView,
  column: Column,
  use: (value: number, row: number) => void,
): void {
  const { table } = view;
  for (let row = 0; row < table.rows; row += 1) {
    const at = row * table.columns + column.index;
    const value = wholeAt(table, at);
    if (value >= 0 && table.kinds[at] !== CellKind.bound && isCountCell(view, row, column))
      use(value, row);
  }
}

/** Reports small and unrounded counts. @param totals - Rows that sum others up. */
export function checkCounts(
  view: TableView,
  roundings: readonly Rounding[],
  totals: (row: number) => boolean,
  settings: DisclosureSettings,
  findings: FindingList,
): void {
  const { table } = view;
  const labelled = midpointRows(view, settings);
  for (const column of view.columns) {
    const named = roundings[column.index] ?? 'nearest';
    for (let row = 0; row < table.rows; row += 1) {
      const at = row * table.columns + column.index;
      if (!isCountCell(view, row, column)) continue;
      const value = wholeAt(table, at);
      if (!(value > 0)) continue;
      const rounding = labelled.has(row) ? 'midpoint6' : named;
      const place = () => placeOfCell(table, row, column.index);
      if (table.kinds[at] === CellKind.bound) {
        if (value >= settings.threshold) continue;
        findings.add('small-count', () => ({
          message: `“${cellText(table, row, column.index)}” says that there are at most ${value}; only “<=${settings.threshold}” and wider may be said.`,
          place: place(),
        }));
        continue;
      }
      const isMidpoint =
        rounding !== 'nearest' && isRounded(value, rounding, settings, totals(row));
      if (value <= settings.threshold && !isMidpoint) {
        findings.add('small-count', () => ({
          message: `The count ${value} is from 1 to ${settings.threshold}.`,
          place: place(),
        }));
      } else if (!isMidpoint && !isRounded(value, 'nearest', settings)) {
        findings.add('unrounded-count', () => ({
          message: `The count ${value} is no multiple of ${settings.rounding}${rounding === 'nearest' ? '' : ' and not midpoint-6 rounded'}.`,
          place: place(),
        }));
      }
    }
  }
}

/** Rows of counts whose label says that they are midpoint-6 rounded. */
function midpointRows(view: TableView, settings: DisclosureSettings): ReadonlySet<number> {
  const rows = new Set<number>();
  if (!settings.allowMidpoint6) return rows;
  for (const [row, meaning] of view.rowMeanings?.entries() ?? []) {
    const label = view.columns.find(({ role }) => role === 'label');
    if (meaning !== 'count' || label === undefined) continue;
    if (roundingByName(cellText(view.table, row, label.index)) === 'midpoint6') rows.add(row);
  }
  return rows;
}

/** Reports minima and maxima: columns called so, and rows called so. */
export function checkExtremes(view: TableView, findings: FindingList): void {
  const { table, rowMeanings } = view;
  const rowsAreExtremes = rowMeanings?.includes('extreme') === true;
  for (const column of view.columns) {
    const inColumn = column.role === 'extreme';
    if (!inColumn && !(rowsAreExtremes && holdsExtremes(column))) continue;
    for (let row = 0; row < table.rows; row += 1) {
      const kind = table.kinds[row * table.columns + column.index];
      const isNumber =
        kind === CellKind.integer ||
        kind === CellKind.decimal ||
        kind === CellKind.date ||
        kind === CellKind.spread;
      if (!isNumber || !(inColumn || rowMeanings?.[row] === 'extreme')) continue;
      findings.add('extreme-value', () => ({
        message: `${cellText(table, row, column.index)} is a minimum or maximum.`,
        place: placeOfCell(table, row, column.index),
      }));
    }
  }
}

/**
 * Whether a row that is labelled as an extreme has it in this column. The number of people behind a minimum stands in the
 * same row, and so does its standard error.
 */
function holdsExtremes({ role, meaning, name }: Column): boolean {
  if (role === 'label' || role === 'dimension' || role === 'identifier') return false;
  return meaning !== 'count' && !isStrongStatistic(name);
}
