/** Registrations with practices (cohort-extractor §1.8, 6–10 and 14; §7.5). */
import { type Case, example, type Rows, specify } from './cases.testing.ts';

const shared: Rows = {
  Organisation: [
    {
      Organisation_ID: 1,
      GoLiveDate: '2010-01-01',
      STPCode: 'E1',
      MSOACode: 'E02',
      Region: 'London',
    },
    {
      Organisation_ID: 2,
      GoLiveDate: '2019-06-01',
      STPCode: 'E2',
      MSOACode: 'E03',
      Region: 'East',
    },
    { Organisation_ID: 3, GoLiveDate: null, STPCode: null, MSOACode: null, Region: null },
  ],
  ClusterRandomisedTrial: [
    { Organisation_ID: 1, TrialNumber: 7, TrialArm: 'con' },
    { Organisation_ID: 2, TrialNumber: 8, TrialArm: 'int' },
  ],
  ClusterRandomisedTrialReference: [
    { TrialNumber: 7, TrialName: 'GermDefence' },
    { TrialNumber: 8, TrialName: 'another' },
  ],
  ClusterRandomisedTrialDetail: [
    { TrialNumber: 7, Organisation_ID: 1, Property: 'IMD_decile', PropertyValue: '4' },
    { TrialNumber: 7, Organisation_ID: 1, Property: 'meanage', PropertyValue: '41.5' },
    { TrialNumber: 8, Organisation_ID: 2, Property: 'IMD_decile', PropertyValue: '9' },
  ],
};

interface Stay {
  readonly from: string | null;
  readonly to?: string | null;
  readonly at?: number | null;
  readonly id?: number;
}

const stays = (...given: readonly Stay[]): Rows => ({
  RegistrationHistory: given.map(({ from, to = '9999-12-31', at = 1, id }, index) => ({
    StartDate: from,
    EndDate: to,
    Organisation_ID: at,
    Registration_ID: id ?? 100 + index,
  })),
});

const asOf = (reference_date: string) => ['registered_as_of', { reference_date }] as const;
const between = (start_date: string, end_date: string) =>
  ['registered_with_one_practice_between', { start_date, end_date }] as const;
const complete = (start_date: string, end_date: string) =>
  ['with_complete_gp_consultation_history_between', { start_date, end_date }] as const;
const practice = (returning: string, date = 'index_date') =>
  ['registered_practice_as_of', { date, returning }] as const;
const left = (period: Readonly<Record<string, string>> = {}) =>
  [
    'date_deregistered_from_all_supported_practices',
    { date_format: 'YYYY-MM-DD', ...period },
  ] as const;

