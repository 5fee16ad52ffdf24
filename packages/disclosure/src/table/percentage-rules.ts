/** Percentages that give away the count behind them, and statistics without counts. */
import type { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { CellKind, percentageIn } from './cell.ts';
import { type Column, isCountCell, type TableView } from './columns.ts';
import { isRounded, type Rounding } from './count-rules.ts';
import { placeOfCell, placeOfColumn } from './place-of-cell.ts';
import { cellText } from './table.ts';
import { isTotalLabel, squeezed, wordsOf } from './vocabulary.ts';

/** Reports percentages from which, with a denominator in the same row, an unsafe count follows. */
export function checkPercentages(
  view: TableView,
  roundings: readonly Rounding[],
  settings: DisclosureSettings,
  findings: FindingList,
): void {
  const { table, columns } = view;
  const denominators = columns.filter(
    (column) => column.role === 'count' && isDenominator(column, columns),
  );
  for (const column of columns) {
    const isMixed = column.role === 'count' && (column.tally[CellKind.countOf] ?? 0) > 0;
    const isShare =
      column.role === 'percentage' || (column.role === 'statistic' && isRatioName(column.name));
    if (!isShare && !isMixed) continue;
    const scale = scaleOf(column);
    const own = denominatorsFor(denominators, column);
    for (let row = 0; row < table.rows; row += 1) {
      const at = row * table.columns + column.index;
      const share = isMixed ? shareIn(view, row, column) : shareAt(view, at, scale);
      if (share === null) continue;
      const place = () => placeOfCell(table, row, column.index);
      if ((share.value === 0 || share.value === 1) && share.scale === 100 && !isMixed) {
        findings.add('certain-percentage', () => ({
          message: `${cellText(table, row, column.index)} says something of every member of the group.`,
          place: place(),
        }));
        continue;
      }
      if (share.value <= 0 || share.value >= 1) continue;
      for (const denominator of own) {
        const whole = countIn(view, row, denominator);
        if (whole === null || whole <= 0) continue;
        const rounding = roundings[denominator.index] ?? 'nearest';
        const count = recoveredCount(share.value, share.halfWidth, whole, rounding, settings);
        if (count === null) continue;
        findings.add('recoverable-percentage', () => ({
          message: `${cellText(table, row, column.index)} of ${whole} is ${count}, a count that may not be shown.`,
          place: place(),
        }));
        break;
      }
    }
  }
}

/**
 * The unsafe count that a share of a whole can only come from. Null when a safe count is possible, or when so many counts
 * are that nothing follows.
 */
export function recoveredCount(
  share: number,
  halfWidth: number,
  whole: number,
  rounding: Rounding,
  settings: DisclosureSettings,
): number | null {
  const slack = 1e-9 * whole + 1e-9;
  const least = Math.ceil((share - halfWidth) * whole - slack);
  const most = Math.floor((share + halfWidth) * whole + slack);
  if (most < least) return null;
  for (let count = Math.max(least, 0); count <= most; count += 1) {
    if (count === 0) return null;
    if (rounding !== 'nearest' && isRounded(count, 'derived', settings)) return null;
    if (count > settings.threshold && isRounded(count, 'nearest', settings)) return null;
  }
  return Math.round(share * whole);
}

interface Share {
  /** From 0 to 1. */
  readonly value: number;
  readonly halfWidth: number;
  readonly scale: number;
}

function shareAt({ table, rowMeanings }: TableView, at: number, scale: number): Share | null {
  const kind = table.kinds[at];
  const label = rowMeanings?.[Math.floor(at / table.columns)] ?? 'unknown';
  if (label === 'statistic' || label === 'extreme') return null;
  if (kind !== CellKind.decimal && kind !== CellKind.integer && kind !== CellKind.percent)
    return null;
  const used = kind === CellKind.percent ? 100 : scale;
  const value = (table.values[at] ?? 0) / used;
  return { value, halfWidth: halfWidthOf(table.decimals[at] ?? 0, used), scale: used };
}

function shareIn({ table }: TableView, row: number, column: Column): Share | null {
  if (table.kinds[row * table.columns + column.index] !== CellKind.countOf) return null;
  const text = cellText(table, row, column.index);
  const percentage = percentageIn(text);
  if (percentage === null) return null;
  const decimals = /\.(\d+)\s*%?\s*[)\]]/.exec(text)?.[1]?.length ?? 0;
  return { value: percentage / 100, halfWidth: halfWidthOf(decimals, 100), scale: 100 };
}

