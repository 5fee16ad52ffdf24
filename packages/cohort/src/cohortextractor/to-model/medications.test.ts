/** `with_these_medications` (cohort-extractor §1.8, 16 and 17; §3, §7.4). */
import type { Python } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

const drugs = codes('snomed', ['501', '502']);
const gradedDrugs = codes('snomed', { '501': 'tablet', abc9: 'syrup' });
const ignored = codes('ctv3', ['Skip1']);

type Given = Readonly<Record<string, Python>>;
const medicines = (given: Given = {}) =>
  ['with_these_medications', { codelist: drugs, ...given }] as const;

const day = { date_format: 'YYYY-MM-DD' };
const onDate = { returning: 'date', ...day };
const first = { find_first_match_in_period: true };
const count = { returning: 'number_of_matches_in_period' };
const episodes = (days: number) => ({
  returning: 'number_of_episodes',
  episode_defined_as: `series of events each <= ${days} days apart`,
});

const took = (...given: readonly (readonly [string | null, string?, number?])[]): Rows => ({
  MedicationIssue: given.map(([ConsultationDate, MultilexDrug_ID = 'm1', id]) => ({
    ConsultationDate,
    MultilexDrug_ID,
    ...(id === undefined ? {} : { MedicationIssue_ID: id }),
  })),
});

const skipped = (ConsultationDate: string): Rows => ({
  CodedEvent: [{ ConsultationDate, CTV3Code: 'Skip1' }],
});

const shared: Rows = {
  MedicationDictionary: [
    { MultilexDrug_ID: 'm1', DMD_ID: '501' },
    { MultilexDrug_ID: 'm2', DMD_ID: '502' },
    { MultilexDrug_ID: 'm3', DMD_ID: 'ABC9' },
    { MultilexDrug_ID: 'm4', DMD_ID: '777' },
    { MultilexDrug_ID: 'm5', DMD_ID: '888' },
    { MultilexDrug_ID: 'm6', DMD_ID: null },
  ],
  VmpMapping: [
    { id: '777', prev_id: '501' },
    { id: '888', prev_id: '777' },
  ],
};

const inPeriod = { between: ['2020-01-01', 'index_date'] };

const cases: readonly Case[] = [
  example('medicines: a product of the list', medicines(), took(['2019-05-05']), true),
  example('medicines: nothing', medicines(), {}, false),
  example(
    'medicines: one that the dictionary has no identifier for',
    medicines(),
    took(['2019-05-05', 'm6']),
    false,
  ),
  example(
    'medicines: one that the dictionary does not have',
    medicines(),
    took(['2019-05-05', 'm9']),
    false,
  ),
  example(
    'medicines: identifiers match without regard to case',
    medicines({ codelist: gradedDrugs, returning: 'category' }),
    took(['2019-05-05', 'm3']),
    'syrup',
  ),
  example(
    'medicines: a code is returned as it is stored',
    medicines({ codelist: gradedDrugs, returning: 'code' }),
    took(['2019-05-05', 'm3']),
    'ABC9',
  ),
  example(
    'medicines: the present identifier of a former one',
    medicines(),
    took(['2019-05-05', 'm4']),
    true,
  ),
  example('medicines: one step, not the next', medicines(), took(['2019-05-05', 'm5']), false),
  example(
    'medicines: an identifier that came later has the same category',
    medicines({ codelist: gradedDrugs, returning: 'category' }),
    took(['2019-05-05', 'm4']),
    'tablet',
  ),
  example(
    'medicines: its code lies outside of the list',
    medicines({ returning: 'code' }),
    took(['2019-05-05', 'm4']),
    '777',
  ),
  example(
    'medicines: the last day counts whatever the hour',
    medicines(inPeriod),
    took(['2020-02-29T18:00']),
    true,
  ),
  example(
    'medicines: the last date',
    medicines(onDate),
    took(['2019-01-01'], ['2019-03-03']),
    '2019-03-03',
  ),
  example(
    'medicines: the first date',
    medicines({ ...onDate, ...first }),
    took(['2019-01-01'], ['2019-03-03']),
    '2019-01-01',
  ),
  example(
    'medicines: issues are counted',
    medicines(count),
    took(['2019-01-01'], ['2019-01-01'], ['2019-02-02', 'm2']),
    3,
  ),
  example(
    'medicines: of one moment the smallest identifier',
    medicines({ returning: 'code' }),
    took(['2019-01-01', 'm2', 7002], ['2019-01-01', 'm1', 7001]),
    '501',
  ),
  example(
    'medicines: episodes',
    medicines(episodes(30)),
    took(['2019-01-01'], ['2019-01-31'], ['2019-03-03']),
    2,
  ),
  example(
    'medicines: ignored days are days of coded events',
    medicines({ ...count, ignore_days_where_these_clinical_codes_occur: ignored }),
    { ...took(['2019-01-01T08:00'], ['2019-01-02']), ...skipped('2019-01-01T20:00') },
    1,
  ),
  example(
    'medicines: the code of the days left',
    medicines({ returning: 'code', ignore_days_where_these_clinical_codes_occur: ignored }),
    { ...took(['2019-01-01', 'm2'], ['2019-02-02', 'm1']), ...skipped('2019-02-02') },
    '502',
  ),
  example(
    'medicines: legacy flags ask for the first date',
    medicines({ return_first_date_in_period: true, include_month: true }),
    took(['2019-01-01'], ['2019-03-03']),
    '2019-01',
  ),
  example(
    'medicines: a legacy flag counts',
    medicines({ return_number_of_matches_in_period: true }),
    took(['2019-01-01'], ['2019-03-03']),
    2,
  ),
];

specify(cases, shared);
