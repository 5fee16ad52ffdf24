import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoOf } from '../calendar.ts';
import type { Study } from '../cohortextractor/study.ts';
import { encodeCsv } from '../formats/csv-encode.ts';
import { NO_CATEGORY, NO_DATE } from '../table.ts';
import {
  aggregate,
  type ColumnWords,
  columnOf,
  day,
  plan,
  records,
  studyOf,
} from './study.fixture.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

const flag: ColumnWords = {};
const date: ColumnWords = { type: 'date', dateFormat: 'YYYY-MM-DD' };
const number: ColumnWords = {
  type: 'int',
  expectations: { int: { distribution: 'normal', mean: 25, stddev: 5 } },
};
const measured: ColumnWords = {
  type: 'float',
  expectations: { float: { distribution: 'normal', mean: 35, stddev: 10 }, incidence: 0.6 },
};
const sex: ColumnWords = {
  type: 'str',
  expectations: { rate: 'universal', category: { ratios: { F: 0.51, M: 0.49 } } },
};
const age: ColumnWords = {
  type: 'int',
  expectations: { rate: 'universal', int: { distribution: 'population_ages' } },
};

const count = (values: ArrayLike<number>, wanted: (value: number) => boolean): number =>
  Array.from(values).filter(wanted).length;

const filled = (values: Int32Array): number[] => [...values].filter((value) => value !== NO_DATE);

describe('the shape of a table', () => {
  test('has dates first, then the rest, constants, maxima and minima, and patient_id last', () => {
    const study = studyOf({
      latest: { ...date, definition: aggregate('maximum', 'first', 'second') },
      sex,
      constant: { type: 'str', definition: { kind: 'fixed', value: 'x' } },
      second: date,
      eligible: {
        ...date,
        definition: {
          kind: 'category',
          categories: [{ value: '2020-04-14', when: { kind: 'present', name: 'sex' } }],
          otherwise: '2020-08-18',
        },
        expectations: { category: { ratios: { '2020-04-14': 0.5, '2020-08-18': 0.5 } } },
      },
      hidden: { ...flag, hidden: true },
      first: date,
      age,
    });
    const { columns, rows } = plan(study).table(null);
    expect(columns.map(({ name }) => name)).toEqual([
      'second',
      'first',
      'sex',
      'eligible',
      'age',
      'constant',
      'latest',
      'patient_id',
    ]);
    expect(rows).toBe(1000);
    expect(columns.every(({ values }) => values.length === 1000)).toBe(true);
  });

  test('of an empty study is patients alone', () => {
    const { columns } = plan(studyOf({}), { population: 3 }).table(null);
    expect(columns.map(({ name }) => name)).toEqual(['patient_id']);
  });

  test('gives distinct ids below ten times the rows', () => {
    const ids = columnOf(plan(studyOf({})).table(null), 'patient_id', 'int').values;
    expect(new Set(ids).size).toBe(1000);
    expect(Math.max(...ids)).toBeLessThan(10_000);
  });
});

describe('the same seed', () => {
  const recent = { ...date, expectations: { rate: 'exponential_increase' } };
  const counted = {
    type: 'int',
    expectations: { int: { distribution: 'poisson', mean: 4 } },
  } as const;
  const study = studyOf(
    { date, recent, sex, age, measured, number, counted, flag },
    { indexDate: '2020-06-01' },
  );
  const bytes = (of: Study, seed: number, indexDate: string | null): string =>
    Buffer.concat([...encodeCsv(plan(of, { seed, population: 200 }).table(indexDate))]).toString();

  test('gives the same bytes, on every machine', async () => {
    await expect(bytes(study, 42, '2020-06-08')).toMatchFileSnapshot('golden/seed-42.csv');
  });

  test('gives the same columns whatever stands beside them', () => {
    const whole = plan(study).table(null);
    const alone = plan(studyOf({ measured }, { indexDate: '2020-06-01' })).table(null);
    expect(columnOf(alone, 'measured', 'float').values).toEqual(
      columnOf(whole, 'measured', 'float').values,
    );
  });

  test('gives the same table whatever was made before', () => {
    const one = plan(study);
    one.table('2020-06-08');
    expect(one.table('2020-06-15')).toEqual(plan(study).table('2020-06-15'));
  });

  test('gives other rows for another date, and another seed others again', () => {
    const texts = [
      bytes(study, 1, '2020-06-08'),
      bytes(study, 1, '2020-06-15'),
      bytes(study, 2, '2020-06-08'),
    ];
    expect(new Set(texts).size).toBe(3);
  });
});

