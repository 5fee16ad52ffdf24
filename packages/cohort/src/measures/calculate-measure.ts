import type { Measure } from '../cohortextractor/study.ts';
import { csvLine } from '../formats/csv-cell.ts';
import { pythonFloat } from '../formats/python-float.ts';
import { measureFaults } from './faults.ts';
import {
  type GroupColumn,
  type MeasureData,
  type NumberColumn,
  POPULATION,
  pythonBool,
} from './measure-data.ts';
import { suppressSmallNumbers } from './suppress-small-numbers.ts';

/** Rows that a measure may have for one date. */
const MOST_GROUPS = 2_000_000;

/** A measure for one date: groups first, then what was added up, then the value. Every text is as CSV has it. */
export interface MeasureTable {
  readonly header: readonly string[];
  readonly rows: number;
  readonly cell: (row: number, column: number) => string;
}

interface Groups {
  readonly columns: readonly GroupColumn[];
  /** Of each output row, and each group column: the label's index. */
  readonly labels: readonly Int32Array[];
  readonly rows: number;
  /** The output row of each patient, or -1. */
  readonly rowOf: Int32Array;
}

/**
 * Adds up numerator and denominator per group, suppresses small numbers where the measure asks for it, and divides
 * (cohort-extractor §6). `report` is told what was suppressed.
 *
 * Fault: `measure-too-many-groups`.
 */
export function calculateMeasure(
  measure: Measure,
  data: MeasureData,
  report: (message: string) => void,
): MeasureTable {
  const { groupBy } = measure;
  const everybody = groupBy?.length === 1 && groupBy[0] === POPULATION;
  const names = [...new Set([measure.numerator, measure.denominator])];
  // One group of everybody has the number of patients as a column of its own.
  if (everybody && !names.includes(POPULATION)) names.push(POPULATION);

  const groups = groupBy === null || everybody ? null : groupRows(measure, data);
  const sums = new Map<string, NumberColumn>();
  for (const name of names) {
    const column = data.numbers.get(name);
    if (column === undefined) throw new TypeError(`no column ${name}`);
    if (groupBy === null) sums.set(name, { ...column, values: column.values.slice() });
    else if (groups !== null) sums.set(name, sumOf(column, groups.rows, groups.rowOf));
    else sums.set(name, sumOf(column, Math.min(data.rows, 1), new Int32Array(data.rows)));
  }

  if (measure.smallNumberSuppression) {
    for (const name of [measure.numerator, measure.denominator]) {
      const column = sums.get(name);
      if (column === undefined) continue;
      const done = suppressSmallNumbers(column.values);
      if (done === 'none') continue;
      report(`Suppressed small numbers in column ${name} of measure ${measure.id}`);
      if (done === 'more') {
        report(`Suppressed the next larger numbers too in column ${name} of measure ${measure.id}`);
      }
      // Whole numbers of which some are missing are floats, in pandas; flags keep their words.
      if (column.kind === 'int') sums.set(name, { ...column, kind: 'float' });
    }
  }

  const numerator = sums.get(measure.numerator)?.values ?? new Float64Array();
  const denominator = sums.get(measure.denominator)?.values ?? new Float64Array();
  const value: NumberColumn = {
    name: 'value',
    kind: 'float',
    values: numerator.map((number, row) => number / (denominator[row] ?? Number.NaN)),
  };
  const numbers = [...sums.values(), value];
  const groupColumns = groups?.columns ?? [];
  return {
    header: [...groupColumns, ...numbers].map(({ name }) => name),
    rows: value.values.length,
    cell: (row, column) => {
      const group = groupColumns[column];
      if (group !== undefined) return group.labels[groups?.labels[column]?.[row] ?? -1] ?? '';
      const number = numbers[column - groupColumns.length];
      return number === undefined ? '' : written(number, row);
    },
  };
}

/** A measure's table as CSV with LF line ends, in pieces. */
export function* measureCsv(table: MeasureTable): Generator<Buffer> {
  const columns = table.header.map((_, column) => column);
  let lines = [csvLine(table.header)];
  for (let row = 0; row < table.rows; row++) {
    lines.push(csvLine(columns.map((column) => table.cell(row, column))));
    if (lines.length < 10_000) continue;
    yield Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
  }
  if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`);
}

function written({ kind, values }: NumberColumn, row: number): string {
  const value = values[row] ?? Number.NaN;
  if (Number.isNaN(value)) return '';
  switch (kind) {
    case 'int':
      return String(value);
    case 'float':
      return pythonFloat(value);
    case 'bool':
      return pythonBool(value);
  }
}

/**
 * Finds the group of every row. Groups are in the order of their labels, the first column slowest. With categories among
 * the columns every combination of all columns' values is a group; without, those that occur.
 */
function groupRows(measure: Measure, data: MeasureData): Groups {
  const columns = [...new Set(measure.groupBy)].map((name): GroupColumn => {
    const column = data.groups.get(name);
    if (column === undefined) throw new TypeError(`no column ${name}`);
    return column;
  });
  const combinations = columns.reduce((product, { labels }) => product * labels.length, 1);
  const tooMany = (): Error =>
    measureFaults.error(
      'measure-too-many-groups',
      { measure: measure.id, limit: MOST_GROUPS },
      measure.place,
    );
  if (!Number.isSafeInteger(combinations)) throw tooMany();

  // A combination as one number: each column's label is a digit.
  const keys = new Float64Array(data.rows);
  for (const { codes, labels } of columns) {
    for (let row = 0; row < data.rows; row++) {
      const code = codes[row] ?? -1;
      const key = keys[row] ?? -1;
      keys[row] = key < 0 || code < 0 ? -1 : key * labels.length + code;
    }
  }

  const all = columns.some(({ categorical }) => categorical);
  let present: readonly number[] | null = null;
  let rowOf: Int32Array;
  if (all) {
    if (combinations > MOST_GROUPS) throw tooMany();
    rowOf = Int32Array.from(keys);
  } else {
    present = [...new Set(keys)].filter((key) => key >= 0).sort((a, b) => a - b);
    if (present.length > MOST_GROUPS) throw tooMany();
    const places = new Map(present.map((key, place) => [key, place]));
    rowOf = Int32Array.from(keys, (key) => places.get(key) ?? -1);
  }

  const rows = present?.length ?? combinations;
  const labels = columns.map(() => new Int32Array(rows));
  for (let row = 0; row < rows; row++) {
    let key = present === null ? row : (present[row] ?? 0);
    for (let column = columns.length - 1; column >= 0; column--) {
      const radix = columns[column]?.labels.length ?? 1;
      const rest = Math.floor(key / radix);
      const digits = labels[column];
      if (digits !== undefined) digits[row] = key - rest * radix;
      key = rest;
    }
  }
  return { columns, labels, rows, rowOf };
}

/**
 * Sums per group, missing values left out. Floats are added with Kahan's compensation, as pandas does, so that the last
 * digit agrees. Flags are counted.
 */
function sumOf(column: NumberColumn, rows: number, rowOf: Int32Array): NumberColumn {
  const sums = new Float64Array(rows);
  const lost = new Float64Array(rows);
  for (let row = 0; row < rowOf.length; row++) {
    const group = rowOf[row] ?? -1;
    const value = column.values[row] ?? Number.NaN;
    if (group < 0 || Number.isNaN(value)) continue;
    const before = sums[group] ?? 0;
    const addend = value - (lost[group] ?? 0);
    const after = before + addend;
    lost[group] = Number.isFinite(after) ? after - before - addend : 0;
    sums[group] = after;
  }
  return { name: column.name, kind: column.kind === 'float' ? 'float' : 'int', values: sums };
}
