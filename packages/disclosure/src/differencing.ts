/** What new tables tell together with those that were released before. */
import { type FileReport, FindingList } from './finding.ts';
import type { DisclosureSettings } from './settings.ts';
import { CellKind } from './table/cell.ts';
import { isCountCell, type TableView, viewTable } from './table/columns.ts';
import { placeOfCell } from './table/place-of-cell.ts';
import { cellText, type Table } from './table/table.ts';

/** A table of a file. */
export interface NamedTable {
  readonly path: string;
  readonly table: Table;
}

/** The counts of released tables, by what they count. */
export interface ReleasedCounts {
  readonly cells: ReadonlyMap<string, readonly ReleasedCell[]>;
}

interface ReleasedCell {
  readonly path: string;
  /** Null where it was redacted. */
  readonly value: number | null;
}

/** Indexes released tables once for all new ones. */
export function releasedCounts(released: readonly NamedTable[]): ReleasedCounts {
  const cells = new Map<string, ReleasedCell[]>();
  for (const { path, table } of released) {
    eachCell(viewTable(table), (key, value) => {
      const found = cells.get(key);
      if (found === undefined) cells.set(key, [{ path, value }]);
      else found.push({ path, value });
    });
  }
  return { cells };
}

/**
 * Reports cells of a table whose difference to a released cell of the same labels and column is that of few people, and
 * cells that are shown here and were redacted there, or the other way round.
 */
export function checkDifferencing(
  { path, table }: NamedTable,
  released: ReleasedCounts,
  settings: DisclosureSettings,
): FileReport {
  const findings = new FindingList(settings.findingsPerRule);
  eachCell(viewTable(table), (key, value, row, column) => {
    for (const before of released.cells.get(key) ?? []) {
      const message = tell(value, before, settings);
      if (message === null) continue;
      findings.add('differencing', () => ({ message, place: placeOfCell(table, row, column) }));
      break;
    }
  });
  return findings.report(path);
}

function tell(
  value: number | null,
  before: ReleasedCell,
  settings: DisclosureSettings,
): string | null {
  if (value === null && before.value === null) return null;
  if (value === null)
    return `The cell is redacted here, but ${before.path} was released with ${before.value}.`;
  if (before.value === null)
    return `The cell is shown here, but was redacted in ${before.path}, which was released.`;
  const difference = Math.abs(value - before.value);
  return difference > 0 && difference <= settings.threshold
    ? `The count differs by ${difference} from the one in ${before.path}, which was released.`
    : null;
}

/** Each count with the labels of its row and the name of its column; counts of rows without labels have no key. */
function eachCell(
  view: TableView,
  use: (key: string, value: number | null, row: number, column: number) => void,
): void {
  const { table, columns } = view;
  const keys = columns.filter(
    ({ role }) => role === 'label' || role === 'dimension' || role === 'date',
  );
  const counts = columns.filter(({ role }) => role === 'count' || role === 'statistic');
  for (let row = 0; row < table.rows; row += 1) {
    // Order of columns differs between backends, so names belong to the key.
    const labels = keys
      .map(
        ({ index, name }) => `${name.toLowerCase()}=${cellText(table, row, index).toLowerCase()}`,
      )
      .toSorted()
      .join('\u001f');
    if (labels === '') continue;
    for (const column of counts) {
      const at = row * table.columns + column.index;
      const kind = table.kinds[at];
      const key = `${labels}\u001f${column.name.toLowerCase()}`;
      if (kind === CellKind.suppressed || kind === CellKind.bound)
        use(key, null, row, column.index);
      else if (isCountCell(view, row, column)) use(key, table.values[at] ?? 0, row, column.index);
    }
  }
}