describe('how many rows are filled', () => {
  test('is exact for every type', () => {
    const incidence = fc.double({ min: 0.001, max: 1, noNaN: true });
    const ofAll = (share: number): Study =>
      studyOf({
        flag: { expectations: { incidence: share } },
        date: { ...date, expectations: { incidence: share } },
        // All of the values are well away from 0.
        number: {
          type: 'int',
          expectations: { int: { distribution: 'normal', mean: 1e6, stddev: 1 }, incidence: share },
        },
        measured: {
          type: 'float',
          expectations: {
            float: { distribution: 'normal', mean: 35, stddev: 1 },
            incidence: share,
          },
        },
        label: {
          type: 'str',
          expectations: { category: { ratios: { a: 0.5, b: 0.5 } }, incidence: share },
        },
      });
    fc.assert(
      fc.property(incidence, fc.integer({ min: 1, max: 400 }), (share, population) => {
        const table = plan(ofAll(share), { population }).table(null);
        const blanks = Math.trunc((1 - share) * population);
        const none = (value: number): boolean => value === 0;
        expect(count(columnOf(table, 'flag', 'bool').values, none)).toBe(blanks);
        expect(count(columnOf(table, 'number', 'int').values, none)).toBe(blanks);
        expect(count(columnOf(table, 'measured', 'float').values, none)).toBe(blanks);
        expect(count(columnOf(table, 'date', 'date').values, (v) => v === NO_DATE)).toBe(blanks);
        expect(count(columnOf(table, 'label', 'str').values, (v) => v === NO_CATEGORY)).toBe(
          blanks,
        );
      }),
      { numRuns },
    );
  });

  test.each([
    [0.9, 901],
    [0.8, 801],
    [0.1, 100],
    [1, 1000],
    // A number in quotes is read as the number.
    ['0.25', 250],
    [true, 1000],
    // Too little above 1 to be seen in a thousand rows.
    [1.0005, 1000],
  ])('for incidence %j of a thousand is %d', (incidence, expected) => {
    const table = plan(studyOf({ flag: { expectations: { incidence } } })).table(null);
    expect(count(columnOf(table, 'flag', 'bool').values, (value) => value === 1)).toBe(expected);
  });

  test('is every row when the rate is universal', () => {
    const universal = { expectations: { rate: 'universal', incidence: 0.1 } };
    const table = plan(studyOf({ flag: universal, sex, age })).table(null);
    expect(count(columnOf(table, 'flag', 'bool').values, (value) => value === 1)).toBe(1000);
    expect(count(columnOf(table, 'sex', 'str').values, (value) => value < 0)).toBe(0);
  });

  test('does not mind an incidence that is no number where nothing uses it', () => {
    const study = studyOf(
      { sex, flag: { expectations: { incidence: 0.1 } } },
      {
        defaultExpectations: { date: { earliest: '2020-01-01', latest: 'today' }, incidence: 'x' },
      },
    );
    expect(plan(study).table(null).rows).toBe(1000);
  });
});

