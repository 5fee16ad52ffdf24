/** `with_these_clinical_events` (cohort-extractor §1.8, 15 and 17; §7.4). */
import { type Python, patients } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

const ctv3 = codes('ctv3', ['XaY0k', '246..']);
const snomed = codes('snomed', ['111', '222']);
const graded = codes('ctv3', { mild: 'low', grave: 'high' });
const ignored = codes('ctv3', ['Skip1']);
const ignoredSnomed = codes('snomed', ['999']);

type Given = Readonly<Record<string, Python>>;
const events = (given: Given = {}) =>
  ['with_these_clinical_events', { codelist: ctv3, ...given }] as const;

const day = { date_format: 'YYYY-MM-DD' };
const onDate = { returning: 'date', ...day };
const first = { find_first_match_in_period: true };
const count = { returning: 'number_of_matches_in_period' };
const episodes = (days: number | null) => ({
  returning: 'number_of_episodes',
  ...(days === null ? {} : { episode_defined_as: `series of events each <= ${days} days apart` }),
});

type Event = readonly [moment: string | null, code?: string, value?: number | null, id?: number];

const had = (...given: readonly Event[]): Rows => ({
  CodedEvent: given.map(([ConsultationDate, CTV3Code = 'XaY0k', NumericValue = null, id]) => ({
    ConsultationDate,
    CTV3Code,
    NumericValue,
    ...(id === undefined ? {} : { CodedEvent_ID: id }),
  })),
});

const hadSnomed = (...given: readonly (readonly [string, string])[]): Rows => ({
  CodedEvent_SNOMED: given.map(([ConsultationDate, ConceptID]) => ({
    ConsultationDate,
    ConceptID,
  })),
});

const inPeriod = { between: ['2020-01-01', 'index_date'] };

