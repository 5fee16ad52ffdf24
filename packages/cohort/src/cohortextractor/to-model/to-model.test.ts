/** What is true of every lowered study: that all of the language is there, and how populations, opt-outs and faults come out. */
import { FaultError } from '@vitrine/pipeline';
import { describe, expect, it, test } from 'vitest';
import { dayNumber } from '../../calendar.ts';
import { checkModel } from '../../model/check.ts';
import type { CohortModel } from '../../model/model.ts';
import { evaluateCohort } from '../../oracle/evaluate-cohort.ts';
import type { RecordedValue } from '../../record/document.ts';
import { tppSchema } from '../../tpp-schema/schema.ts';
import { functionRules } from '../functions/index.ts';
import type { Study } from '../study.ts';
import { codes, dict, lower, type Python, patients, type StudyParts } from '../testing.ts';
import { checkDates } from './check-dates.ts';
import { lowerFunction } from './functions.ts';
import { type ModelSettings, toModel } from './to-model.ts';

const settings: ModelSettings = { today: dayNumber(2021, 6, 15), includeTypeOneOptOuts: false };
const indexDate = dayNumber(2020, 2, 29);

const modelOf = (
  columns: Readonly<Record<string, RecordedValue>>,
  parts: StudyParts = {},
): CohortModel => toModel(lower(columns, parts), settings);

test('every function that reads records is lowered, and nothing else', () => {
  const names = [...functionRules]
    .filter(([, { makes }]) => makes === 'records')
    .map(([name]) => name);
  expect(Object.keys(lowerFunction).toSorted()).toEqual(names.toSorted());
});

describe('every value that a function can return', () => {
  const required: Readonly<Record<string, Readonly<Record<string, Python>>>> = {
    registered_practice_as_of: { date: 'index_date' },
    address_as_of: { date: 'index_date' },
    household_as_of: { reference_date: '2020-02-01' },
    with_these_clinical_events: { codelist: codes('ctv3_grouped') },
    with_these_medications: { codelist: codes('snomed_grouped') },
    with_these_decision_support_values: { algorithm: 'electronic_frailty_index' },
    with_vaccination_record: {
      tpp: dict({ target_disease_matches: 'INFLUENZA' }),
      emis: dict({ procedure_codes: codes('snomed') }),
    },
    with_test_result_in_sgss: { pathogen: 'SARS-CoV-2', test_result: 'positive' },
    with_these_codes_on_death_certificate: { codelist: codes('icd10') },
    with_ethnicity_from_sus: { use_most_frequent_code: true },
    with_record_in_ukrr: { from_dataset: '2020_ckd' },
  };
  const onlyOfEveryTest = [
    'variant',
    'variant_detection_method',
    'symptomatic',
    'number_of_matches_in_period',
  ];

  const given = (name: string, returning: string): Readonly<Record<string, Python>> => ({
    ...required[name],
    returning,
    ...(returning === 'index_of_multiple_deprivation' ? { round_to_nearest: 100 } : {}),
    ...(name === 'with_test_result_in_sgss' && onlyOfEveryTest.includes(returning)
      ? { restrict_to_earliest_specimen_date: false }
      : {}),
  });

  const functions = [...functionRules].flatMap(([name, { parameters }]) => {
    const { returning } = parameters;
    return returning?.kind === 'returning' ? [[name, Object.keys(returning.types)] as const] : [];
  });

  it.each(functions)('%s', (name, values) => {
    const columns = values.map(
      (returning, index) => [`column_${index}`, patients(name, given(name, returning))] as const,
    );
    const model = modelOf(Object.fromEntries(columns));
    expect(model.columns).toHaveLength(values.length);
    expect(checkModel(model, tppSchema)).toEqual([]);
  });
});

