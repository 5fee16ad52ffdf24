/** From one column of a study to the function that makes its dummy values (cohort-extractor §4.2 to 4.5). */
import { type Diagnostic, FaultError, type Place } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { Study, StudyColumn } from '../cohortextractor/study.ts';
import { type DateFormat, NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import { aggregateColumns } from './aggregate-columns.ts';
import { discrete } from './discrete.ts';
import { type Expectations, readExpectations } from './expectations.ts';
import {
  type ExpectedDay,
  type ExpectedRange,
  evaluateBounds,
  evaluateRange,
  type References,
  readExpectedDay,
} from './expected-range.ts';
import {
  blankRows,
  blanksOf,
  cutDates,
  fillCodes,
  fillDates,
  numberFiller,
} from './fill-column.ts';
import { chooseBlanks } from './incidence.ts';
import type { Random } from './random.ts';
import type { GeneratorKind } from './value-expectations.ts';
import type { Dict } from './written-expectations.ts';

/** One table in the making. */
export interface Run {
  /** Day number of the table's index date, null when there is none. */
  readonly indexDay: number | null;
  /** The stream of random numbers of a column. */
  readonly random: (column: string) => Random;
  /** Another column of the same table, made when it is not there yet. */
  readonly column: (name: string) => TableColumn;
}

export type Generator = (run: Run) => TableColumn;

export interface ColumnToCompile {
  readonly study: Study;
  readonly column: StudyColumn;
  readonly rows: number;
  /** Day number of the study's own index date. */
  readonly ownDay: number | null;
  readonly today: number;
}

/** Columns of these values are numbers in real extracts, but expectations give them as categories. */
const NUMBERS_AS_CATEGORIES: ReadonlySet<unknown> = new Set([
  'index_of_multiple_deprivation',
  'rural_urban_classification',
]);

/** Which expectations a column needs. */
export function generatorKind({ type, definition }: StudyColumn): GeneratorKind {
  if (type === 'str') return 'category';
  if (type === 'date') return definition.kind === 'category' ? 'category' : 'date';
  const asCategory =
    definition.kind === 'records' && NUMBERS_AS_CATEGORIES.has(definition.arguments['returning']);
  return asCategory ? 'category' : type;
}

/** How the dates of a column are written (cohort-extractor §1.4). */
export function dateFormatOf(column: StudyColumn): DateFormat {
  return column.dateFormat ?? 'YYYY';
}

/** The generator of a column, or null when faults were added. */
export function compileColumn(
  subject: ColumnToCompile,
  faults: Diagnostic[],
  warnings: Diagnostic[],
): Generator | null {
  const { column, rows } = subject;
  const { name, definition } = column;
  switch (definition.kind) {
    case 'file':
      // Only when its file has faults, which have been told.
      return null;
    case 'fixed': {
      const constant = fixedColumn(column, definition.value, rows);
      return () => constant;
    }
    case 'aggregate': {
      const { function: chosen, inputs } = definition;
      return (run) => aggregateColumns(name, chosen, inputs.map(run.column));
    }
    case 'records':
    case 'date-of':
    case 'category':
      return compileExpectations(subject, faults, warnings);
  }
}

function fixedColumn(
  column: StudyColumn,
  value: string | number | boolean,
  rows: number,
): TableColumn {
  const { name, type } = column;
  switch (type) {
    case 'bool':
      return { name, type, values: new Uint8Array(rows).fill(Number(value)) };
    case 'int':
    case 'float':
      return { name, type, values: new Float64Array(rows).fill(Number(value)) };
    case 'date': {
      const day = dayOf(String(value)) ?? NO_DATE;
      return { name, type, values: new Int32Array(rows).fill(day), format: dateFormatOf(column) };
    }
    case 'str':
      return { name, type, values: new Int32Array(rows), labels: [String(value)] };
  }
}

function compileExpectations(
  subject: ColumnToCompile,
  faults: Diagnostic[],
  warnings: Diagnostic[],
): Generator | null {
  const { study, column } = subject;
  const kind = generatorKind(column);
  const defaultsPlace = placeOfDefaults(study);
  const dateColumn = kind === 'date' ? null : dateColumnOf(column, study);
  const expectations = readExpectations(
    {
      column,
      kind,
      own: ownExpectations(column, study),
      defaults: study.defaultExpectations,
      defaultsPlace,
      masked: dateColumn !== null,
      rows: subject.rows,
    },
    faults,
  );
  if (expectations === null) return null;

  const day = (side: 'earliest' | 'latest'): ExpectedDay | null =>
    readExpectedDay(expectations[side], side, column, defaultsPlace, faults);
  if (kind === 'date') {
    const [earliest, latest] = [day('earliest'), day('latest')];
    return earliest === null || latest === null
      ? null
      : compileDates(subject, expectations, { earliest, latest }, faults, warnings);
  }
  // Where no date is made, None will do; what is written must be a date all the same.
  if (expectations.earliest.value !== null) day('earliest');
  if (expectations.latest.value !== null) day('latest');
  return compileValues(subject, expectations, dateColumn);
}

function compileDates(
  { column, rows, ownDay, today }: ColumnToCompile,
  { rate, blanks }: Expectations,
  range: ExpectedRange,
  faults: Diagnostic[],
  warnings: Diagnostic[],
): Generator | null {
  const { name, definition, hidden } = column;
  const period = definition.kind === 'records' ? definition.period : {};
  const format = dateFormatOf(column);
  /**
   * A visible column's own dates stay at the study's index date when that is moved; those of hidden inputs follow it, as
   * the defaults always do. Published studies were written against this (cohort-extractor §4.5).
   */
  const references = (indexDay: number | null): References => {
    const moved = { indexDate: indexDay, today };
    return { own: hidden ? moved : { indexDate: ownDay, today }, defaults: moved };
  };
  try {
    evaluateRange(range, references(ownDay), rate, column, warnings);
    evaluateBounds(period, references(ownDay).own, column);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    faults.push(...error.diagnostics);
    return null;
  }
  return (run) => {
    const random = run.random(name);
    const at = references(run.indexDay);
    const values = fillDates(random, rows, rate, evaluateRange(range, at, rate, column, []));
    blankRows(values, chooseBlanks(random, rows, blanks), NO_DATE);
    const bounds = evaluateBounds(period, at.own, column);
    cutDates(values, bounds.from, bounds.to);
    return { name, type: 'date', values, format };
  };
}

function compileValues(
  { column, rows }: ColumnToCompile,
  { values: expected, blanks }: Expectations,
  dateColumn: string | null,
): Generator | null {
  const { name } = column;
  const blankOf = (run: Run, random: Random): Uint8Array | null => {
    if (dateColumn === null) return chooseBlanks(random, rows, blanks);
    const dates = run.column(dateColumn);
    return dates.type === 'date' ? blanksOf(dates.values) : null;
  };
  switch (expected.kind) {
    case 'date':
      return null;
    case 'bool':
      return (run) => {
        const values = new Uint8Array(rows).fill(1);
        blankRows(values, blankOf(run, run.random(name)), 0);
        return { name, type: 'bool', values };
      };
    case 'int':
    case 'float': {
      const { kind, distribution } = expected;
      const fill = numberFiller(distribution, kind === 'int');
      return (run) => {
        const random = run.random(name);
        const values = fill(random, rows);
        blankRows(values, blankOf(run, random), 0);
        return { name, type: kind, values };
      };
    }
    case 'category': {
      const { ratios } = expected;
      const distribution = discrete(ratios.map(([, weight]) => weight));
      if (column.type === 'date') {
        const days = Int32Array.from(ratios, ([label]) => dayOf(label) ?? NO_DATE);
        return (run) => {
          const random = run.random(name);
          const values = fillCodes(random, rows, distribution, days);
          blankRows(values, blankOf(run, random), NO_DATE);
          return { name, type: 'date', values, format: dateFormatOf(column) };
        };
      }
      // A blank label is written as a missing value is.
      const labels = ratios.map(([label]) => label).filter((label) => label !== '');
      const codes = Int32Array.from(ratios, ([label]) => labels.indexOf(label));
      // Defaults may add labels of their own.
      const isNumeric = column.numericRatios === true && labels.every((one) => /^-?\d+$/.test(one));
      const numeric = isNumeric ? ({ numeric: true } as const) : {};
      return (run) => {
        const random = run.random(name);
        const values = fillCodes(random, rows, distribution, codes);
        blankRows(values, blankOf(run, random), NO_CATEGORY);
        return { name, type: 'str', values, labels, ...numeric };
      };
    }
  }
}

/** What a column itself expects: the date of another column takes that column's expectations. */
function ownExpectations(column: StudyColumn, study: Study): Dict | null {
  const { definition } = column;
  if (definition.kind !== 'date-of') return column.expectations;
  return study.columns.find(({ name }) => name === definition.source)?.expectations ?? null;
}

/** The visible date column that decides in which rows this one has a value: the last that is its date, or null. */
function dateColumnOf(column: StudyColumn, study: Study): string | null {
  const date = study.columns.findLast(
    ({ hidden, definition }: StudyColumn) =>
      !hidden && definition.kind === 'date-of' && definition.source === column.name,
  );
  return date?.name ?? null;
}

/** The recorder keeps no place for default_expectations; the file is known from the columns. */
function placeOfDefaults(study: Study): Place {
  const file = study.columns.at(-1)?.place.file;
  return file === undefined ? {} : { file };
}
