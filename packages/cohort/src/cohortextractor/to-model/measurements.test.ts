/** Measured values and body mass index (cohort-extractor §1.8, 18–21; §7.4, §7.5). */
import { type Python, patients } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

const ctv3 = codes('ctv3', ['246..']);
const snomed = codes('snomed', ['111']);

type Given = Readonly<Record<string, Python>>;
const inPeriod = { between: ['2019-06-01', 'index_date'] };
const latestDay = { on_most_recent_day_of_measurement: true };
const mean = (given: Given = {}) => ['mean_recorded_value', { codelist: ctv3, ...given }] as const;
const min = (given: Given = {}) => ['min_recorded_value', { codelist: ctv3, ...given }] as const;
const max = (given: Given = {}) => ['max_recorded_value', { codelist: ctv3, ...given }] as const;

type Reading = readonly [moment: string, value: number | null, code?: string, id?: number];
const read = (...given: readonly Reading[]): Rows => ({
  CodedEvent: given.map(([ConsultationDate, NumericValue, CTV3Code = '246..', id]) => ({
    ConsultationDate,
    NumericValue,
    CTV3Code,
    ...(id === undefined ? {} : { CodedEvent_ID: id }),
  })),
});

/** The date that belongs to a value. */
const dateOf = (
  name: string,
  [of, given]: readonly [string, Given],
): Pick<Case, 'call' | 'columns'> => ({
  columns: { [name]: patients(of, given) },
  call: patients('date_of', { source: name, date_format: 'YYYY-MM-DD' }),
});

const twoDays = read(
  ['2020-01-01T09:00', 100],
  ['2020-02-02T09:00', 120],
  ['2020-02-02T17:00', 140],
  ['2020-02-02T18:00', 999, 'other'],
);

const bmi = (given: Given = {}) => ['most_recent_bmi', given] as const;
const WEIGHT = 'X76C7';
const HEIGHT = 'XM01E';
const BMI = '22K..';