describe('dates', () => {
  test('of an even rate lie after the earliest and up to the latest, evenly', () => {
    const study = studyOf({
      date: {
        ...date,
        expectations: { incidence: 1, date: { earliest: '2020-01-01', latest: '2020-01-11' } },
      },
    });
    const { values } = columnOf(plan(study, { population: 20_000 }).table(null), 'date', 'date');
    const counts = new Array<number>(11).fill(0);
    for (const value of values) {
      const index = value - day('2020-01-01');
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts[0]).toBe(0);
    const chiSquare = counts.slice(1).reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(21.67); // 9 degrees of freedom, 1 %
  });

  test('of an exponential rate have a median age of 0.07 of the span, and none is too old', () => {
    const study = studyOf({
      date: {
        ...date,
        expectations: {
          rate: 'exponential_increase',
          incidence: 1,
          date: { earliest: '2010-01-01', latest: '2020-01-01' },
        },
      },
    });
    const { values } = columnOf(plan(study, { population: 20_000 }).table(null), 'date', 'date');
    const ages = [...values].map((value) => day('2020-01-01') - value).sort((a, b) => a - b);
    const span = day('2020-01-01') - day('2010-01-01');
    expect((ages[10_000] ?? 0) / span).toBeCloseTo(0.1 * Math.LN2, 2);
    expect(ages[0]).toBe(0);
    expect(ages.at(-1)).toBeLessThanOrEqual(span);
  });

  test('of a span of nothing are all its one day', () => {
    for (const rate of ['uniform', 'exponential_increase']) {
      const one = { earliest: '2020-05-05', latest: '2020-05-05' };
      const study = studyOf({ date: { ...date, expectations: { rate, incidence: 1, date: one } } });
      const { values } = columnOf(plan(study).table(null), 'date', 'date');
      expect(new Set(values)).toEqual(new Set([day('2020-05-05')]));
    }
  });

  test('of an even rate that runs backwards are the days between, with a warning', () => {
    const back = { earliest: '2020-01-11', latest: '2020-01-01' };
    const study = studyOf({ date: { ...date, expectations: { incidence: 1, date: back } } });
    const planned = plan(study);
    expect(planned.warnings.map(({ code }) => code)).toEqual(['expectation-dates-swapped']);
    const { values } = columnOf(planned.table(null), 'date', 'date');
    expect(Math.min(...values)).toBe(day('2020-01-01'));
    expect(Math.max(...values)).toBe(day('2020-01-10'));
  });

  test.each([
    [{ from: '2020-06-01' }, '2020-06-01', '2021-01-01'],
    [{ to: '2020-06-01' }, '2020-01-02', '2020-06-01'],
    [{ from: '2020-03-01', to: '2020-06-01' }, '2020-03-01', '2020-06-01'],
    [{ from: 'index_date - 1 month', to: 'index_date' }, '2020-05-01', '2020-06-01'],
    [{ from: 'sex', to: 'sex + 15 days' }, '2020-01-02', '2021-01-01'],
  ])('outside the bounds %j are blank', (bounds, first, last) => {
    const study = studyOf(
      { sex, date: { ...date, definition: records(bounds, {}, ['sex']) } },
      { indexDate: '2020-06-01' },
    );
    const all = columnOf(plan(studyOf({ date })).table(null), 'date', 'date').values;
    const { values } = columnOf(plan(study).table(null), 'date', 'date');
    const kept = filled(values);
    expect(kept.length).toBeLessThanOrEqual(filled(all).length);
    expect(Math.min(...kept)).toBeGreaterThanOrEqual(day(first));
    expect(Math.max(...kept)).toBeLessThanOrEqual(day(last));
  });

  test('carry their format, YYYY where none is given, and know no more than it shows', () => {
    const table = plan(
      studyOf({ none: { type: 'date' }, month: { type: 'date', dateFormat: 'YYYY-MM' } }),
    ).table(null);
    const none = columnOf(table, 'none', 'date');
    const month = columnOf(table, 'month', 'date');
    expect([none.format, month.format]).toEqual(['YYYY', 'YYYY-MM']);
    expect(filled(none.values).every((value) => isoOf(value).endsWith('-01-01'))).toBe(true);
    expect(filled(month.values).every((value) => isoOf(value).endsWith('-01'))).toBe(true);
    expect(new Set(filled(month.values)).size).toBeGreaterThan(6);
  });
});

describe('categories written as whole numbers', () => {
  test.each([
    [{ 1: 0.5, 2: 0.5 }, {}, true],
    [{ 1: 0.5, 2: 0.25 }, { x: 0.25 }, undefined],
  ])('%j with %j by default', (ratios, defaults, numeric) => {
    const rank: ColumnWords = {
      type: 'int',
      definition: records({}, { returning: 'index_of_multiple_deprivation' }),
      expectations: { rate: 'universal', category: { ratios } },
      numericRatios: true,
    };
    const study = studyOf({ rank });
    const table = plan({
      ...study,
      defaultExpectations: { ...study.defaultExpectations, category: { ratios: defaults } },
    }).table(null);
    expect(columnOf(table, 'rank', 'str').numeric).toBe(numeric);
  });
});

