/** Tables that describe patients one by one: by an identifier, by a date of birth, or because nothing tells rows apart. */
import type { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { CellKind } from './cell.ts';
import type { Column, TableView } from './columns.ts';
import { placeOfColumn } from './place-of-cell.ts';
import { cellText, type Table } from './table.ts';
import { isAttributeName, isTotalLabel, squeezed, wordsOf } from './vocabulary.ts';

/** Reports all of it. @returns true when the table is of patients, so that its numbers are no counts. */
export function checkPatients(
  view: TableView,
  settings: DisclosureSettings,
  findings: FindingList,
): boolean {
  const { table, columns } = view;
  let identified = false;
  for (const column of columns) {
    if (column.role === 'birth' && hasDates(column)) {
      findings.add('date-of-birth', () => ({
        message: `The column “${column.name}” holds dates of birth.`,
        place: placeOfColumn(table, column.index),
      }));
      identified = true;
    }
    const reason = identifierReason(view, column);
    if (reason === null) continue;
    findings.add('patient-id', () => ({
      message: `The column “${column.name}” ${reason}.`,
      place: placeOfColumn(table, column.index),
    }));
    identified = true;
  }
  const reason = identified
    ? 'its rows carry what identifies a patient'
    : rowsReason(view, settings);
  if (reason === null) return false;
  findings.add('patient-rows', () => ({
    message: `The table has one row per patient or event, as far as can be seen: ${reason}.`,
    ...(table.element === null ? {} : { place: { element: table.element } }),
  }));
  return true;
}

function hasDates({ tally }: Column): boolean {
  return (
    (tally[CellKind.date] ?? 0) + (tally[CellKind.integer] ?? 0) + (tally[CellKind.text] ?? 0) > 0
  );
}

const hash =
  /^(?:0x)?(?:[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i;
const uuid = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const base64Hash = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/_-]{22,88}={0,2}$/;

/** Why the column identifies patients, to complete “The column …”, or null. */
function identifierReason({ table }: TableView, column: Column): string | null {
  const { tally, role, index } = column;
  const filled = table.rows - (tally[CellKind.missing] ?? 0);
  if (role === 'identifier') {
    // A count of identifiers is no identifier: `n_patient_id` is a count by name, `patient_id` never is.
    return table.rows === 0 || filled > 0 ? 'is called as an identifier of patients is' : null;
  }
  if (filled < 2) return null;
  const numbers = tally[CellKind.integer] ?? 0;
  if (numbers === filled && column.least >= 1e9 && column.greatest < 1e10) {
    if (shareOf(table, index, isNhsNumber) > 0.9) return 'holds NHS numbers';
  }
  if (numbers === filled && column.least >= 1e6 && table.rows >= 3 && allDiffer(table, index)) {
    if (column.meaning === 'dimension' && wordsOf(column.name).at(-1) !== 'id') return null;
    if (column.meaning !== 'count')
      return 'holds a different long number in each row, as pseudonyms do';
  }
  if ((tally[CellKind.text] ?? 0) + numbers === filled && filled >= 2) {
    const isSecret = (text: string): boolean =>
      hash.test(text) || uuid.test(text) || base64Hash.test(text) || isSpacedNhsNumber(text);
    // Looked at in the first rows before all are: a column of words ends here.
    if (isSecret(cellText(table, 0, index)) || isSecret(cellText(table, table.rows - 1, index))) {
      if (shareOf(table, index, isSecret) > 0.8)
        return 'holds a code in each row, as pseudonyms are';
    }
  }
  const isIdLike = /^(?:id|.*[_ .-]id|id[_ .-].*|.*key|.*hash|pseudo.*)$/i.test(column.name);
  if (
    isIdLike &&
    table.rows >= 5 &&
    role !== 'label' &&
    allDiffer(table, index) &&
    !isConsecutive(column, table)
  ) {
    return 'is called as an identifier is and differs in each row';
  }
  if (
    /^(?:id|.*[_ .-]?pat(?:ient)?.*id|pseudo.*|.*hash)$/i.test(column.name) &&
    role === 'label' &&
    table.rows >= 5
  ) {
    if (allDiffer(table, index)) return 'is called as an identifier is and differs in each row';
  }
  return null;
}

function isConsecutive({ least, greatest }: Column, { rows }: Table): boolean {
  return (least === 0 || least === 1) && greatest - least === rows - 1 && rows < 200;
}

function shareOf(table: Table, column: number, test: (text: string) => boolean): number {
  let passed = 0;
  let filled = 0;
  for (let row = 0; row < table.rows; row += 1) {
    if (table.kinds[row * table.columns + column] === CellKind.missing) continue;
    filled += 1;
    if (test(cellText(table, row, column))) passed += 1;
  }
  return filled === 0 ? 0 : passed / filled;
}

function allDiffer(table: Table, column: number): boolean {
  const seen = new Set<string>();
  for (let row = 0; row < table.rows; row += 1) {
    if (table.kinds[row * table.columns + column] === CellKind.missing) continue;
    const text = cellText(table, row, column);
    if (seen.has(text)) return false;
    seen.add(text);
  }
  return seen.size > 1;
}

/** Ten digits of which the last checks the others: weights 10 to 2, modulo 11 (NHS Data Dictionary). */
export function isNhsNumber(text: string): boolean {
  if (!/^[1-9]\d{9}$/.test(text)) return false;
  let sum = 0;
  for (let at = 0; at < 9; at += 1) sum += (text.charCodeAt(at) - 0x30) * (10 - at);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === text.charCodeAt(9) - 0x30;
}

function isSpacedNhsNumber(text: string): boolean {
  return /^\d{3}[ -]\d{3}[ -]\d{4}$/.test(text) && isNhsNumber(text.replaceAll(/[ -]/g, ''));
}

/** Why the rows look like patients although none is identified, or null. */
function rowsReason(view: TableView, settings: DisclosureSettings): string | null {
  const { table, columns } = view;
  if (table.rows < 2 || labelled(view) * 2 >= table.rows) return null;
  const attributes = columns.filter((column) => isPersonal(column, table));
  const measures = columns.filter(
    ({ meaning, role }) =>
      (meaning === 'count' && role === 'count') ||
      role === 'percentage' ||
      (meaning === 'statistic' && role === 'statistic'),
  );
  const [first] = attributes.filter(isBodily);
  if (attributes.length >= 3 && first !== undefined) {
    return `columns such as “${first.name}” are values of one person`;
  }
  if (attributes.length >= 2 && measures.length === 0 && !isBreakdown(view)) {
    return `columns such as “${attributes[0]?.name}” and “${attributes[1]?.name}” describe a person, and nothing is counted`;
  }
  if (table.rows >= settings.patientRows && attributes.length >= 3 && isSparse(view)) {
    return 'it has far fewer rows than its columns have combinations';
  }
  if (table.rows < settings.patientRows || columns.length < 2) return null;
  const repeated = repeatedKeys(view);
  if (repeated >= 0.1 * table.rows && repeated >= 2) {
    const many = Math.round((repeated / table.rows) * 100);
    return `${many} % of its rows have the same labels as another row`;
  }
  return null;
}

/** Rows whose label says that they hold a statistic. */
function labelled({ rowMeanings }: TableView): number {
  return rowMeanings?.filter((meaning) => meaning !== 'unknown').length ?? 0;
}

/** A value that is measured on one person and never breaks a table down. */
function isBodily({ name, role, tally }: Column): boolean {
  if (role === 'date') return true;
  return (
    /^(?:bmi|weight|height|sbp|dbp|hba1c|creatinine|egfr|systolic|diastolic)/.test(
      squeezed(name),
    ) && (tally[CellKind.integer] ?? 0) + (tally[CellKind.decimal] ?? 0) > 0
  );
}

/** A breakdown has most combinations of its labels; patients have few of them. */
function isSparse(view: TableView): boolean {
  return density(view) < 0.15;
}

function density({ table, columns }: TableView): number {
  let combinations = 1;
  for (const { index, role } of columns) {
    if (role !== 'label' && role !== 'dimension') continue;
    const seen = new Set<string>();
    for (let row = 0; row < table.rows; row += 1) seen.add(cellText(table, row, index));
    combinations *= seen.size;
  }
  return table.rows / combinations;
}

/** A column that describes one person: exact age, sex, a flag, a date of an event. */
function isPersonal(column: Column, table: Table): boolean {
  const { role, name, tally, least, greatest } = column;
  if (role === 'empty' || role === 'percentage' || role === 'extreme') return false;
  if (name === '') return false;
  if (isFlag(column, table)) return true;
  if (role === 'date' && /date|_dt$|^dt_|day|when|admitted|discharged|died|death/i.test(name)) {
    return !/^(?:date|week|month|year|day|interval_start|interval_end|start_date|end_date|index_date)$/i.test(
      name,
    );
  }
  if (!isAttributeName(name)) return false;
  if (squeezed(name) === 'age' || squeezed(name).startsWith('age')) {
    return (tally[CellKind.integer] ?? 0) > table.rows / 2 && least >= 0 && greatest <= 120;
  }
  // A row that sums up others shows that the column is a breakdown.
  if (role === 'label') {
    for (let row = 0; row < Math.min(table.rows, 400); row += 1) {
      if (isTotalLabel(cellText(table, row, column.index))) return false;
    }
  }
  return true;
}

/** 0 and 1, true and false, or yes and no, each of them more than once. */
function isFlag({ role, index, least, greatest, tally, meaning }: Column, table: Table): boolean {
  if (meaning === 'statistic' || table.rows < 4) return false;
  if (role === 'count' || role === 'dimension') {
    const integers = tally[CellKind.integer] ?? 0;
    return (
      integers === table.rows - (tally[CellKind.missing] ?? 0) && least === 0 && greatest === 1
    );
  }
  if (role !== 'label') return false;
  const [first, ...rest] = new Set(
    Array.from({ length: Math.min(table.rows, 60) }, (_, row) =>
      cellText(table, row, index).toLowerCase(),
    ),
  );
  const words = ['true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', ''];
  return (
    first !== undefined &&
    rest.length >= 1 &&
    [first, ...rest].every((word) => words.includes(word))
  );
}

/** A value for most combinations of the labels: what a breakdown looks like whose counts are not called so. */
function isBreakdown(view: TableView): boolean {
  const values = view.columns.filter(
    ({ role, meaning }) => role === 'count' && meaning !== 'dimension',
  );
  if (values.some(({ greatest, least }) => greatest > 300 && least >= 0)) return true;
  return (
    values.some(({ greatest }) => greatest > 1) && density(view) >= 0.5 && repeatedKeys(view) === 0
  );
}

/** Rows whose key (all labels, dimensions and dates, and columns that run steadily) another row has as well. */
function repeatedKeys({ table, columns }: TableView): number {
  const keys = columns.filter(
    ({ role }) => role === 'label' || role === 'dimension' || role === 'date',
  );
  const isSteady = steadyColumns(table, columns);
  if (keys.length === 0 && isSteady.length > 0) return 0;
  const all = [...keys, ...isSteady.filter((column) => !keys.includes(column))];
  if (all.length === 0) return looksPivoted(columns, table) ? 0 : table.rows;
  const seen = new Map<string, number>();
  const above: string[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    let key = '';
    for (const [at, { index, role }] of all.entries()) {
      let text = cellText(table, row, index);
      // A label that is written once stands for the rows below it too.
      if (text === '' && role === 'label') text = above[at] ?? '';
      else above[at] = text;
      key += `${text}\u001f`;
    }
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  let repeated = 0;
  for (const count of seen.values()) if (count > 1) repeated += count;
  return repeated;
}

/** Columns whose numbers only rise or only fall, or do so again and again over spans of the same length: axes of figures. */
function steadyColumns(table: Table, columns: readonly Column[]): readonly Column[] {
  return columns.filter(({ role, index, meaning }) => {
    if (role === 'label' || role === 'empty' || meaning === 'count') return false;
    let turns = 0;
    let rising = 0;
    let same = 0;
    for (let row = 1; row < table.rows; row += 1) {
      const step =
        (table.values[row * table.columns + index] ?? Number.NaN) -
        (table.values[(row - 1) * table.columns + index] ?? Number.NaN);
      if (Number.isNaN(step)) return false;
      if (step > 0) rising += 1;
      else if (step < 0) turns += 1;
      else same += 1;
    }
    if (same > 0) return false;
    const steps = table.rows - 1;
    const few = Math.min(rising, turns);
    // A few turns among many steps are where the next group begins.
    return few === 0 || few <= steps / 6;
  });
}

/** A small table of counts alone, one row a group whose name was left out. */
function looksPivoted(columns: readonly Column[], { rows }: Table): boolean {
  return rows < 20 && columns.every(({ role }) => role === 'count' || role === 'percentage');
}