/** Half of the last digit that is shown, as a share. */
function halfWidthOf(decimals: number, scale: number): number {
  return 0.5 / 10 ** Math.min(decimals, 15) / scale;
}

function countIn(view: TableView, row: number, column: Column): number | null {
  if (!isCountCell(view, row, column)) return null;
  const at = row * view.table.columns + column.index;
  return view.table.kinds[at] === CellKind.integer ? (view.table.values[at] ?? null) : null;
}

const wholes = new Set([
  'denominator',
  'denom',
  'population',
  'pop',
  'total',
  'overall',
  'registered',
  'eligible',
  'base',
  'all',
]);

function isDenominator(column: Column, columns: readonly Column[]): boolean {
  if (isTotalLabel(column.name) || wordsOf(column.name).some((word) => wholes.has(word)))
    return true;
  // A single column called n is the denominator where another column counts the events.
  const others = columns.filter(({ role, index }) => role === 'count' && index !== column.index);
  const counted = others.some(({ name }) => /event|numerator|case|death|yes|positive/i.test(name));
  return squeezed(column.name) === 'n' && (others.length === 0 || counted);
}

/** A percentage that is called after a column belongs to that column. */
function denominatorsFor(all: readonly Column[], { name }: Column): readonly Column[] {
  const words = wordsOf(name);
  const own = all.filter((column) => {
    const rest = wordsOf(column.name).filter((word) => !wholes.has(word) && word !== 'n');
    return rest.length > 0 && rest.every((word) => words.includes(word));
  });
  return own.length > 0 ? own : all;
}

function isRatioName(name: string): boolean {
  return ['ratio', 'value', 'risk', 'probability', 'prob'].includes(squeezed(name));
}

/** What the column's numbers are shares of: 100, 1, or so many people. */
function scaleOf({ name, greatest, tally }: Column): number {
  const per = /per[ _.-]?(\d[\d,_]*)(k|m)?/i.exec(name);
  if (per) {
    const unit = per[2] === undefined ? 1 : per[2].toLowerCase() === 'k' ? 1000 : 1e6;
    return Number((per[1] ?? '1').replace(/\D/g, '')) * unit;
  }
  const words = wordsOf(name);
  if (words.some((word) => ['percent', 'percentage', 'pct', 'perc'].includes(word))) return 100;
  if (
    words.some((word) =>
      ['prop', 'proportion', 'fraction', 'ratio', 'value', 'probability', 'prob'].includes(word),
    )
  ) {
    return 1;
  }
  return greatest <= 1 && (tally[CellKind.decimal] ?? 0) > 0 ? 1 : 100;
}

/** Reports a table of statistics that has no counts at all. */
export function checkMissingCounts(view: TableView, findings: FindingList): void {
  const { table, columns, rowMeanings } = view;
  if (table.rows === 0) return;
  const statistics = columns.filter(
    ({ role, tally }) =>
      (role === 'percentage' || role === 'statistic' || role === 'extreme') &&
      (tally[CellKind.decimal] ?? 0) +
        (tally[CellKind.percent] ?? 0) +
        (tally[CellKind.integer] ?? 0) >
        0,
  );
  const [first] = statistics;
  if (first === undefined || columns.some(({ role }) => role === 'count')) return;
  if (rowMeanings?.includes('count')) return;
  findings.add('missing-counts', () => ({
    message: `${statistics.length === 1 ? 'The column' : `${statistics.length} columns`} of statistics, such as “${first.name}”, stand without the number of people behind them.`,
    place: placeOfColumn(table, first.index),
  }));
}