describe('the date of a value', () => {
  test('has the expectations of the value, whose faults are told once', () => {
    const bmi = { ...measured, expectations: { ...measured.expectations, incidence: 80 } };
    const place = { file: 'analysis/study_definition.py', line: 1 };
    const study = studyOf({
      bmi: { ...bmi, place },
      bmi_date: { ...date, definition: { kind: 'date-of', source: 'bmi' }, place },
    });
    expect(() => plan(study)).toThrow(
      'The incidence in the expectations of column "bmi" is 80, not a number above 0 and up to 1.',
    );
  });

  const bmiDate: ColumnWords = { ...date, definition: { kind: 'date-of', source: 'bmi' } };

  test('is there exactly where the value is', () => {
    const table = plan(studyOf({ bmi: measured, bmi_date: bmiDate })).table(null);
    const dates = columnOf(table, 'bmi_date', 'date').values;
    expect(filled(dates)).toHaveLength(600);
    columnOf(table, 'bmi', 'float').values.forEach((value, row) => {
      expect(value === 0).toBe(dates[row] === NO_DATE);
    });
  });

  test('decides alone: the incidence is not applied again, and bounds of the value count not', () => {
    const table = plan(
      studyOf({
        bmi: { ...measured, definition: records({ to: '1990-01-01' }) },
        bmi_date: bmiDate,
      }),
    ).table(null);
    expect(count(columnOf(table, 'bmi', 'float').values, (value) => value !== 0)).toBe(600);
  });

  test('is the last one where there are several', () => {
    const table = plan(
      studyOf({
        bmi: measured,
        bmi_date: bmiDate,
        bmi_month: { ...bmiDate, dateFormat: 'YYYY-MM' },
      }),
    ).table(null);
    const dates = columnOf(table, 'bmi_month', 'date').values;
    columnOf(table, 'bmi', 'float').values.forEach((value, row) => {
      expect(value === 0).toBe(dates[row] === NO_DATE);
    });
  });

  test('counts not when it is hidden', () => {
    const table = plan(studyOf({ bmi: measured, bmi_date: { ...bmiDate, hidden: true } })).table(
      null,
    );
    expect(table.columns.map(({ name }) => name)).toEqual(['bmi', 'patient_id']);
    expect(count(columnOf(table, 'bmi', 'float').values, (value) => value !== 0)).toBe(600);
  });
});

describe('numbers', () => {
  const values = (
    type: 'int' | 'float',
    distribution: Record<string, string | number>,
  ): number[] => {
    const study = studyOf({
      x: { type, expectations: { [type]: distribution, rate: 'universal' } },
    });
    return [...columnOf(plan(study, { population: 20_000 }).table(null), 'x', type).values];
  };
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

  test('of a normal distribution have its mean and spread', () => {
    const list = values('float', { distribution: 'normal', mean: 35, stddev: 10 });
    expect(mean(list)).toBeCloseTo(35, 0);
    expect(Math.sqrt(mean(list.map((value) => (value - 35) ** 2)))).toBeCloseTo(10, 0);
  });

  test('are cut towards zero when they are whole: 68 of 100 become 0', () => {
    const list = values('int', { distribution: 'normal', mean: 0, stddev: 1 });
    expect(list.filter((value) => value === 0).length / list.length).toBeCloseTo(0.683, 1);
    expect(list.some((value) => Object.is(value, -0))).toBe(false);
    expect(list.some((value) => value < 0)).toBe(true);
  });

  test.each([0, 3, 2e6])('of a Poisson distribution have mean %d', (expected) => {
    const list = values('int', { distribution: 'poisson', mean: expected });
    expect(Math.abs(mean(list) - expected)).toBeLessThanOrEqual(3 * Math.sqrt(expected / 20_000));
    expect(list.every(Number.isInteger)).toBe(true);
  });

  test('may be the ages of the population', () => {
    const list = values('int', { distribution: 'population_ages' });
    expect(Math.abs(mean(list) - 40.3)).toBeLessThan(0.6);
    expect(Math.min(...list)).toBe(0);
    expect(Math.max(...list)).toBeGreaterThan(95);
  });

  test('without a spread are all the mean', () => {
    expect(new Set(values('float', { distribution: 'normal', mean: 7, stddev: 0 }))).toEqual(
      new Set([7]),
    );
  });
});

describe('categories', () => {
  test('come in the ratios expected', () => {
    const study = studyOf({
      x: {
        type: 'str',
        expectations: { rate: 'universal', category: { ratios: { a: 0.2, b: 0.8 } } },
      },
    });
    const { values, labels } = columnOf(
      plan(study, { population: 10_000 }).table(null),
      'x',
      'str',
    );
    expect(labels).toEqual(['a', 'b']);
    expect(count(values, (code) => code === 0) / 10_000).toBeCloseTo(0.2, 1);
  });

  test('with a blank label are blank there', () => {
    const study = studyOf({
      x: {
        type: 'str',
        expectations: { rate: 'universal', category: { ratios: { '': 0.5, b: 0.5 } } },
      },
    });
    const { values, labels } = columnOf(plan(study).table(null), 'x', 'str');
    expect(labels).toEqual(['b']);
    expect(new Set(values)).toEqual(new Set([NO_CATEGORY, 0]));
  });

  test.each(['index_of_multiple_deprivation', 'rural_urban_classification'])(
    'stand for the numbers of %s',
    (returning) => {
      const study = studyOf({
        x: {
          type: 'int',
          definition: records({}, { function: 'address_as_of', returning }),
          expectations: { rate: 'universal', category: { ratios: { rural: 0.3, urban: 0.7 } } },
        },
      });
      expect(columnOf(plan(study).table(null), 'x', 'str').labels).toEqual(['rural', 'urban']);
    },
  );

  test('of numbers other than 0 and 1 are made as numbers', () => {
    const study = studyOf({
      x: {
        ...number,
        definition: {
          kind: 'category',
          categories: [{ value: 1, when: { kind: 'present', name: 'y' } }],
          otherwise: 2,
        },
      },
    });
    expect(columnOf(plan(study).table(null), 'x', 'int').type).toBe('int');
  });
});