const cases: readonly Case[] = [
  example('events: a code of the list', events(), had(['2019-05-05']), true),
  example('events: no other code', events(), had(['2019-05-05', 'XaY0l']), false),
  example('events: nothing', events(), {}, false),
  example('events: codes are case-sensitive', events(), had(['2019-05-05', 'xaY0k']), false),
  example('events: a code is whole', events(), had(['2019-05-05', '246']), false),
  example('events: a code and more is another', events(), had(['2019-05-05', '246..1']), false),
  example(
    'events: SNOMED codes are in their own table',
    events({ codelist: snomed }),
    hadSnomed(['2019-05-05', '222']),
    true,
  ),
  example(
    'events: SNOMED codes are not looked for among CTV3',
    events({ codelist: snomed }),
    had(['2019-05-05', '111']),
    false,
  ),

  example('events: on the first day', events(inPeriod), had(['2020-01-01']), true),
  example('events: the day before', events(inPeriod), had(['2019-12-31T23:59']), false),
  example(
    'events: trap 7, late on the last day is within the period',
    events(inPeriod),
    had(['2020-02-29T23:59:59']),
    true,
  ),
  example('events: the day after', events(inPeriod), had(['2020-03-01']), false),
  example('events: the same at another index date', events(inPeriod), had(['2020-03-01']), true, {
    at: '2020-03-01',
  }),
  example(
    'events: trap 9, an unknown day is before every other',
    events({ on_or_before: 'index_date' }),
    had(['1900-01-01']),
    true,
  ),
  example(
    'events: trap 9, a lower bound leaves unknown days out',
    events({ between: ['1950-01-01', 'index_date'] }),
    had(['1900-01-01']),
    false,
  ),
  example(
    'events: no date is in no period',
    events({ on_or_before: 'index_date' }),
    had([null]),
    false,
  ),
  example('events: no date without a period counts', events(), had([null]), true),
  example(
    'events: a period that ends before it starts holds nothing',
    events({ between: ['index_date', '2020-01-01'] }),
    had(['2020-01-15']),
    false,
  ),

  example(
    'events: the last date',
    events(onDate),
    had(['2019-01-01'], ['2019-03-03']),
    '2019-03-03',
  ),
  example(
    'events: the first date',
    events({ ...onDate, ...first }),
    had(['2019-01-01'], ['2019-03-03']),
    '2019-01-01',
  ),
  example(
    'events: the first wins over the last when both are asked for',
    events({ ...onDate, ...first, find_last_match_in_period: true }),
    had(['2019-01-01'], ['2019-03-03']),
    '2019-01-01',
  ),
  example('events: no date without a match', events(onDate), {}, null),
  example(
    'events: the year alone by default',
    events({ returning: 'date' }),
    had(['2019-01-01']),
    '2019',
  ),
  example(
    'events: to the month',
    events({ returning: 'date', date_format: 'YYYY-MM' }),
    had(['2019-01-31T22:00']),
    '2019-01',
  ),
  example(
    'events: legacy flags ask for the first date',
    events({ return_first_date_in_period: true, include_day: true }),
    had(['2019-01-01'], ['2019-03-03']),
    '2019-01-01',
  ),
  example(
    'events: legacy flags ask for the last date to the month',
    events({ return_last_date_in_period: true, include_month: true }),
    had(['2019-01-01'], ['2019-03-03']),
    '2019-03',
  ),
  example(
    'events: a legacy flag counts',
    events({ return_number_of_matches_in_period: true }),
    had(['2019-01-01'], ['2019-03-03']),
    2,
  ),

  example(
    'events: rows are counted, not days',
    events(count),
    had(['2019-01-01T09:00'], ['2019-01-01T09:00'], ['2019-01-02']),
    3,
  ),
  example('events: none is 0', events(count), {}, 0),

  example(
    'events: the value of the last',
    events({ returning: 'numeric_value' }),
    had(['2019-01-01', '246..', 1], ['2019-03-03', '246..', 2.5]),
    2.5,
  ),
  example(
    'events: the value of the first',
    events({ returning: 'numeric_value', ...first }),
    had(['2019-01-01', '246..', 1], ['2019-03-03', '246..', 2.5]),
    1,
  ),
  example(
    'events: the time of day decides within a day',
    events({ returning: 'numeric_value' }),
    had(['2019-01-01T10:00', '246..', 1], ['2019-01-01T09:00', '246..', 2]),
    1,
  ),
  example(
    'events: trap 8, of the last at one moment the smallest identifier',
    events({ returning: 'numeric_value' }),
    had(['2019-01-01T10:00', '246..', 7, 8002], ['2019-01-01T10:00', '246..', 9, 8001]),
    9,
  ),
  example(
    'events: trap 8, of the first too',
    events({ returning: 'numeric_value', ...first }),
    had(['2019-01-01T10:00', '246..', 7, 8004], ['2019-01-01T10:00', '246..', 9, 8003]),
    9,
  ),
  example(
    'events: one without a date comes before all others',
    events({ returning: 'numeric_value', ...first }),
    had(['2019-01-01', '246..', 7], [null, '246..', 9]),
    9,
  ),
  example(
    'events: one without a date is not the last',
    events({ returning: 'numeric_value' }),
    had(['2019-01-01', '246..', 7], [null, '246..', 9]),
    7,
  ),
  example(
    'events: nor the first of a period',
    events({ returning: 'numeric_value', ...first, on_or_before: 'index_date' }),
    had(['2019-01-01', '246..', 7], [null, '246..', 9]),
    7,
  ),
  {
    rule: 'events: the date of a value is that of its event, so none where that has none',
    columns: { value_undated: patients(...events({ returning: 'numeric_value', ...first })) },
    call: patients('date_of', { source: 'value_undated', ...day }),
    rows: had(['2019-01-01', '246..', 7], [null, '246..', 9]),
    gives: null,
  },
  example(
    'events: the first date is one that is known',
    events({ ...onDate, ...first }),
    had(['2019-01-01'], [null]),
    '2019-01-01',
  ),
  example(
    'events: no value is 0.0',
    events({ returning: 'numeric_value' }),
    had(['2019-01-01']),
    0,
  ),
  example(
    'events: the latest counts though it has no value',
    events({ returning: 'numeric_value' }),
    had(['2019-01-01', '246..', 4], ['2019-03-03', '246..', null]),
    0,
  ),
  example(
    'events: unless missing values are ignored',
    events({ returning: 'numeric_value', ignore_missing_values: true }),
    had(['2019-01-01', '246..', 4], ['2019-03-03', '246..', null], ['2019-04-04', '246..', 0]),
    4,
  ),
  example(
    'events: missing values are ignored in counts too',
    events({ ...count, ignore_missing_values: true }),
    had(['2019-01-01', '246..', 4], ['2019-03-03', '246..', null], ['2019-04-04', '246..', -1]),
    2,
  ),

  example(
    'events: the code',
    events({ returning: 'code' }),
    had(['2019-01-01'], ['2019-03-03', '246..']),
    '246..',
  ),
  example('events: no code is blank', events({ returning: 'code' }), {}, ''),
  example(
    'events: the category of the last',
    events({ codelist: graded, returning: 'category' }),
    had(['2019-01-01', 'grave'], ['2019-03-03', 'mild']),
    'low',
  ),
  example(
    'events: the category of the first',
    events({ codelist: graded, returning: 'category', ...first }),
    had(['2019-01-01', 'grave'], ['2019-03-03', 'mild']),
    'high',
  ),
  example(
    'events: no category is blank',
    events({ codelist: graded, returning: 'category' }),
    {},
    '',
  ),

  example('episodes: none', events(episodes(7)), {}, 0),
  example(
    'episodes: a gap of exactly that many days continues one',
    events(episodes(7)),
    had(['2019-01-01'], ['2019-01-08']),
    1,
  ),
  example(
    'episodes: a day more begins another',
    events(episodes(7)),
    had(['2019-01-01'], ['2019-01-09']),
    2,
  ),
  example(
    'episodes: gaps are from event to event',
    events(episodes(7)),
    had(['2019-01-15'], ['2019-01-01'], ['2019-01-08'], ['2019-02-15']),
    2,
  ),
  example(
    'episodes: calendar days, whatever the hour',
    events(episodes(7)),
    had(['2019-01-01T00:01'], ['2019-01-08T23:59']),
    1,
  ),
  example(
    'episodes: without a definition each day is one',
    events(episodes(null)),
    had(['2019-01-01T09:00'], ['2019-01-01T17:00'], ['2019-01-02']),
    2,
  ),
  example(
    'episodes: only events of the period',
    events({ ...episodes(7), ...inPeriod }),
    had(['2019-12-30'], ['2020-01-02'], ['2020-02-20']),
    2,
  ),
  example('episodes: events without a date make none', events(episodes(7)), had([null], [null]), 0),

  example(
    'ignored days: an event of the list takes its day away',
    events({ ...count, ignore_days_where_these_codes_occur: ignored }),
    had(['2019-01-01T09:00'], ['2019-01-01T23:00', 'Skip1'], ['2019-01-02']),
    1,
  ),
  example(
    'ignored days: case counts there too',
    events({ ...count, ignore_days_where_these_codes_occur: ignored }),
    had(['2019-01-01'], ['2019-01-01', 'skip1']),
    1,
  ),
  example(
    'ignored days: only within the same period',
    events({ ...count, ...inPeriod, ignore_days_where_these_codes_occur: ignored }),
    had(['2019-06-01'], ['2019-06-01', 'Skip1'], ['2020-01-05']),
    1,
  ),
  example(
    'ignored days: of a list in the other system',
    events({ ...count, ignore_days_where_these_codes_occur: ignoredSnomed }),
    { ...had(['2019-01-01'], ['2019-01-02']), ...hadSnomed(['2019-01-02', '999']) },
    1,
  ),
  example(
    'ignored days: the last of the days left',
    events({ ...onDate, ignore_days_where_these_codes_occur: ignored }),
    had(['2019-01-01'], ['2019-03-03'], ['2019-03-03', 'Skip1']),
    '2019-01-01',
  ),
  example(
    'ignored days: the value of the days left',
    events({ returning: 'numeric_value', ignore_days_where_these_codes_occur: ignored }),
    had(['2019-01-01', '246..', 5], ['2019-03-03', '246..', 6], ['2019-03-03', 'Skip1']),
    5,
  ),
  example(
    'ignored days: episodes of the days left',
    events({ ...episodes(7), ignore_days_where_these_codes_occur: ignored }),
    had(['2019-01-01'], ['2019-01-07'], ['2019-01-07', 'Skip1'], ['2019-01-12']),
    2,
  ),
  example(
    'ignored days: events without a date stay',
    events({ ...count, ignore_days_where_these_codes_occur: ignored }),
    had([null], [null, 'Skip1']),
    1,
  ),
];

specify(cases);
