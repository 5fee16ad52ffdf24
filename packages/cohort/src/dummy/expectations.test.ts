import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import type { ArgumentValue, Study } from '../cohortextractor/study.ts';
import { type ColumnWords, DEFAULTS, fileName, plan, records, studyOf } from './study.fixture.ts';

type Dict = Record<string, ArgumentValue>;

/** The faults of a study, as "code: message". */
function faultsOf(study: Study): string[] {
  try {
    plan(study);
  } catch (error) {
    if (error instanceof FaultError) {
      return error.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    }
    throw error;
  }
  return [];
}

const flag = (expectations: Dict): ColumnWords => ({ expectations });
const date = (expectations: Dict): ColumnWords => ({ type: 'date', expectations });
const int = (value: ArgumentValue): ColumnWords => ({ type: 'int', expectations: { int: value } });
const float = (value: ArgumentValue): ColumnWords => ({
  type: 'float',
  expectations: { float: value },
});
const ratios = (value: ArgumentValue): ColumnWords => ({
  type: 'str',
  expectations: { category: { ratios: value } },
});

describe('what a column must say', () => {
  test.each<[ColumnWords, string]>([
    [
      flag({ colour: 'red' }),
      'expectation-unknown: The expectations of column "x" have an unknown key "colour".',
    ],
    [
      flag({ rate: 'weekly' }),
      'rate-unknown: The expectations of column "x" have an unknown rate "weekly".',
    ],
    [
      flag({ rate: null }),
      'rate-unknown: The expectations of column "x" have an unknown rate None.',
    ],
    [
      flag({ incidence: 0 }),
      'incidence-missing: Column "x" needs an incidence above 0 in its expectations.',
    ],
    [
      flag({ incidence: null }),
      'incidence-missing: Column "x" needs an incidence above 0 in its expectations.',
    ],
    [
      flag({ incidence: 1.5 }),
      'incidence-invalid: The incidence in the expectations of column "x" is 1.5, not a number above 0 and up to 1.',
    ],
    [
      flag({ incidence: -0.5 }),
      'incidence-invalid: The incidence in the expectations of column "x" is -0.5, not a number above 0 and up to 1.',
    ],
    [
      flag({ incidence: 'many' }),
      'incidence-invalid: The incidence in the expectations of column "x" is "many", not a number above 0 and up to 1.',
    ],
    [
      flag({ incidence: [0.5] }),
      'incidence-invalid: The incidence in the expectations of column "x" is [0.5], not a number above 0 and up to 1.',
    ],
    [
      flag({ bool: false }),
      'generator-missing: Column "x" gives bool, but its expectations have no "bool".',
    ],
    [
      flag({ date: '2020-01-01' }),
      'expectations-not-a-dict: In the expectations of column "x", "date" is not a dictionary.',
    ],
    [
      date({ rate: 'universal' }),
      'rate-universal-date: Column "x" gives dates, but its rate is "universal", which does not say how they spread.',
    ],
    [
      date({ date: { earliest: '2020-02-30' } }),
      'expectation-date-invalid: The "earliest" date "2020-02-30" in the expectations of column "x" does not exist.',
    ],
    [
      date({ date: { latest: 'tomorrow' } }),
      'expectation-date-invalid: The "latest" date "tomorrow" in the expectations of column "x" refers to "tomorrow", which is neither index_date, today nor a column.',
    ],
    [
      date({ date: { latest: 2020 } }),
      'expectation-date-invalid: The "latest" date 2020 in the expectations of column "x" is not a date.',
    ],
    [
      flag({ date: { latest: 'soon' } }),
      'expectation-date-invalid: The "latest" date "soon" in the expectations of column "x" refers to "soon", which is neither index_date, today nor a column.',
    ],
    [
      date({ date: { latest: null } }),
      'expectation-date-invalid: The "latest" date None in the expectations of column "x" is not a date.',
    ],
    [
      date({ date: { latest: 'index_date' } }),
      'expectation-date-invalid: The "latest" date "index_date" in the expectations of column "x" has no value: "index_date" needs an index date, and the study has none.',
    ],
    [
      date({ rate: 'exponential_increase', date: { earliest: '2021-02-01' } }),
      'expectation-dates-reversed: The expected dates of column "x" run backwards, from 2021-02-01 to 2021-01-01.',
    ],
    [
      { type: 'date', definition: records({ to: 'index_date' }) },
      'bound-invalid: A date that bounds column "x" cannot be worked out: "index_date" needs an index date, and the study has none.',
    ],
    [
      { type: 'int' },
      'generator-missing: Column "x" gives int, but its expectations have no "int".',
    ],
    [
      int({ distribution: 'uniform' }),
      'distribution-unknown: The expectations of column "x" ask for an unknown distribution "uniform" of "int".',
    ],
    [
      int('normal'),
      'expectations-not-a-dict: In the expectations of column "x", "int" is not a dictionary.',
    ],
    [
      int({ distribution: 'normal', mean: 5 }),
      'distribution-value: The "stddev" of "int" in the expectations of column "x" is missing, not a number of at least 0.',
    ],
    [
      int({ distribution: 'normal', mean: '5', stddev: 1 }),
      'distribution-value: The "mean" of "int" in the expectations of column "x" is "5", not a number.',
    ],
    [
      int({ distribution: 'poisson', mean: -1 }),
      'distribution-value: The "mean" of "int" in the expectations of column "x" is -1, not a number of at least 0.',
    ],
    [
      { type: 'float' },
      'generator-missing: Column "x" gives float, but its expectations have no "float".',
    ],
    [
      float({ distribution: 'poisson', mean: 1 }),
      'distribution-unknown: The expectations of column "x" ask for an unknown distribution "poisson" of "float".',
    ],
    [
      { type: 'str' },
      'generator-missing: Column "x" gives str, but its own expectations have no "category".',
    ],
    [
      ratios(['a']),
      'expectations-not-a-dict: In the expectations of column "x", "ratios" is not a dictionary.',
    ],
    [
      ratios({ a: 0.9 }),
      'ratios-sum: The category ratios in the expectations of column "x" add up to 0.9, not to 1.',
    ],
    [
      ratios({ a: 1.5, b: -0.5 }),
      'ratio-invalid: The ratio of category "b" in the expectations of column "x" is -0.5, not a number of at least 0.',
    ],
    [
      { ...ratios({ a: 0.5, c: 0.5 }), labels: ['a', 'b'] },
      'label-unknown: The expectations of column "x" name categories that it cannot have: "c".',
    ],
  ])('%j', (column, expected) => {
    expect(faultsOf(studyOf({ x: column }))).toEqual([expected]);
  });
});

