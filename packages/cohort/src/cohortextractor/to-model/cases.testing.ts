/**
 * Cases of what the study language means, each with a patient of its own: the rows that the records hold of them, a call,
 * and what it gives. All cases of a file are one study over one database, asked at all of their index dates at once, first
 * of the oracle and then of the real engine.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { dayOf, isoOf } from '../../calendar.ts';
import { evaluateOnDuckDb } from '../../engine/evaluate-on-duckdb.ts';
import { checkModel } from '../../model/check.ts';
import type { CohortModel, Constant, ValueType } from '../../model/model.ts';
import { type Cohort, evaluateCohort, type Source } from '../../oracle/evaluate-cohort.ts';
import type { RecordedCodelist, RecordedValue } from '../../record/document.ts';
import { type TableName, tppSchema } from '../../tpp-schema/schema.ts';
import { lowerStudy } from '../lower-study.ts';
import { type Python, patients, recordedModule } from '../testing.ts';
import { toModel } from './to-model.ts';

type Cells = Readonly<Record<string, Constant>>;

/** Rows by table. Dates are ISO text, moments too ("2020-01-01T10:30"); what is not given is null. */
export type Rows = { readonly [Table in TableName]?: readonly Cells[] };

export interface Case {
  /** The rule, in words. */
  readonly rule: string;
  readonly call: RecordedValue;
  /**
   * What the records hold of the patient. `Patient_ID` is filled in, and so are a birth on 1970-06-01, sex F, no death, and
   * keys, which count up.
   */
  readonly rows?: Rows;
  /** What the column holds; dates as they are written. */
  readonly gives: Constant;
  /** Index date; 2020-02-29 where none is given. */
  readonly at?: string;
  /** Columns before that of the call, under names that no other case of the file uses. */
  readonly columns?: Readonly<Record<string, RecordedValue>>;
}

/** Codelists of the cases, in the order of their first use. */
const codelists: RecordedCodelist[] = [];

/** A codelist, with the categories of its codes perhaps. */
export function codes(
  system: string,
  list: readonly string[] | Readonly<Record<string, string>>,
): RecordedValue {
  const categorised = !Array.isArray(list);
  codelists.push({
    system,
    codes: categorised ? Object.keys(list) : list,
    categories: categorised ? Object.values(list) : null,
  });
  return { codelist: codelists.length - 1 };
}

/** A case in one line: the rule, the function with its arguments, the rows, and what comes of them. */
export function example(
  rule: string,
  [name, given = {}]: readonly [name: string, given?: Readonly<Record<string, Python>>],
  rows: Rows,
  gives: Constant,
  more: Partial<Case> = {},
): Case {
  return { rule, call: patients(name, given), rows, gives, ...more };
}

const DEFAULT_DATE = '2020-02-29';
/** Dates at which no case says what comes out, only that both agree. */
const OTHER_DATES = ['2019-05-05', '2022-12-31'];
/** Identifier of the patient of a case, by its place among the cases of its file. */
export const patientOf = (index: number): number => 1000 + index * 7;

function dayFrom(iso: string): number {
  const day = dayOf(iso);
  if (day === null) throw new RangeError(`${iso} is not a date`);
  return day;
}

function cellOf(type: ValueType, value: Constant): Constant {
  if (typeof value !== 'string') return value;
  if (type === 'date') return dayFrom(value);
  return type === 'datetime' ? Date.parse(value.length === 10 ? value : `${value}Z`) : value;
}