const cases: readonly Case[] = [
  example('mean: over the period', mean(inPeriod), twoDays, 120),
  example('min: over the period', min(inPeriod), twoDays, 100),
  example('max: over the period', max(inPeriod), twoDays, 140),
  example('mean: on the latest day', mean({ ...inPeriod, ...latestDay }), twoDays, 130),
  example('min: on the latest day', min({ ...inPeriod, ...latestDay }), twoDays, 120),
  example('max: on the latest day', max({ ...inPeriod, ...latestDay }), twoDays, 140),
  example('mean: nothing is 0.0', mean(latestDay), {}, 0),
  example('min: nothing is 0.0', min(), {}, 0),
  example('max: nothing is 0.0', max(), {}, 0),
  example(
    'mean: of SNOMED codes',
    mean({ codelist: snomed }),
    { CodedEvent_SNOMED: [{ ConceptID: '111', NumericValue: 5, ConsultationDate: '2020-01-01' }] },
    5,
  ),
  example(
    'mean: what is not known is passed over',
    mean(),
    read(['2020-01-01', 4], ['2020-01-02', null], ['2020-01-03', 8]),
    6,
  ),
  example('mean: a recorded 0 counts', mean(), read(['2020-01-01', 4], ['2020-01-02', 0]), 2),
  example(
    'max: of negative numbers the greatest',
    max(),
    read(['2020-01-01', -4], ['2020-01-02', -2]),
    -2,
  ),
  example(
    'max: the latest day counts though nothing is known of it',
    max(latestDay),
    read(['2020-01-01', 4], ['2020-01-02', null]),
    0,
  ),
  example(
    'max: the latest day of the period',
    max({ ...inPeriod, ...latestDay }),
    read(['2020-01-01', 4], ['2020-03-01', 9]),
    4,
  ),
  example(
    'max: the latest day of another period',
    max({ ...inPeriod, ...latestDay }),
    read(['2020-01-01', 4], ['2020-03-01', 9]),
    9,
    { at: '2020-03-01' },
  ),
  example('min: the last day whatever the hour', min(inPeriod), read(['2020-02-29T23:00', 3]), 3),
  {
    rule: 'mean: the date is the latest day',
    ...dateOf('dated_mean', mean({ ...inPeriod, ...latestDay })),
    rows: twoDays,
    gives: '2020-02-02',
  },
  {
    rule: 'mean: nothing has no date',
    ...dateOf('dated_none', mean({ ...inPeriod, ...latestDay })),
    gives: null,
  },

  example(
    'BMI: weight over height squared, to one decimal',
    bmi(),
    read(['2020-01-01', 70, WEIGHT], ['2010-01-01', 1.75, HEIGHT]),
    22.9,
  ),
  example(
    'BMI: the other codes of weight and height',
    bmi(),
    read(['2020-01-01', 80, '22A..'], ['2010-01-01', 2, '229..']),
    20,
  ),
  example('BMI: nothing is 0.0', bmi(), {}, 0),
  example('BMI: the recorded one', bmi(), read(['2020-01-01', 31.27, BMI]), 31.3),
  example(
    'BMI: the recorded one where there is no height',
    bmi(),
    read(['2020-01-01', 70, WEIGHT], ['2012-01-01', 31, BMI]),
    31,
  ),
  example(
    'BMI: the calculated one before a later recorded one',
    bmi(),
    read(['2019-01-01', 80, WEIGHT], ['2010-01-01', 2, HEIGHT], ['2020-01-01', 31, BMI]),
    20,
  ),
  example(
    'BMI: the latest weight and height',
    bmi(),
    read(
      ['2019-01-01', 80, WEIGHT],
      ['2020-01-01', 100, WEIGHT],
      ['2010-01-01', 1, HEIGHT],
      ['2012-01-01', 2, HEIGHT],
    ),
    25,
  ),
  example(
    'BMI: of two weights at one moment the smallest identifier',
    bmi(),
    read(
      ['2020-01-01', 80, WEIGHT, 6002],
      ['2020-01-01', 100, WEIGHT, 6001],
      ['2012-01-01', 2, HEIGHT],
    ),
    25,
  ),
  example(
    'BMI: weights of the period, heights of all time before its end',
    bmi({ between: ['2020-01-01', 'index_date'] }),
    read(
      ['2020-03-01', 160, WEIGHT],
      ['2020-01-01', 80, WEIGHT],
      ['2000-01-01', 2, HEIGHT],
      ['2020-03-01', 1, HEIGHT],
    ),
    20,
  ),
  example(
    'BMI: a weight before the period is none',
    bmi({ between: ['2020-01-01', 'index_date'] }),
    read(['2019-12-31', 80, WEIGHT], ['2000-01-01', 2, HEIGHT]),
    0,
  ),
  example(
    'BMI: a height of 0 is no height',
    bmi(),
    read(['2020-01-01', 80, WEIGHT], ['2012-01-01', 0, HEIGHT], ['2012-01-01', 29, BMI]),
    29,
  ),
  example(
    'BMI: age is the difference of calendar years, so that it counts from January on',
    bmi(),
    { Patient: [{ DateOfBirth: '2000-12-01' }], ...read(['2016-01-01', 31, BMI]) },
    31,
  ),
  example(
    'BMI: a child has none',
    bmi(),
    { Patient: [{ DateOfBirth: '2000-12-01' }], ...read(['2015-12-31', 31, BMI]) },
    0,
  ),
  example(
    'BMI: another age from which it counts',
    bmi({ minimum_age_at_measurement: 10 }),
    { Patient: [{ DateOfBirth: '2000-12-01' }], ...read(['2010-12-31', 31, BMI]) },
    31,
  ),
  example(
    'BMI: a height measured in childhood is dropped after it was picked',
    bmi(),
    {
      Patient: [{ DateOfBirth: '2000-12-01' }],
      ...read(['2020-01-01', 80, WEIGHT], ['2014-01-01', 2, HEIGHT]),
    },
    0,
  ),
  example(
    'BMI: without a date of birth there is none',
    bmi(),
    { Patient: [{ DateOfBirth: null }], ...read(['2020-01-01', 31, BMI]) },
    0,
  ),
  {
    rule: 'BMI: the date is that of the weight',
    ...dateOf('bmi_of_weight', bmi()),
    rows: read(['2020-01-01', 80, WEIGHT], ['2012-01-01', 2, HEIGHT], ['2020-02-02', 29, BMI]),
    gives: '2020-01-01',
  },
  {
    rule: 'BMI: the date is that of the recorded one where there is no height',
    ...dateOf('bmi_recorded', bmi()),
    rows: read(['2020-01-01', 80, WEIGHT], ['2018-02-02', 29, BMI]),
    gives: '2018-02-02',
  },
  {
    rule: 'BMI: the date belongs to the value, also beside a height of 0',
    ...dateOf('bmi_without_height', bmi()),
    rows: read(['2020-01-01', 80, WEIGHT], ['2012-01-01', 0, HEIGHT], ['2018-02-02', 29, BMI]),
    gives: '2018-02-02',
  },
  { rule: 'BMI: nothing has no date', ...dateOf('bmi_none', bmi()), gives: null },
  {
    rule: 'BMI: the older flag makes the same date',
    columns: {
      weighed: patients('most_recent_bmi', { include_measurement_date: true, include_month: true }),
    },
    call: patients('maximum_of', { column_names: ['weighed_date_measured'] }),
    rows: read(['2020-01-31', 80, WEIGHT], ['2012-01-01', 2, HEIGHT]),
    gives: '2020-01',
  },
];

specify(cases);