describe('what passes', () => {
  test.each<[string, ColumnWords]>([
    ['ratios that add up to a little more than 1', ratios({ a: 0.5, b: 0.50001 })],
    ['a ratio of nothing', ratios({ a: 1, b: 0 })],
    ['labels among those known', { ...ratios({ a: 1 }), labels: ['a', 'b'] }],
    ['a distribution with words of its own', int({ distribution: 'poisson', mean: 2, note: 'x' })],
    ['dates that run backwards where there are none', flag({ date: { earliest: '2030-01-01' } })],
    ['no date at all where none is made', flag({ date: { earliest: null, latest: null } })],
    ['a date of today', date({ date: { latest: 'today' } })],
    ['a number expected of a flag too', flag({ int: { distribution: 'population_ages' } })],
  ])('%s', (_, column) => {
    expect(faultsOf(studyOf({ x: column }))).toEqual([]);
  });
});

describe('the defaults', () => {
  const withDefaults = (defaultExpectations: Dict | null, ...columns: ColumnWords[]): string[] =>
    faultsOf(
      studyOf(Object.fromEntries(columns.map((column, index) => [`x${index}`, column])), {
        defaultExpectations,
      }),
    );

  test('are needed where a column says nothing', () => {
    expect(
      withDefaults(null, flag({}), flag({ incidence: 1, date: DEFAULTS['date'] ?? null })),
    ).toEqual([
      'column-expectations-missing: Column "x0" has no return_expectations, and the study has no default_expectations.',
    ]);
  });

  test('give what a column leaves out, part by part', () => {
    expect(
      withDefaults(
        { date: { earliest: '2020-01-01' } },
        flag({ incidence: 0.1, date: { latest: 'today' } }),
      ),
    ).toEqual([]);
  });

  test('must give dates that a column leaves out, whatever its type', () => {
    expect(withDefaults({ date: { latest: 'today' } }, flag({ rate: 'universal' }))).toEqual([
      'expectation-date-missing: Column "x0" has no "earliest" date in its expectations, nor do the defaults give one.',
    ]);
    expect(withDefaults({ incidence: 1 }, flag({}))).toHaveLength(2);
  });

  test('merge with ratios label by label', () => {
    expect(
      withDefaults({ ...DEFAULTS, category: { ratios: { a: 0.5, b: 0.5 } } }, ratios({ a: 0.5 })),
    ).toEqual([]);
    expect(
      withDefaults({ ...DEFAULTS, category: { ratios: { a: 0.5, b: 0.5 } } }, ratios({ c: 1 })),
    ).toEqual([
      'ratios-sum: The category ratios in the expectations of column "x0" add up to 2, not to 1.',
    ]);
  });

  test('do not stand for categories of a column', () => {
    expect(withDefaults({ ...DEFAULTS, category: { ratios: { a: 1 } } }, { type: 'str' })).toEqual([
      'generator-missing: Column "x0" gives str, but its own expectations have no "category".',
    ]);
  });

  test('have their faults told once, whoever uses them', () => {
    expect(withDefaults({ ...DEFAULTS, rate: 'weekly', when: 1 }, flag({}), flag({}))).toEqual([
      'expectation-unknown: The expectations of default_expectations have an unknown key "when".',
      'rate-unknown: The expectations of default_expectations have an unknown rate "weekly".',
    ]);
  });
});

test('all faults of all columns are told at once, each with its place', () => {
  const study = studyOf({
    a: flag({ incidence: 0, colour: 'red' }),
    fine: flag({}),
    b: ratios({ x: 0.5 }),
  });
  try {
    plan(study);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.diagnostics.map(({ code, place }) => [code, place])).toEqual([
      ['expectation-unknown', { file: fileName, line: 10 }],
      ['incidence-missing', { file: fileName, line: 10 }],
      ['ratios-sum', { file: fileName, line: 12 }],
    ]);
    expect(error.diagnostics.every(({ hint }) => hint.length > 10)).toBe(true);
  }
});