function databaseOf(cases: readonly Case[], shared: Rows): Source['database'] {
  const database: Record<string, Cells[]> = {};
  let keys = 0;
  const add = (table: TableName, cells: Cells, patient: number | null): void => {
    const { columns, key } = tppSchema[table] as {
      columns: Readonly<Record<string, { type: ValueType }>>;
      key: string | null;
    };
    keys += 1;
    const own = patient !== null && 'Patient_ID' in columns ? { Patient_ID: patient } : {};
    const given: Cells = { ...(key === null ? {} : { [key]: keys }), ...own, ...cells };
    const row = Object.entries(columns).map(
      ([name, { type }]) => [name, cellOf(type, given[name] ?? null)] as const,
    );
    const stranger = Object.keys(given).find((name) => !Object.hasOwn(columns, name));
    if (stranger !== undefined) throw new RangeError(`${table} has no column ${stranger}`);
    database[table] = [...(database[table] ?? []), Object.fromEntries(row)];
  };
  const addAll = (rows: Rows, patient: number | null): void => {
    for (const [table, lines] of Object.entries(rows)) {
      for (const line of lines) add(table as TableName, line, patient);
    }
  };
  addAll(shared, null);
  cases.forEach(({ rows = {} }, index) => {
    const patient = patientOf(index);
    const born = { DateOfBirth: '1970-06-01', DateOfDeath: '9999-12-31', Sex: 'F' };
    const [person = {}] = rows.Patient ?? [];
    add('Patient', { ...born, ...person }, patient);
    add('AllowedPatientsWithTypeOneDissent', {}, patient);
    addAll({ ...rows, Patient: [] }, patient);
  });
  return database;
}

const evaluations: Readonly<
  Record<
    string,
    (model: CohortModel, source: Source, dates: readonly number[]) => Promise<readonly Cohort[]>
  >
> = {
  oracle: (model, source, dates) =>
    Promise.resolve(dates.map((date) => evaluateCohort(model, source, date))),
  DuckDB: evaluateOnDuckDb,
};

/** Runs the cases. `shared` are rows of dictionaries, `files` those that the study brings. */
export function specify(
  cases: readonly Case[],
  shared: Rows = {},
  files: Source['files'] = {},
): void {
  const columns: Record<string, RecordedValue> = {};
  cases.forEach((one, index) => {
    Object.assign(columns, one.columns);
    columns[`case_${index}`] = one.call;
  });
  const study = lowerStudy({ ...recordedModule(columns), codelists });
  const model = toModel(study, { today: dayFrom('2021-06-15'), includeTypeOneOptOuts: false });
  const at = cases.map((one) => one.at ?? DEFAULT_DATE);
  const dates = [...new Set([...at, ...OTHER_DATES])].map(dayFrom).sort((a, b) => a - b);
  const source: Source = { database: databaseOf(cases, shared), files, schema: tppSchema };

  test('the model is sound', () => {
    expect(checkModel(model, tppSchema)).toEqual([]);
  });

  const results = new Map<string, readonly Cohort[]>();

  beforeAll(async () => {
    for (const [name, evaluate] of Object.entries(evaluations)) {
      results.set(name, await evaluate(model, source, dates));
    }
  });

  describe.each(Object.keys(evaluations))('%s', (name) => {
    test.each(cases.map((one, index) => [one.rule, one, index] as const))(
      '%s',
      (_rule, one, index) => {
        const cohort = results.get(name)?.[dates.indexOf(dayFrom(at[index] ?? ''))];
        const row = cohort?.rows.find((candidate) => candidate['patient_id'] === patientOf(index));
        const column = model.columns.find((candidate) => candidate.name === `case_${index}`);
        const value = row?.[`case_${index}`] ?? null;
        const written =
          column?.type === 'date' && typeof value === 'number'
            ? isoOf(value).slice(0, column.dateLength ?? 10)
            : value;
        expect(written).toEqual(one.gives);
      },
    );
  });

  test('both give the same of every patient in every column at every date', () => {
    expect(results.get('DuckDB')?.map(inDigits)).toEqual(results.get('oracle')?.map(inDigits));
  });
}

/** Rows with as many digits as do not hang on the order in which numbers are added up. */
function inDigits({ rows }: Cohort): Cohort['rows'] {
  const digits = (value: Constant): Constant =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value;
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, digits(value)])),
  );
}
