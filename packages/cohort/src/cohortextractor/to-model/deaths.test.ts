/** Registered deaths and deaths in hospital (cohort-extractor §1.8, 34–36; §7.5). */
import type { Constant } from '../../model/model.ts';
import type { Python } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
const covid = codes('icd10', ['U071', 'U072']);
const died = (given: Given = {}) => ['died_from_any_cause', given] as const;
const diedOf = (given: Given = {}) =>
  ['with_these_codes_on_death_certificate', { codelist: covid, ...given }] as const;
const cpns = (given: Given = {}) => ['with_death_recorded_in_cpns', given] as const;
const onDate = { returning: 'date_of_death', date_format: 'YYYY-MM-DD' };

type Line = Readonly<Record<string, Constant>>;
const certified = (...lines: readonly Line[]): Rows => ({
  ONS_Deaths: lines.map((line) => ({ dod: '2020-02-02', icd10u: 'C189', ...line })),
});
const inHospital = (...days: readonly (string | null)[]): Rows => ({
  CPNS: days.map((DateOfDeath) => ({ DateOfDeath })),
});

const cases: readonly Case[] = [
  example('any cause: registered', died(), certified({}), true),
  example('any cause: not registered', died(), {}, false),
  example('any cause: on the last day', died({ on_or_before: '2020-02-02' }), certified({}), true),
  example('any cause: on the first day', died({ on_or_after: '2020-02-02' }), certified({}), true),
  example(
    'any cause: after the period',
    died({ on_or_before: '2020-02-01' }),
    certified({}),
    false,
  ),
  example(
    'any cause: without a date in no period',
    died({ on_or_before: 'index_date' }),
    certified({ dod: null }),
    false,
  ),
  example('any cause: the date', died(onDate), certified({}), '2020-02-02'),
  example(
    'any cause: the date to the month',
    died({ ...onDate, date_format: 'YYYY-MM' }),
    certified({}),
    '2020-02',
  ),
  example(
    'any cause: the date in the older way',
    died({ returning: 'date_of_death', include_day: true }),
    certified({}),
    '2020-02-02',
  ),
  example('any cause: no date without a death', died(onDate), {}, null),
  example(
    'any cause: the earliest of two dates',
    died(onDate),
    certified({ dod: '2020-02-03' }, { dod: '2020-02-02' }),
    '2020-02-02',
  ),
  example(
    'any cause: the underlying one',
    died({ returning: 'underlying_cause_of_death' }),
    certified({}),
    'C189',
  ),
  example(
    'any cause: the smallest of two underlying ones',
    died({ returning: 'underlying_cause_of_death' }),
    certified({ icd10u: 'J180' }, { icd10u: 'C189' }),
    'C189',
  ),
  example(
    'any cause: the place',
    died({ returning: 'place_of_death' }),
    certified({ Place_of_occurrence: 'Care Home' }),
    'Care Home',
  ),
  example('any cause: no place is blank', died({ returning: 'place_of_death' }), certified({}), ''),

  example('certificate: the underlying cause', diedOf(), certified({ icd10u: 'U071' }), true),
  example(
    'certificate: the first of the other causes',
    diedOf(),
    certified({ ICD10001: 'U072' }),
    true,
  ),
  example(
    'certificate: the last of the other causes',
    diedOf(),
    certified({ ICD10015: 'U072' }),
    true,
  ),
  example('certificate: none of the list', diedOf(), certified({ ICD10001: 'J180' }), false),
  example('certificate: a code is whole', diedOf(), certified({ icd10u: 'U0711' }), false),
  example('certificate: not a code above', diedOf(), certified({ icd10u: 'U07' }), false),
  example(
    'certificate: only the underlying cause',
    diedOf({ match_only_underlying_cause: true }),
    certified({ ICD10001: 'U071' }),
    false,
  ),
  example(
    'certificate: the underlying cause alone',
    diedOf({ match_only_underlying_cause: true }),
    certified({ icd10u: 'U071' }),
    true,
  ),
  example(
    'certificate: in the period',
    diedOf({ between: ['2020-02-02', '2020-02-02'] }),
    certified({ icd10u: 'U071' }),
    true,
  ),
  example(
    'certificate: after the period',
    diedOf({ on_or_before: '2020-02-01' }),
    certified({ icd10u: 'U071' }),
    false,
  ),
  example('certificate: the date', diedOf(onDate), certified({ icd10u: 'U071' }), '2020-02-02'),
  example('certificate: the date of another cause is none', diedOf(onDate), certified({}), null),
  example(
    'certificate: the underlying cause, not the one that matched',
    diedOf({ returning: 'underlying_cause_of_death' }),
    certified({ ICD10003: 'U071' }),
    'C189',
  ),
  example(
    'certificate: the place',
    diedOf({ returning: 'place_of_death' }),
    certified({ icd10u: 'U071', Place_of_occurrence: 'Home' }),
    'Home',
  ),

  example('hospital: a death', cpns(), inHospital('2020-02-02'), true),
  example('hospital: none', cpns(), {}, false),
  example(
    'hospital: on the last day',
    cpns({ on_or_before: 'index_date' }),
    inHospital('2020-02-29'),
    true,
  ),
  example(
    'hospital: after it',
    cpns({ on_or_before: 'index_date' }),
    inHospital('2020-03-01'),
    false,
  ),
  example('hospital: the date', cpns(onDate), inHospital('2020-02-02', '2020-02-02'), '2020-02-02'),
  example(
    'hospital: the last of two dates that disagree',
    cpns(onDate),
    inHospital('2020-02-05', '2020-02-02'),
    '2020-02-05',
  ),
  example('hospital: no date without a death', cpns(onDate), {}, null),
];

specify(cases);
