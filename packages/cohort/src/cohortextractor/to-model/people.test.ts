/** Who the patients are (cohort-extractor §1.8, 1–5 and 37). */
import { type Case, example, specify } from './cases.testing.ts';

const ofBirth = (DateOfBirth: string | null) => ({ Patient: [{ DateOfBirth }] });
const ofDeath = (DateOfDeath: string | null) => ({ Patient: [{ DateOfDeath }] });
const fullDate = { date_format: 'YYYY-MM-DD' };

const cases: readonly Case[] = [
  example('all: everybody', ['all'], {}, true),

  example('sex: as stored', ['sex'], { Patient: [{ Sex: 'I' }] }, 'I'),
  example('sex: nothing stored is blank', ['sex'], { Patient: [{ Sex: null }] }, ''),

  example(
    'age: the anniversary itself counts',
    ['age_as_of', { reference_date: '2020-03-01' }],
    ofBirth('1980-03-01'),
    40,
  ),
  example(
    'age: the day before does not',
    ['age_as_of', { reference_date: '2020-02-29' }],
    ofBirth('1980-03-01'),
    39,
  ),
  example(
    'age: negative before birth',
    ['age_as_of', { reference_date: '2018-01-01' }],
    ofBirth('2020-03-01'),
    -3,
  ),
  example(
    'age: 0 without a date of birth',
    ['age_as_of', { reference_date: 'index_date' }],
    ofBirth(null),
    0,
  ),
  example(
    'age: at the index date that is asked for',
    ['age_as_of', { reference_date: 'index_date' }],
    ofBirth('1980-06-01'),
    41,
    { at: '2021-06-01' },
  ),
  example(
    'age: today is one day for everybody',
    ['age_as_of', { reference_date: 'today' }],
    ofBirth('1980-07-01'),
    40,
  ),
  example(
    'age: of a date function and an offset',
    ['age_as_of', { reference_date: 'first_day_of_month(index_date) + 1 month' }],
    ofBirth('1980-03-01'),
    40,
  ),

  example(
    'date of birth: the year alone by default',
    ['date_of_birth'],
    ofBirth('1980-03-01'),
    '1980',
  ),
  example(
    'date of birth: to the month',
    ['date_of_birth', { date_format: 'YYYY-MM' }],
    ofBirth('1980-03-01'),
    '1980-03',
  ),
  example('date of birth: nothing stored is no date', ['date_of_birth'], ofBirth(null), null),

  example('death: the living have none', ['with_death_recorded_in_primary_care'], {}, false),
  example(
    'death: on the last day of the period',
    ['with_death_recorded_in_primary_care', { on_or_before: 'index_date' }],
    ofDeath('2020-02-29'),
    true,
  ),
  example(
    'death: after the period',
    ['with_death_recorded_in_primary_care', { on_or_before: 'index_date' }],
    ofDeath('2020-03-01'),
    false,
  ),
  example(
    'death: its date',
    [
      'with_death_recorded_in_primary_care',
      { returning: 'date_of_death', on_or_after: '2020-01-01', ...fullDate },
    ],
    ofDeath('2020-01-01'),
    '2020-01-01',
  ),
  example(
    'death: the date of the living is none',
    [
      'with_death_recorded_in_primary_care',
      { returning: 'date_of_death', on_or_after: '2020-01-01', ...fullDate },
    ],
    {},
    null,
  ),

  example('sample: nobody outside of 100 percent', ['random_sample', { percent: 100 }], {}, true),
];

specify(cases);
