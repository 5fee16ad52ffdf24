/** What each column of a table holds: by its name, and by what its cells look like. */
import { CellKind } from './cell.ts';
import { cellText, type Table, valueAt } from './table.ts';
import {
  isKnownExtreme,
  isStrongStatistic,
  type Meaning,
  meaningOfLabel,
  meaningOfName,
  wordsOf,
} from './vocabulary.ts';

/**
 * What a column is to the checks. In doubt whole numbers are counts: a checker who is asked once too often loses a
 * minute, a count that is missed loses a patient's trust.
 */
export type Role =
  | 'count'
  | 'percentage'
  | 'statistic'
  | 'extreme'
  | 'dimension'
  | 'identifier'
  | 'birth'
  | 'date'
  | 'label'
  | 'empty';

export interface Column {
  readonly index: number;
  readonly name: string;
  readonly meaning: Meaning;
  readonly role: Role;
  /** Number of cells of each kind, by `CellKind`. */
  readonly tally: readonly number[];
  readonly least: number;
  readonly greatest: number;
}

/** The columns with their roles, and what the labels of the rows add. */
export interface TableView {
  readonly table: Table;
  readonly columns: readonly Column[];
  /** For each row what its label says of the numbers in it. */
  readonly rowMeanings: readonly Meaning[] | null;
}

const KINDS = 11;

export function viewTable(table: Table): TableView {
  const profiles = Array.from({ length: table.columns }, (_, index) => profile(table, index));
  const columns: Column[] = [];
  for (const one of profiles) columns.push({ ...one, role: roleOf(table, one, columns, profiles) });
  return { table, columns, rowMeanings: meaningsOfRows(table, columns) };
}

type Profile = Omit<Column, 'role'>;