describe('columns', () => {
  test('trap 3: in the order of the study, without hidden ones and the population', () => {
    const { columns } = modelOf(
      {
        zebra: patients('sex'),
        apple: patients('satisfying', { expression: 'inner' }, { inner: patients('all') }),
      },
      { population: patients('satisfying', { expression: 'zebra' }) },
    );
    expect(columns.map(({ name }) => name)).toEqual(['zebra', 'apple']);
  });

  test('dates say how much of them is written', () => {
    const { columns } = modelOf({
      year: patients('date_of_birth'),
      month: patients('date_of_birth', { date_format: 'YYYY-MM' }),
      day: patients('fixed_value', { value: '2020-01-01' }),
      sex: patients('sex'),
    });
    expect(columns.map(({ name, dateLength }) => [name, dateLength])).toEqual([
      ['year', 4],
      ['month', 7],
      ['day', 10],
      ['sex', null],
    ]);
  });

  test('trap 1: what counts from the index date keeps it open, whatever date the study gives', () => {
    const column = {
      seen: patients('with_these_clinical_events', {
        codelist: codes('ctv3'),
        on_or_before: 'index_date',
      }),
    };
    expect(modelOf(column, { indexDate: '2020-01-01' })).toEqual(
      modelOf(column, { indexDate: '2021-01-01' }),
    );
  });

  test('one meaning has one shape, so that a scan can be shared', () => {
    const given = { codelist: codes('ctv3'), between: ['index_date - 7 days', 'index_date'] };
    const { columns } = modelOf({
      flag: patients('with_these_clinical_events', given),
      count: patients('with_these_clinical_events', {
        ...given,
        returning: 'number_of_matches_in_period',
      }),
      value: patients('with_these_clinical_events', { ...given, returning: 'numeric_value' }),
      code: patients('with_these_clinical_events', { ...given, returning: 'code' }),
      mean: patients('mean_recorded_value', given),
    });
    const rows = columns.map(({ value }) => {
      const inner = value.kind === 'operation' ? value.operands[0] : value;
      return inner !== undefined && 'rows' in inner ? inner.rows : null;
    });
    expect(new Set(rows.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(rows[0]).toMatchObject({
      kind: 'filter',
      condition: {
        operation: 'and',
        operands: [
          {
            operation: 'greater-or-equal',
            operands: [{ operation: 'day-of' }, { operation: 'add-days' }],
          },
          {
            operation: 'less-or-equal',
            operands: [{ operation: 'day-of' }, { kind: 'index-date' }],
          },
        ],
      },
      rows: {
        kind: 'filter',
        condition: { kind: 'in-set' },
        rows: { kind: 'table', table: 'CodedEvent' },
      },
    });
  });
});

describe('population', () => {
  const columns = {
    registered: patients('registered_as_of', { reference_date: 'index_date' }),
    age: patients('age_as_of', { reference_date: 'index_date' }),
    sex: patients('sex'),
  };
  const stepsOf = (population: RecordedValue): readonly string[] =>
    modelOf(columns, { population }).population.map(({ words }) => words);

  test('a step for each condition, in the words of the study', () => {
    const expression = `registered AND (age >= 18 AND age <= 110)
      AND (sex = "M" OR sex = "F") AND NOT (age = 40 OR age = 50)`;
    expect(stepsOf(patients('satisfying', { expression }))).toEqual([
      'registered',
      'age >= 18',
      'age <= 110',
      "sex = 'M' OR sex = 'F'",
      'NOT (age = 40 OR age = 50)',
    ]);
  });

  test.each([
    ['everybody has no steps', patients('all'), []],
    [
      'a function is one',
      patients('registered_as_of', { reference_date: 'index_date' }),
      ['patients.registered_as_of(…)'],
    ],
    [
      'a file is one',
      patients('which_exist_in_file', { f_path: 'codelists/a.csv' }),
      ['patients.which_exist_in_file("codelists/a.csv")'],
    ],
    [
      'an alternative is one',
      patients('satisfying', { expression: 'registered OR age > 90' }),
      ['registered OR age > 90'],
    ],
    [
      'categories of 0 and 1 are conditions too',
      patients('categorised_as', {
        category_definitions: new Map<Python, Python>([
          [1, 'registered AND sex'],
          [0, 'DEFAULT'],
        ]),
      }),
      ['registered', 'sex'],
    ],
    [
      'other categories are one',
      patients('categorised_as', {
        category_definitions: new Map<Python, Python>([
          [0, 'registered'],
          [1, 'DEFAULT'],
        ]),
      }),
      ['patients.categorised_as(…)'],
    ],
    [
      'an aggregate is one',
      patients('maximum_of', { column_names: ['registered', 'registered'] }),
      ['patients.maximum_of(registered, registered)'],
    ],
  ])('%s', (_, population, steps) => {
    expect(stepsOf(population)).toEqual(steps);
  });

  const people = (sexes: readonly string[]) =>
    sexes.map((Sex, index) => ({
      Patient_ID: index + 1,
      DateOfBirth: dayNumber(1970 + index * 10, 6, 1),
      Sex,
    }));
  const source = {
    database: {
      Patient: people(['F', 'M', 'F', 'U']),
      AllowedPatientsWithTypeOneDissent: [{ Patient_ID: 1 }, { Patient_ID: 2 }, { Patient_ID: 4 }],
    },
    files: {},
    schema: tppSchema,
  };
  const idsOf = (model: CohortModel) =>
    evaluateCohort(model, source, indexDate).rows.map((row) => row['patient_id']);

  test('trap 2: only who fulfils the population is there, and how many are left after each step', () => {
    const population = patients('satisfying', { expression: 'sex != "U" AND age < 45' });
    const model = toModel(lower(columns, { population }), {
      ...settings,
      includeTypeOneOptOuts: true,
    });
    expect(evaluateCohort(model, source, indexDate).remaining).toEqual([3, 2]);
    expect(idsOf(model)).toEqual([2, 3]);
  });

  test('a number is in the population where it is 1', () => {
    const population = patients('categorised_as', {
      category_definitions: new Map<Python, Python>([
        [2, 'sex = "M"'],
        [1, 'sex = "F"'],
        [0, 'DEFAULT'],
      ]),
    });
    expect(
      idsOf(toModel(lower(columns, { population }), { ...settings, includeTypeOneOptOuts: true })),
    ).toEqual([1, 3]);
  });

  test('who opted out is nowhere, unless opt-outs are asked for', () => {
    const study = lower(columns);
    expect(idsOf(toModel(study, settings))).toEqual([1, 2, 4]);
    expect(idsOf(toModel(study, { ...settings, includeTypeOneOptOuts: true }))).toEqual([
      1, 2, 3, 4,
    ]);
  });
});

describe('a random sample', () => {
  const Patient = Array.from({ length: 2000 }, (_, index) => ({ Patient_ID: 1_000_000 + index }));
  const source = { database: { Patient }, files: {}, schema: tppSchema };
  const model = toModel(
    lower({
      fifth: patients('random_sample', { percent: 20 }),
      half: patients('random_sample', { percent: 50 }),
      other_half: patients('random_sample', { percent: 50 }),
    }),
    { ...settings, includeTypeOneOptOuts: true },
  );
  const rows = evaluateCohort(model, source, indexDate).rows;
  const count = (...names: readonly string[]): number =>
    rows.filter((row) => names.every((name) => row[name])).length;

  // The draw is fixed; each bound is four standard deviations of a fair one.
  test('has about as many patients as are asked for', () => {
    expect(Math.abs(count('fifth') - 400)).toBeLessThan(72);
    expect(Math.abs(count('half') - 1000)).toBeLessThan(90);
  });

  test('is drawn apart from other samples', () => {
    expect(Math.abs(count('half', 'other_half') - 500)).toBeLessThan(78);
    expect(Math.abs(count('half', 'fifth') - 200)).toBeLessThan(54);
  });

  test('is the same at every index date', () => {
    expect(evaluateCohort(model, source, indexDate + 400).rows).toEqual(rows);
  });
});

/** Codes and lines of the faults of a study. */
function faultsOf(study: Study): readonly (readonly [string, number | undefined])[] {
  try {
    toModel(study, settings);
    return [];
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.diagnostics.map(({ code, place }) => [code, place?.line]);
  }
}

describe('faults', () => {
  test('a text that is no number beside one', () => {
    const study = lower({
      age: patients('age_as_of', { reference_date: 'index_date' }),
      odd: patients('satisfying', { expression: "age > 'old' AND age = '40'" }),
    });
    expect(faultsOf(study)).toEqual([['text-is-no-number', 2]]);
  });

  test.each(['age > 1 and age < 9', 'age > 1 Or age < 9', 'not age'])(
    'trap 5: keywords are upper-case, so %s never comes this far',
    (expression) => {
      const age = patients('age_as_of', { reference_date: 'index_date' });
      const columns = { age, odd: patients('satisfying', { expression }) };
      expect(() => modelOf(columns)).toThrow(FaultError);
    },
  );

  test('all of them at once, each once', () => {
    const study = lower({
      value: patients('with_these_clinical_events', {
        codelist: codes('ctv3'),
        returning: 'numeric_value',
        on_or_after: '2021-05-31',
      }),
      sign: patients('comparator_from', { source: 'value' }),
      odd: patients('satisfying', { expression: "value > 'x'" }),
      even: patients('satisfying', { expression: "value + 'y' = 2" }),
    });
    const changed: Study = {
      ...study,
      columns: study.columns.map((column): typeof column =>
        column.definition.kind === 'records' && column.name === 'value'
          ? {
              ...column,
              definition: {
                ...column.definition,
                arguments: {
                  ...column.definition.arguments,
                  codelist: { system: 'icd10', codes: ['A'], categories: null },
                },
              },
            }
          : column,
      ),
    };
    expect(faultsOf(changed)).toEqual([
      ['wrong-coding-system', 1],
      ['text-is-no-number', 3],
      ['text-is-no-number', 4],
    ]);
  });

  test('today leads to a day that does not exist', () => {
    const study = lower({ age: patients('age_as_of', { reference_date: 'today + 1 month' }) });
    const run = (): CohortModel => toModel(study, { ...settings, today: dayNumber(2021, 1, 31) });
    expect(run).toThrow('There is no 31 February 2021, which "today + 1 month" leads to.');
  });

  test('what the language does not know either', () => {
    const study = lower({
      sex: patients('sex'),
      place: patients('address_as_of', { date: 'index_date', returning: 'msoa' }),
    });
    const changed: Study = {
      ...study,
      columns: study.columns.map((column): typeof column => {
        const { definition, name } = column;
        if (definition.kind !== 'records') return column;
        if (name === 'sex')
          return { ...column, definition: { ...definition, function: 'shoe_size' } };
        return name === 'place'
          ? {
              ...column,
              definition: {
                ...definition,
                arguments: { ...definition.arguments, returning: 'colour' },
              },
            }
          : column;
      }),
    };
    expect(faultsOf(changed)).toEqual([
      ['function-without-records', 1],
      ['value-not-in-records', 2],
    ]);
  });
});

describe('dates of a study at an index date', () => {
  const found = (
    columns: Readonly<Record<string, RecordedValue>>,
    at: number | null,
  ): readonly (readonly [string, string, number | undefined])[] =>
    checkDates(lower(columns, { indexDate: '2020-01-01' }), {
      indexDate: at,
      today: settings.today,
    }).map(({ code, severity, place }) => [code, severity, place?.line]);
  const age = (reference_date: string) => () => ({
    age: patients('age_as_of', { reference_date }),
  });
  const events = (given: Readonly<Record<string, Python>>) => () => ({
    seen: patients('with_these_clinical_events', { codelist: codes('ctv3'), ...given }),
  });

  test.each([
    ['a day that exists', age('index_date + 1 month'), dayNumber(2020, 1, 15), []],
    [
      'a day that its month does not have',
      age('index_date + 1 month'),
      dayNumber(2020, 1, 31),
      [['no-such-date', 'error', 1]],
    ],
    ['days always exist', age('index_date + 31 days'), dayNumber(2020, 1, 31), []],
    [
      'a leap day and years',
      age('index_date + 1 year'),
      dayNumber(2020, 2, 29),
      [['no-such-date', 'error', 1]],
    ],
    [
      'a bound that does not exist',
      events({ on_or_after: 'index_date - 1 month' }),
      dayNumber(2020, 3, 31),
      [['no-such-date', 'error', 1]],
    ],
    [
      'both bounds, all at once',
      events({ between: ['index_date - 1 month', 'index_date + 1 month'] }),
      dayNumber(2020, 3, 31),
      [
        ['no-such-date', 'error', 1],
        ['no-such-date', 'error', 1],
      ],
    ],
    ['no index date', age('index_date'), null, [['index-date-missing', 'error', 1]]],
    ['no index date and none needed', age('2020-01-01'), null, []],
    [
      'a period of one day',
      events({ between: ['2020-05-01', 'index_date'] }),
      dayNumber(2020, 5, 1),
      [],
    ],
    [
      'a period that ends before it starts finds nothing',
      events({ between: ['2020-05-01', 'index_date'] }),
      dayNumber(2020, 4, 30),
      [['period-ends-before-it-starts', 'warning', 1]],
    ],
    [
      'a date of a patient is passed over',
      () => ({
        first: patients('fixed_value', { value: '2020-01-31' }),
        ...events({ on_or_after: 'first + 1 month' })(),
      }),
      dayNumber(2020, 1, 1),
      [],
    ],
  ] as const)('%s', (_, columns, at, faults) => {
    expect(found(columns(), at)).toEqual(faults);
  });
});
