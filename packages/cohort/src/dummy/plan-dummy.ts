/**
 * Dummy data: rows that look like an extract, made from what a study expects of each column and from nothing else. The
 * population, conditions between columns and dates that depend on other columns play no part (cohort-extractor §4).
 */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { Study, StudyColumn } from '../cohortextractor/study.ts';
import type { Table, TableColumn } from '../table.ts';
import { compileColumn, type Generator, type Run } from './compile-column.ts';
import { readFileColumns } from './file-columns.ts';
import { cutToFormat } from './fill-column.ts';
import { distinctNumbers } from './incidence.ts';
import { Random } from './random.ts';

export interface DummyOptions {
  /** Rows of each table, unless a column comes from a file: then its rows. */
  readonly population: number;
  /** ISO date that `today` stands for. */
  readonly today: string;
  /** The same seed gives the same values; each column and each index date has a stream of its own. */
  readonly seed: number;
  /** Reads a file of the study, by its path as the study has it. Throws when it cannot. */
  readonly readFile: (path: string) => Uint8Array;
}

export interface DummyPlan {
  /** Rows of every table. */
  readonly rows: number;
  /** What is odd about the expectations without keeping them from being used. */
  readonly warnings: readonly Diagnostic[];
  /**
   * The rows for one index date as YYYY-MM-DD; null stands for the study's own. Throws a FaultError when an expected date has no value
   * at that index date.
   */
  readonly table: (indexDate: string | null) => Table;
}

const PATIENT_ID = 'patient_id';

/** Ids are drawn from this many times the number of rows. */
const IDS_A_ROW = 10;

/**
 * Checks the expectations of every column and prepares its generator.
 *
 * @throws FaultError with all faults of all columns.
 */
export function planDummy(study: Study, options: DummyOptions): DummyPlan {
  const faults: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const today = dayNamed(options.today);
  const ownDay = study.indexDate === null ? null : dayNamed(study.indexDate);
  const used = columnsInUse(study);
  const files = readFileColumns(used, options.readFile, faults);
  const rows = files?.patients.length ?? options.population;

  const generators = new Map<string, Generator>();
  for (const column of used) {
    const fromFile = files?.columns.get(column.name);
    const generator =
      fromFile === undefined
        ? compileColumn({ study, column, rows, ownDay, today }, faults, warnings)
        : () => fromFile;
    if (generator !== null) generators.set(column.name, generator);
  }
  if (faults.length > 0) throw new FaultError(withoutRepeats(faults));

  const order = outputOrder(study);
  return {
    rows,
    warnings: withoutRepeats(warnings),
    table: (indexDate) => {
      const random = (column: string): Random =>
        Random.of(options.seed, study.module, column, indexDate ?? study.indexDate);
      const made = new Map<string, TableColumn>();
      const run: Run = {
        indexDay: indexDate === null ? ownDay : dayNamed(indexDate),
        random,
        column: (name) => {
          const known = made.get(name);
          if (known !== undefined) return known;
          const generator = generators.get(name);
          if (generator === undefined) throw new RangeError(`no generator for column ${name}`);
          const column = generator(run);
          made.set(name, column);
          return column;
        },
      };
      // Only now, because maxima and minima compare whole dates.
      const columns = order.map((name) => withoutHiddenDays(run.column(name)));
      const ids: TableColumn = {
        name: PATIENT_ID,
        type: 'int',
        values: files?.patients ?? distinctNumbers(random(PATIENT_ID), rows, rows * IDS_A_ROW),
      };
      return { rows, columns: files === null ? [...columns, ids] : [ids, ...columns] };
    },
  };
}

/** Binary files store whole days, so a date must not know more than its format shows. */
function withoutHiddenDays(column: TableColumn): TableColumn {
  if (column.type !== 'date') return column;
  return { ...column, values: cutToFormat(column.values, column.format) };
}

function dayNamed(iso: string): number {
  const day = dayOf(iso);
  if (day === null) throw new RangeError(`no such date: ${iso}`);
  return day;
}

/** The columns of the output in the order of the definition. */
export function visibleColumns(study: Study): readonly StudyColumn[] {
  return study.columns.filter(({ hidden, name }) => !hidden && name !== 'population');
}

/** The columns that need values: the visible ones, and hidden ones that a maximum or minimum among them reads. */
function columnsInUse(study: Study): readonly StudyColumn[] {
  const byName = new Map(study.columns.map((column) => [column.name, column]));
  const used = new Set(visibleColumns(study));
  // A set iterates over what is added meanwhile.
  for (const { definition } of used) {
    if (definition.kind !== 'aggregate') continue;
    for (const name of definition.inputs) {
      const input = byName.get(name);
      if (input !== undefined) used.add(input);
    }
  }
  return [...used];
}

/** Files, dates, the rest, constants, maxima and minima, each in the order of the definition (cohort-extractor §4.3). */
function outputOrder(study: Study): readonly string[] {
  const rank = ({ definition, type }: StudyColumn): number => {
    switch (definition.kind) {
      case 'file':
        return 0;
      case 'records':
      case 'date-of':
        return type === 'date' ? 1 : 2;
      case 'category':
        return 2;
      case 'fixed':
        return 3;
      case 'aggregate':
        return 4;
    }
  };
  return visibleColumns(study)
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ name }) => name);
}

/** A fault of the defaults is found once for every column that uses them. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const byText = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
  return [...byText.values()];
}
