/** Studies in few words, for tests. */
import { dayOf } from '../calendar.ts';
import type { DateExpression } from '../cohortextractor/date-expression.ts';
import { parseDateExpression } from '../cohortextractor/parse-date-expression.ts';
import type {
  ArgumentValue,
  ColumnDefinition,
  Study,
  StudyColumn,
} from '../cohortextractor/study.ts';
import type { Table, TableColumn } from '../table.ts';
import { type DummyOptions, type DummyPlan, planDummy } from './plan-dummy.ts';

export type ColumnWords = Partial<Omit<StudyColumn, 'name' | 'expectations'>> & {
  readonly expectations?: Readonly<Record<string, ArgumentValue>> | null;
};

/** Defaults with which a flag or a date needs nothing more. */
export const DEFAULTS: Readonly<Record<string, ArgumentValue>> = {
  date: { earliest: '2020-01-01', latest: '2021-01-01' },
  rate: 'uniform',
  incidence: 0.5,
};

export const fileName = 'analysis/study_definition.py';

/** A study of the given columns, one a line from line 10, with a population behind them. */
export function studyOf(
  columns: Readonly<Record<string, ColumnWords>>,
  study: Partial<Omit<Study, 'columns'>> = {},
): Study {
  const named = [...Object.entries(columns), ['population', {}] as const];
  return {
    module: 'study_definition',
    indexDate: null,
    defaultExpectations: DEFAULTS,
    measures: [],
    ...study,
    columns: named.map(([name, words], index): StudyColumn => {
      return {
        name,
        type: 'bool',
        hidden: false,
        definition: records(),
        expectations: null,
        labels: null,
        place: { file: fileName, line: 10 + index },
        ...words,
      };
    }),
  };
}

/** A column from the records, with bounds as the study language writes them. */
export function records(
  bounds: { from?: string; to?: string } = {},
  column: { function?: string; returning?: string } = {},
  columns: readonly string[] = [],
): ColumnDefinition {
  const day = (text: string): DateExpression => {
    const parsed = parseDateExpression(text, new Set(columns));
    if ('problem' in parsed) throw new Error(parsed.problem);
    return parsed.date;
  };
  return {
    kind: 'records',
    function: column.function ?? 'with_these_clinical_events',
    arguments: column.returning === undefined ? {} : { returning: column.returning },
    period: {
      ...(bounds.from === undefined ? {} : { from: day(bounds.from) }),
      ...(bounds.to === undefined ? {} : { to: day(bounds.to) }),
    },
  };
}

export function aggregate(chosen: 'maximum' | 'minimum', ...inputs: string[]): ColumnDefinition {
  return { kind: 'aggregate', function: chosen, inputs };
}

export function plan(study: Study, options: Partial<DummyOptions> = {}): DummyPlan {
  return planDummy(study, {
    population: 1000,
    today: '2022-06-01',
    seed: 1,
    readFile: (path) => {
      throw new Error(`no file ${path}`);
    },
    ...options,
  });
}

export function columnOf<T extends TableColumn['type']>(
  table: Table,
  name: string,
  type: T,
): Extract<TableColumn, { type: T }> {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.type !== type) throw new Error(`${name} is ${column?.type ?? 'missing'}`);
  return column as Extract<TableColumn, { type: T }>;
}

/** Day number of an ISO date that there is. */
export function day(iso: string): number {
  const number = dayOf(iso);
  if (number === null) throw new Error(iso);
  return number;
}