const cases: readonly Case[] = [
  example('registered as of: nobody without a registration', asOf('index_date'), {}, false),
  example(
    'registered as of: from the first day on',
    asOf('index_date'),
    stays({ from: '2020-02-29' }),
    true,
  ),
  example('registered as of: not before', asOf('index_date'), stays({ from: '2020-03-01' }), false),
  example(
    'registered as of: the last day does not count',
    asOf('index_date'),
    stays({ from: '2010-01-01', to: '2020-02-29' }),
    false,
  ),
  example(
    'registered as of: the day before the last does',
    asOf('index_date'),
    stays({ from: '2010-01-01', to: '2020-03-01' }),
    true,
  ),
  example(
    'registered as of: a missing end covers nothing',
    asOf('index_date'),
    stays({ from: '2010-01-01', to: null }),
    false,
  ),
  example(
    'registered as of: a practice that is not known counts nowhere',
    asOf('index_date'),
    stays({ from: '2010-01-01', at: 99 }),
    false,
  ),
  example(
    'registered as of: another index date',
    asOf('index_date - 366 days'),
    stays({ from: '2010-01-01', to: '2019-06-01' }),
    true,
    { at: '2020-05-31' },
  ),

  example(
    'registered between: one registration over both days',
    between('2019-02-01', 'index_date'),
    stays({ from: '2019-02-01' }),
    true,
  ),
  example(
    'registered between: two that follow one another are not one',
    between('2019-01-01', 'index_date'),
    stays({ from: '2010-01-01', to: '2019-07-01' }, { from: '2019-07-01' }),
    false,
  ),
  example(
    'registered between: ends on the last day',
    between('2019-01-01', 'index_date'),
    stays({ from: '2010-01-01', to: '2020-02-29' }),
    false,
  ),

  example(
    'complete consultations: the practice went live by the first day',
    complete('2010-01-01', 'index_date'),
    stays({ from: '2009-01-01' }),
    true,
  ),
  example(
    'complete consultations: it went live later',
    complete('2019-01-01', 'index_date'),
    stays({ from: '2009-01-01', at: 2 }),
    false,
  ),
  example(
    'complete consultations: it is not known when it went live',
    complete('2019-01-01', 'index_date'),
    stays({ from: '2009-01-01', at: 3 }),
    false,
  ),

  example(
    'practice: region',
    practice('nuts1_region_name'),
    stays({ from: '2019-01-01' }),
    'London',
  ),
  example('practice: STP', practice('stp_code'), stays({ from: '2019-01-01', at: 2 }), 'E2'),
  example('practice: area', practice('msoa'), stays({ from: '2019-01-01' }), 'E02'),
  example(
    'practice: area by its other name',
    practice('msoa_code'),
    stays({ from: '2019-01-01' }),
    'E02',
  ),
  example('practice: number', practice('pseudo_id'), stays({ from: '2019-01-01', at: 2 }), 2),
  example('practice: none is 0', practice('pseudo_id'), {}, 0),
  example(
    'practice: one that the database does not know has no number',
    practice('pseudo_id'),
    stays({ from: '2019-01-01', at: 99 }),
    0,
  ),
  example('practice: none is blank', practice('stp_code'), {}, ''),
  example(
    'practice: nothing known is blank',
    practice('msoa'),
    stays({ from: '2019-01-01', at: 3 }),
    '',
  ),
  example(
    'practice: joined last',
    practice('stp_code'),
    stays({ from: '2019-01-01', at: 2 }, { from: '2018-01-01', at: 1 }),
    'E2',
  ),
  example(
    'practice: joined on one day, left last',
    practice('stp_code'),
    stays(
      { from: '2019-01-01', to: '2021-01-01', at: 1 },
      { from: '2019-01-01', to: '2022-01-01', at: 2 },
    ),
    'E2',
  ),
  example(
    'practice: the same days, registered first',
    practice('stp_code'),
    stays({ from: '2019-01-01', at: 2, id: 52 }, { from: '2019-01-01', at: 1, id: 51 }),
    'E1',
  ),
  example(
    'practice: the one of the day, not of today',
    practice('stp_code', '2018-06-01'),
    stays({ from: '2018-01-01', to: '2019-01-01', at: 1 }, { from: '2019-01-01', at: 2 }),
    'E1',
  ),

  example(
    'trial: the practice takes part',
    practice('rct__germdefence__enrolled'),
    stays({ from: '2019-01-01' }),
    true,
  ),
  example(
    'trial: it takes part in another',
    practice('rct__germdefence__enrolled'),
    stays({ from: '2019-01-01', at: 2 }),
    false,
  ),
  example(
    'trial: arm',
    practice('rct__germdefence__trial_arm'),
    stays({ from: '2019-01-01' }),
    'con',
  ),
  example(
    'trial: a property, whatever its case',
    practice('rct__germdefence__imd_decile'),
    stays({ from: '2019-01-01' }),
    '4',
  ),
  example(
    'trial: no property of another trial',
    practice('rct__germdefence__imd_decile'),
    stays({ from: '2019-01-01', at: 2 }),
    '',
  ),

  example(
    'deregistered: the latest end of all',
    left(),
    stays({ from: '2010-01-01', to: '2018-05-05' }, { from: '2018-05-05', to: '2019-05-05' }),
    '2019-05-05',
  ),
  example(
    'deregistered: an open registration is no end',
    left(),
    stays({ from: '2010-01-01' }),
    null,
  ),
  example(
    'deregistered: whoever is registered again did not leave',
    left({ on_or_after: '2015-01-01' }),
    stays({ from: '2010-01-01', to: '2018-05-05' }, { from: '2018-05-05' }),
    null,
  ),
  example(
    'deregistered: bounds count',
    left({ on_or_after: '2019-05-05', on_or_before: '2019-05-05' }),
    stays({ from: '2010-01-01', to: '2019-05-05' }),
    '2019-05-05',
  ),
  example(
    'deregistered: after the period',
    left({ on_or_before: 'index_date' }),
    stays({ from: '2010-01-01', to: '2020-03-01' }),
    null,
  ),
];

specify(cases, shared);