describe('constants', () => {
  const fixed = (
    type: 'bool' | 'int' | 'float' | 'str' | 'date',
    value: string | number | boolean,
  ) => {
    const study = studyOf({ x: { ...date, type, definition: { kind: 'fixed', value } } });
    return columnOf(plan(study, { population: 2 }).table(null), 'x', type);
  };

  test('are the same in every row', () => {
    expect([...fixed('bool', true).values]).toEqual([1, 1]);
    expect([...fixed('int', 5).values]).toEqual([5, 5]);
    expect([...fixed('float', 0.5).values]).toEqual([0.5, 0.5]);
    expect(fixed('str', 'a')).toMatchObject({ values: new Int32Array(2), labels: ['a'] });
    expect(fixed('date', '2020-02-29')).toMatchObject({
      values: new Int32Array([day('2020-02-29'), day('2020-02-29')]),
      format: 'YYYY-MM-DD',
    });
  });
});

describe('when the index date moves', () => {
  const toIndexDate = { earliest: 'index_date - 1 month', latest: 'index_date' };
  const moving = (column: ColumnWords, defaults: Record<string, string>, others = {}): Study =>
    studyOf(
      { x: column, ...others },
      {
        indexDate: '2019-06-01',
        defaultExpectations: { rate: 'uniform', incidence: 1, date: defaults },
      },
    );
  const fixedDates = { earliest: '2000-01-01', latest: '2000-02-01' };

  test("the defaults' dates move with it", () => {
    const { values } = columnOf(plan(moving(date, toIndexDate)).table('2021-06-01'), 'x', 'date');
    expect(Math.min(...values)).toBeGreaterThan(day('2021-05-01'));
    expect(Math.max(...values)).toBe(day('2021-06-01'));
  });

  test("a column's own dates stay", () => {
    const own = { ...date, expectations: { date: toIndexDate } };
    const { values } = columnOf(plan(moving(own, fixedDates)).table('2021-06-01'), 'x', 'date');
    expect(Math.min(...values)).toBeGreaterThan(day('2019-05-01'));
    expect(Math.max(...values)).toBe(day('2019-06-01'));
  });

  test('one end may stay and the other move', () => {
    const own = { ...date, expectations: { date: { earliest: 'index_date' } } };
    const { values } = columnOf(plan(moving(own, toIndexDate)).table('2021-06-01'), 'x', 'date');
    expect(Math.min(...values)).toBeLessThan(day('2019-07-01'));
    expect(Math.max(...values)).toBeGreaterThan(day('2021-05-01'));
  });

  test("a column's bounds stay, so that they cut what moved", () => {
    const bounded = { ...date, definition: records({ to: 'index_date' }) };
    const planned = plan(moving(bounded, toIndexDate));
    expect(filled(columnOf(planned.table('2021-06-01'), 'x', 'date').values)).toEqual([]);
    expect(filled(columnOf(planned.table(null), 'x', 'date').values)).toHaveLength(1000);
  });

  test('bounds and dates of hidden inputs move', () => {
    const hidden = {
      ...date,
      hidden: true,
      definition: records({ from: 'index_date - 7 days' }),
      expectations: { date: toIndexDate },
    };
    const study = moving(hidden, fixedDates, {
      last: { ...date, definition: aggregate('maximum', 'x') },
    });
    const { values } = columnOf(plan(study).table('2021-06-01'), 'last', 'date');
    expect(Math.min(...filled(values))).toBeGreaterThanOrEqual(day('2021-05-25'));
    expect(Math.max(...values)).toBe(day('2021-06-01'));
  });

  test('a date that then has no value is told with its place', () => {
    const study = studyOf(
      { x: date },
      {
        indexDate: '2020-01-01',
        defaultExpectations: {
          incidence: 1,
          date: { earliest: '2000-01-01', latest: 'index_date + 1 month' },
        },
      },
    );
    const planned = plan(study);
    expect(planned.table('2020-02-01').rows).toBe(1000);
    expect(() => planned.table('2020-01-31')).toThrowError(/31 February 2020/);
  });
});
