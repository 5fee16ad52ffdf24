import { isoOf } from '../calendar.ts';
import type { Measure } from '../cohortextractor/study.ts';
import { pythonFloat } from '../formats/python-float.ts';
import type { RawColumn, RawTable } from '../formats/raw-table.ts';
import { NO_DATE } from '../table.ts';
import { measureFaults } from './faults.ts';

/** In a measure: one a row, or one group of everybody. */
export const POPULATION = 'population';

/** How numbers are written: as whole numbers, with a decimal point, or as Python's True and False. */
export type NumberKind = 'int' | 'float' | 'bool';

export interface NumberColumn {
  readonly name: string;
  readonly kind: NumberKind;
  /** NaN where missing. */
  readonly values: Float64Array;
}

export interface GroupColumn {
  readonly name: string;
  /** Index into `labels`, or -1: such rows belong to no group. */
  readonly codes: Int32Array;
  /** As they are written, in the order of the output. */
  readonly labels: readonly string[];
  /** Categories: their combinations appear in the output also when no row has them. */
  readonly categorical: boolean;
}

/** What measures need of one cohort file. */
export interface MeasureData {
  readonly rows: number;
  readonly numbers: ReadonlyMap<string, NumberColumn>;
  readonly groups: ReadonlyMap<string, GroupColumn>;
}

/** Names of the columns that measures read, by their use. A column that some measure adds up is a number for all. */
export function columnsOf(measures: readonly Measure[]): {
  readonly numbers: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
} {
  const numbers = new Set(
    measures.flatMap(({ numerator, denominator }) => [numerator, denominator]),
  );
  const groups = new Set(measures.flatMap(({ groupBy }) => groupBy ?? []));
  numbers.delete(POPULATION);
  groups.delete(POPULATION);
  return { numbers, groups };
}

/**
 * Takes from a table what measures need, in the types that they have in each format (cohort-extractor §6): in CSV every
 * number is a float and every group a category, a blank one too; in the binary formats columns keep their own types,
 * and missing groups (null in Feather; Stata has none) are dropped.
 *
 * Faults: `measure-column-missing`, `measure-column-not-number`.
 */
export function measureData(
  table: RawTable,
  measures: readonly Measure[],
  isCsv: boolean,
  file: string,
): MeasureData {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const find = (name: string): RawColumn => {
    const column = byName.get(name);
    if (column !== undefined) return column;
    const measure =
      measures.find(({ numerator, denominator, groupBy }) =>
        [numerator, denominator, ...(groupBy ?? [])].includes(name),
      )?.id ?? '';
    throw measureFaults.error('measure-column-missing', { file, column: name, measure }, { file });
  };

  const needed = columnsOf(measures);
  const numbers = new Map<string, NumberColumn>();
  for (const name of needed.numbers) numbers.set(name, numberColumn(find(name), isCsv, file));
  const groups = new Map<string, GroupColumn>();
  for (const name of needed.groups) {
    const number = numbers.get(name);
    groups.set(
      name,
      isCsv && number !== undefined ? groupOfNumbers(number) : groupColumn(find(name), isCsv),
    );
  }

  numbers.set(POPULATION, {
    name: POPULATION,
    kind: 'int',
    values: new Float64Array(table.rows).fill(1),
  });
  groups.set(POPULATION, {
    name: POPULATION,
    codes: new Int32Array(table.rows),
    labels: ['1'],
    categorical: false,
  });
  return { rows: table.rows, numbers, groups };
}

/** Numbers as pandas reads them from text. */
const NUMBER = /^ *[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity) *$/i;

function numberColumn(column: RawColumn, isCsv: boolean, file: string): NumberColumn {
  const { name, kind } = column;
  if (kind === 'text' && isCsv) {
    const parsed = column.labels.map((label) => {
      const text = String(label);
      return NUMBER.test(text) ? Number(text.replace(/inf.*/i, 'Infinity')) : Number.NaN;
    });
    const values = Float64Array.from(column.values, (code, index) => {
      const value = parsed[code] ?? Number.NaN;
      if (!Number.isNaN(value)) return value;
      throw measureFaults.error(
        'measure-column-not-number',
        { file, column: name, row: index + 2 },
        { file },
      );
    });
    return { name, kind: 'float', values };
  }
  if (kind === 'text' || kind === 'date') {
    throw measureFaults.error(
      'measure-column-not-number',
      { file, column: name, row: null },
      { file },
    );
  }
  return { name, kind, values: Float64Array.from(column.values) };
}

function groupColumn(column: RawColumn, isCsv: boolean): GroupColumn {
  const { name } = column;
  if (column.kind === 'text') {
    const labels = column.labels.map((label) =>
      typeof label === 'number' && !Number.isInteger(label) ? pythonFloat(label) : String(label),
    );
    if (column.categorical) return { name, codes: column.values, labels, categorical: true };
    const order = labels.map((_, code) => code).sort((a, b) => compare(labels[a], labels[b]));
    return { name, ...renumbered(column.values, labels, order), categorical: isCsv };
  }
  if (column.kind === 'date') {
    return groupOf(name, column.values, (value) => value === NO_DATE, isoOf);
  }
  return groupOfNumbers({ ...column, values: Float64Array.from(column.values) });
}

function groupOfNumbers({ name, kind, values }: NumberColumn): GroupColumn {
  const write = { int: String, float: pythonFloat, bool: (value: number) => pythonBool(value) }[
    kind
  ];
  return groupOf(name, values, Number.isNaN, write);
}

export function pythonBool(value: number): string {
  return value === 0 ? 'False' : 'True';
}

/** Groups by value, in ascending order. */
function groupOf(
  name: string,
  values: Float64Array | Int32Array,
  isMissing: (value: number) => boolean,
  write: (value: number) => string,
): GroupColumn {
  const distinct = [...new Set(values)].filter((value) => !isMissing(value)).sort((a, b) => a - b);
  const codes = new Map(distinct.map((value, code) => [value, code]));
  return {
    name,
    codes: Int32Array.from(values, (value) => codes.get(value) ?? -1),
    labels: distinct.map(write),
    categorical: false,
  };
}

function renumbered(
  values: Int32Array,
  labels: readonly string[],
  order: readonly number[],
): { codes: Int32Array; labels: string[] } {
  const places = new Int32Array(order.length);
  for (const [place, code] of order.entries()) places[code] = place;
  return {
    codes: values.map((code) => places[code] ?? -1),
    labels: order.map((code) => labels[code] ?? ''),
  };
}

/** By code points, as Python sorts text; the order of UTF-8's bytes is the same. */
function compare(a = '', b = ''): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