function profile({ names, rows, columns, kinds, values }: Table, index: number): Profile {
  const tally = new Array<number>(KINDS).fill(0);
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let at = index; at < rows * columns; at += columns) {
    const kind = kinds[at] ?? 0;
    tally[kind] = (tally[kind] ?? 0) + 1;
    if (kind === CellKind.integer || kind === CellKind.decimal) {
      const value = values[at] ?? 0;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  const name = names[index] ?? '';
  return { index, name, meaning: meaningOfName(name), tally, least, greatest };
}

function roleOf(
  table: Table,
  column: Profile,
  before: readonly Column[],
  all: readonly Profile[],
): Role {
  const { tally, meaning, name } = column;
  const of = (kind: CellKind): number => tally[kind] ?? 0;
  const integers = of(CellKind.integer);
  const decimals = of(CellKind.decimal);
  const mixed = of(CellKind.countOf) + of(CellKind.fraction) + of(CellKind.bound);
  const numbers = integers + decimals + of(CellKind.percent) + mixed;
  const words = of(CellKind.text);
  if (meaning === 'identifier') return 'identifier';
  if (meaning === 'birth') return 'birth';
  if (numbers === 0) {
    if (of(CellKind.date) > words) return 'date';
    if (words > 0) return 'label';
    if (of(CellKind.spread) > 0) return 'statistic';
    if (of(CellKind.suppressed) === 0) return 'empty';
    return meaning === 'percentage' || meaning === 'statistic' ? meaning : 'count';
  }
  if (of(CellKind.date) > numbers) return 'date';
  const mostlyWords = words * 4 > numbers;
  const leading = before.every(
    ({ role }) => role === 'label' || role === 'dimension' || role === 'date',
  );
  if (meaning !== 'count' && leading && words >= 2 && words >= numbers / 2) return 'label';
  switch (meaning) {
    case 'extreme':
      return decimals === 0 && !isKnownExtreme(name) ? 'count' : 'extreme';
    case 'percentage':
      return decimals + of(CellKind.percent) === 0 &&
        column.greatest > 100 &&
        !/rate|incidence|per/i.test(name)
        ? 'count'
        : 'percentage';
    case 'count':
      return 'count';
    case 'statistic':
      return isStrongStatistic(name) || decimals > 0 || of(CellKind.percent) > 0
        ? 'statistic'
        : 'count';
    case 'dimension':
      if (words > 0) return 'label';
      if (decimals > 0 || of(CellKind.percent) > 0) return 'dimension';
      return isInDomain(column) ? 'dimension' : 'count';
    default:
  }
  if (mostlyWords && leading && mixed < numbers / 2) return 'label';
  if (mixed > 0) return 'count';
  if (of(CellKind.percent) > 0 && integers === 0) return 'percentage';
  if (decimals > 0) return integers * 3 >= decimals ? 'count' : 'statistic';
  if (column.least < 0) return 'statistic';
  const isKey = leading && (isRunning(table, column.index) || isRegular(table, column.index, all));
  return isKey ? 'dimension' : 'count';
}

/** Whether whole numbers can be what the name of the dimension says: years look like years. */
function isInDomain({ name, least, greatest }: Profile): boolean {
  const last = wordsOf(name).at(-1) ?? '';
  const within = (from: number, to: number): boolean => least >= from && greatest <= to;
  switch (last) {
    case 'year':
    case 'yr':
      return within(1900, 2100) || within(0, 120);
    case 'month':
      return within(1, 12) || within(190_001, 210_012);
    case 'week':
    case 'wk':
      return within(0, 54) || within(190_001, 210_053);
    case 'quarter':
      return within(1, 4) || within(1900, 2100);
    case 'quintile':
      return within(0, 5);
    case 'decile':
      return within(0, 10);
    case 'tertile':
    case 'quartile':
      return within(0, 4);
    case 'age':
      return within(0, 120);
    case 'sex':
    case 'gender':
      return within(0, 9);
    case 'category':
    case 'level':
    case 'group':
    case 'stage':
    case 'grade':
    case 'dose':
    case 'wave':
      return within(0, 60);
    default:
      return true;
  }
}

/** 0, 1, 2 … or 1, 2, 3 … from top to bottom: the index of a data frame. */
function isRunning({ rows, columns, values, kinds }: Table, index: number): boolean {
  const first = values[index] ?? Number.NaN;
  if (rows < 4 || (first !== 0 && first !== 1)) return false;
  for (let row = 0; row < rows; row += 1) {
    const at = row * columns + index;
    if (kinds[at] !== CellKind.integer || values[at] !== first + row) return false;
  }
  return true;
}

/** A code such as 1 to 6 that stands equally often beside counts that are called so. */
function isRegular(
  { rows, columns, values }: Table,
  index: number,
  all: readonly Profile[],
): boolean {
  if (!all.some(({ meaning, index: other }) => meaning === 'count' && other > index)) return false;
  const often = new Map<number, number>();
  for (let at = index; at < rows * columns; at += columns) {
    const value = values[at] ?? Number.NaN;
    often.set(value, (often.get(value) ?? 0) + 1);
    if (often.size > 40) return false;
  }
  const codes = [...often.keys()].toSorted((a, b) => a - b);
  const [first] = codes;
  const same = rows / codes.length;
  return (
    (first === 0 || first === 1) &&
    codes.length > 1 &&
    same >= 2 &&
    codes.every((code, at) => code === first + at) &&
    [...often.values()].every((count) => count === same)
  );
}

/** What the labels say, each different text looked at once. Null where none says anything. */
function meaningsOfRows(table: Table, columns: readonly Column[]): readonly Meaning[] | null {
  const labels = columns.filter(({ role }) => role === 'label');
  let found: Meaning[] | null = null;
  for (const { index } of labels.slice(0, 12)) {
    const known = new Map<string, Meaning>();
    for (let row = 0; row < table.rows; row += 1) {
      const text = cellText(table, row, index);
      let meaning = known.get(text);
      if (meaning === undefined) {
        meaning = labelMeaning(text);
        known.set(text, meaning);
      }
      if (meaning === 'unknown') continue;
      found ??= new Array<Meaning>(table.rows).fill('unknown');
      // A row that two labels disagree about is told by the one further right, which is the nearer one.
      found[row] = meaning;
    }
  }
  return found;
}

function labelMeaning(text: string): Meaning {
  const meaning = meaningOfLabel(text);
  if (meaning !== 'unknown') return meaning;
  return /^(?:n|count|counts|number|(?:n|count)[ _.-]midpoint6|number of .{1,40}|no\. of .{1,40}|total n|n total|events|deaths|freq(?:uency)?)$/i.test(
    text,
  )
    ? 'count'
    : 'unknown';
}

/** A column of statistics in which a row that is labelled so can hold counts. */
function isAmongDecimals({ role, name, tally }: Column): boolean {
  if (role === 'statistic') return !isStrongStatistic(name);
  return role === 'dimension' && (tally[CellKind.decimal] ?? 0) > 0;
}

function isNearlyWhole(value: number): boolean {
  return value > 0.5 && Math.abs(value - Math.round(value)) < 1e-4;
}

/** Whether the number in a cell is a count of people, as far as can be said. */
export function isCountCell(view: TableView, row: number, column: Column): boolean {
  const kind = view.table.kinds[row * view.table.columns + column.index];
  const label = view.rowMeanings?.[row] ?? 'unknown';
  if (label === 'statistic' || label === 'percentage' || label === 'extreme') {
    // The name of a column that is called a count says more than a label beside it.
    if (column.meaning !== 'count' || column.role !== 'count') return kind === CellKind.fraction;
  }
  switch (kind) {
    case CellKind.countOf:
    case CellKind.fraction:
      return column.role !== 'label';
    case CellKind.integer:
    case CellKind.bound:
      return column.role === 'count' || (label === 'count' && isAmongDecimals(column));
    case CellKind.decimal:
      // What was meant to be whole and was computed, or was made to look otherwise.
      return (
        column.role === 'count' &&
        column.meaning === 'count' &&
        isNearlyWhole(valueAt(view.table, row, column.index))
      );
    default:
      return false;
  }
}
