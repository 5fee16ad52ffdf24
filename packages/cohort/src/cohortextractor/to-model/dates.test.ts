/** Dates that count from the index date and from other columns (cohort-extractor §2). */
import { dayOf, isoOf } from '../../calendar.ts';
import type { Constant } from '../../model/model.ts';
import type { RecordedValue } from '../../record/document.ts';
import { dict, type Python, patients } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
const list = codes('ctv3', ['follow']);
const anchor = codes('ctv3', ['anchor']);
const firstAnchor = {
  codelist: anchor,
  returning: 'date',
  date_format: 'YYYY-MM-DD',
  find_first_match_in_period: true,
};

const had = (...given: readonly (readonly [moment: string, code?: string])[]): Rows => ({
  CodedEvent: given.map(([ConsultationDate, CTV3Code = 'follow']) => ({
    ConsultationDate,
    CTV3Code,
  })),
});
const onDate = { returning: 'date', date_format: 'YYYY-MM-DD' };
const events = (given: Given): RecordedValue =>
  patients('with_these_clinical_events', { codelist: list, ...given });

/** The day that an expression stands for: of three days in a row the one that lies in the period of that day alone. */
const stands = (expression: string, day: string, at: string): Case => {
  const next = (shift: number): string => isoOf((dayOf(day) ?? 0) + shift);
  const given = {
    between: [expression, expression],
    returning: 'date_of_death',
    date_format: 'YYYY-MM-DD',
  };
  const rows: Rows = { ONS_Deaths: [-1, 0, 1].map((shift) => ({ dod: next(shift) })) };
  return example(`${expression} at ${at} is ${day}`, ['died_from_any_cause', given], rows, day, {
    at,
  });
};

let anchors = 0;
/** Events of a period that counts from the first event of another list. */
const dynamic = (
  rule: string,
  given: (anchor: string) => Given,
  rows: Rows,
  gives: Constant,
  of: Given = {},
): Case => {
  anchors += 1;
  const name = `anchor_${anchors}`;
  return {
    rule,
    columns: { [name]: patients('with_these_clinical_events', { ...firstAnchor, ...of }) },
    call: events(given(name)),
    rows,
    gives,
  };
};
const from = (expression: string) => (name: string) => ({
  on_or_after: expression.replace('anchor', name),
});
const until = (expression: string) => (name: string) => ({
  on_or_before: expression.replace('anchor', name),
});
const onAnchor = (day: string, ...events: readonly string[]): Rows =>
  had([day, 'anchor'], ...events.map((event) => [event] as const));

const cases: readonly Case[] = [
  stands('index_date', '2020-05-17', '2020-05-17'),
  stands('2020-01-01', '2020-01-01', '2021-05-17'),
  stands('index_date + 1 day', '2020-03-01', '2020-02-29'),
  stands('index_date - 365 days', '2019-05-18', '2020-05-17'),
  stands('index_date + 2 months', '2020-07-17', '2020-05-17'),
  stands('index_date - 11 months', '2019-06-17', '2020-05-17'),
  stands('index_date+3days', '2020-05-20', '2020-05-17'),
  stands('first_day_of_month(index_date)', '2020-05-01', '2020-05-17'),
  stands('last_day_of_month(index_date)', '2020-02-29', '2020-02-01'),
  stands('last_day_of_month(index_date) + 1 day', '2020-03-01', '2020-02-29'),
  stands('first_day_of_year(index_date)', '2020-01-01', '2020-05-17'),
  stands('last_day_of_year(index_date)', '2020-12-31', '2020-05-17'),
  stands('first_day_of_nhs_financial_year(index_date)', '2019-04-01', '2020-03-31'),
  stands('first_day_of_nhs_financial_year(index_date)', '2020-04-01', '2020-04-01'),
  stands('last_day_of_nhs_financial_year(index_date)', '2020-03-31', '2020-03-31'),
  stands('last_day_of_nhs_financial_year(index_date)', '2021-03-31', '2020-04-01'),
  stands('first_day_of_school_year(index_date)', '2019-09-01', '2020-08-31'),
  stands('first_day_of_school_year(index_date)', '2020-09-01', '2020-09-01'),
  stands('last_day_of_school_year(index_date)', '2020-08-31', '2020-08-31'),
  stands('today', '2021-06-15', '2020-05-17'),
  stands('first_day_of_year(today) - 1 year', '2020-01-01', '2020-05-17'),

  dynamic(
    'column: an event on the day itself',
    from('anchor'),
    onAnchor('2020-01-10', '2020-01-10'),
    true,
  ),
  dynamic(
    'column: an event before it',
    from('anchor'),
    onAnchor('2020-01-10', '2020-01-09'),
    false,
  ),
  dynamic(
    'column: an event earlier on the same day',
    from('anchor'),
    had(['2020-01-10T15:00', 'anchor'], ['2020-01-10T08:00']),
    true,
  ),
  dynamic('column: days on', from('anchor + 14 days'), onAnchor('2020-01-10', '2020-01-24'), true),
  dynamic(
    'column: a day short of that',
    from('anchor + 14 days'),
    onAnchor('2020-01-10', '2020-01-23'),
    false,
  ),
  dynamic(
    'column: until days before it',
    until('anchor - 1 day'),
    onAnchor('2020-01-10', '2020-01-09'),
    true,
  ),
  dynamic(
    'column: not on the day after those',
    until('anchor - 1 day'),
    onAnchor('2020-01-10', '2020-01-10'),
    false,
  ),
  dynamic('column: no date, no match', from('anchor'), had(['2020-01-10']), false),
  dynamic(
    'column: no date, no match before it either',
    until('anchor'),
    had(['2020-01-10']),
    false,
  ),
  dynamic(
    'column: months take the end of a shorter month',
    until('anchor + 1 month'),
    onAnchor('2020-01-31', '2020-02-29'),
    true,
  ),
  dynamic(
    'column: and no more',
    until('anchor + 1 month'),
    onAnchor('2020-01-31', '2020-03-01'),
    false,
  ),
  dynamic(
    'column: years from a leap day',
    until('anchor + 1 year'),
    onAnchor('2020-02-29', '2021-02-28'),
    true,
  ),
  dynamic(
    'column: the first of its month',
    from('first_day_of_month(anchor)'),
    onAnchor('2020-01-10', '2020-01-01'),
    true,
  ),
  dynamic(
    'column: the end of its month',
    until('last_day_of_month(anchor)'),
    onAnchor('2020-02-10', '2020-02-29T20:00'),
    true,
  ),
  dynamic(
    'column: the first of its year',
    from('first_day_of_year(anchor)'),
    onAnchor('2020-05-10', '2019-12-31'),
    false,
  ),
  dynamic(
    'column: the end of its year',
    until('last_day_of_year(anchor)'),
    onAnchor('2020-05-10', '2020-12-31'),
    true,
  ),
  dynamic(
    'column: the first of its financial year',
    from('first_day_of_nhs_financial_year(anchor)'),
    onAnchor('2020-03-10', '2019-04-01'),
    true,
  ),
  dynamic(
    'column: the end of its financial year',
    until('last_day_of_nhs_financial_year(anchor)'),
    onAnchor('2020-03-10', '2020-04-01'),
    false,
  ),
  dynamic(
    'column: both bounds',
    (name) => ({ between: [name, `${name} + 7 days`] }),
    onAnchor('2020-01-10', '2020-01-17'),
    true,
  ),
  dynamic(
    'column: after both',
    (name) => ({ between: [name, `${name} + 7 days`] }),
    onAnchor('2020-01-10', '2020-01-18'),
    false,
  ),
  dynamic(
    'column: a date to the month counts from its first day',
    from('anchor'),
    onAnchor('2020-01-10', '2020-01-01'),
    true,
    { date_format: 'YYYY-MM' },
  ),
  dynamic(
    'column: beside the index date',
    (name) => ({ between: [name, 'index_date'] }),
    onAnchor('2020-01-10', '2020-03-01'),
    false,
  ),

  {
    rule: 'chain: the second event is after the first',
    columns: {
      chain_1: events({ ...onDate, find_first_match_in_period: true, on_or_after: '2020-01-01' }),
      chain_2: events({
        ...onDate,
        find_first_match_in_period: true,
        on_or_after: 'chain_1 + 1 day',
      }),
    },
    call: events({ ...onDate, find_first_match_in_period: true, on_or_after: 'chain_2 + 1 day' }),
    rows: had(['2019-12-01'], ['2020-01-01'], ['2020-01-01T10:00'], ['2020-01-05'], ['2020-01-09']),
    gives: '2020-01-09',
  },
  {
    rule: 'chain: it ends where there is no further event',
    columns: {
      short_1: events({ ...onDate, find_first_match_in_period: true }),
      short_2: events({
        ...onDate,
        find_first_match_in_period: true,
        on_or_after: 'short_1 + 1 day',
      }),
    },
    call: events({ ...onDate, find_first_match_in_period: true, on_or_after: 'short_2 + 1 day' }),
    rows: had(['2020-01-01'], ['2020-01-05']),
    gives: null,
  },
  {
    rule: 'of an aggregate',
    columns: {
      death_day: patients('died_from_any_cause', {
        returning: 'date_of_death',
        date_format: 'YYYY-MM-DD',
      }),
      until_death: patients('minimum_of', { column_names: ['death_day', '2020-02-01'] }),
    },
    call: events({ on_or_before: 'until_death' }),
    rows: had(['2020-01-31']),
    gives: true,
  },
  {
    rule: 'of a fixed date',
    columns: { start_day: patients('fixed_value', { value: '2020-01-15' }) },
    call: events({ on_or_after: 'start_day + 1 month' }),
    rows: had(['2020-02-15']),
    gives: true,
  },
  {
    rule: 'of a date that is a category',
    columns: {
      phase: patients(
        'categorised_as',
        {
          category_definitions: dict({
            '2020-01-01': "sex_of_phase = 'F'",
            '2021-01-01': 'DEFAULT',
          }),
        },
        { sex_of_phase: patients('sex') },
      ),
    },
    call: events({ on_or_after: 'phase' }),
    rows: had(['2020-06-01']),
    gives: true,
  },
  {
    rule: 'of another column: an age',
    columns: { first_seen: patients('with_these_clinical_events', firstAnchor) },
    call: patients('age_as_of', { reference_date: 'first_seen' }),
    rows: had(['2020-05-31', 'anchor']),
    gives: 49,
  },
  {
    rule: 'of another column: no date, no age',
    columns: { never_seen: patients('with_these_clinical_events', firstAnchor) },
    call: patients('age_as_of', { reference_date: 'never_seen' }),
    gives: 0,
  },
  {
    rule: 'of another column: a registration',
    columns: { seen_at_practice: patients('with_these_clinical_events', firstAnchor) },
    call: patients('registered_practice_as_of', {
      date: 'seen_at_practice',
      returning: 'pseudo_id',
    }),
    rows: {
      ...had(['2019-06-01', 'anchor']),
      RegistrationHistory: [
        { StartDate: '2010-01-01', EndDate: '2019-12-31', Organisation_ID: 4 },
        { StartDate: '2019-12-31', EndDate: '9999-12-31', Organisation_ID: 5 },
      ],
    },
    gives: 4,
  },
  {
    rule: 'of another column: an address',
    columns: { seen_at_home: patients('with_these_clinical_events', firstAnchor) },
    call: patients('address_as_of', { date: 'seen_at_home', returning: 'msoa' }),
    rows: {
      ...had(['2019-06-01', 'anchor']),
      PatientAddress: [
        { StartDate: '2010-01-01', EndDate: '2019-12-31', MSOACode: 'then' },
        { StartDate: '2019-12-31', EndDate: '9999-12-31', MSOACode: 'now' },
      ],
    },
    gives: 'then',
  },
  {
    rule: 'of another column: ignored days have the same bounds',
    columns: { ignore_from: patients('with_these_clinical_events', firstAnchor) },
    call: events({
      returning: 'number_of_matches_in_period',
      on_or_after: 'ignore_from',
      ignore_days_where_these_codes_occur: codes('ctv3', ['skip']),
    }),
    rows: had(
      ['2020-01-10', 'anchor'],
      ['2020-01-05'],
      ['2020-01-12'],
      ['2020-01-14'],
      ['2020-01-14', 'skip'],
    ),
    gives: 1,
  },
  {
    rule: 'of another column: a measurement',
    columns: { measured_from: patients('with_these_clinical_events', firstAnchor) },
    call: patients('mean_recorded_value', {
      codelist: list,
      on_most_recent_day_of_measurement: true,
      on_or_before: 'measured_from',
    }),
    rows: {
      CodedEvent: [
        { ConsultationDate: '2020-01-10', CTV3Code: 'anchor' },
        { ConsultationDate: '2020-01-09', CTV3Code: 'follow', NumericValue: 4 },
        { ConsultationDate: '2020-01-09T12:00', CTV3Code: 'follow', NumericValue: 6 },
        { ConsultationDate: '2020-01-11', CTV3Code: 'follow', NumericValue: 90 },
      ],
    },
    gives: 5,
  },
  {
    rule: 'of another column: a stay in hospital',
    columns: { tested_on: patients('with_these_clinical_events', firstAnchor) },
    call: patients('admitted_to_hospital', {
      returning: 'total_bed_days_in_period',
      between: ['tested_on', 'tested_on + 28 days'],
    }),
    rows: {
      ...had(['2020-01-10', 'anchor']),
      APCS_ARCHIVED: [
        { APCS_Ident: 60_001, Admission_Date: '2020-02-07', Der_Spell_LoS: 2 },
        { APCS_Ident: 60_002, Admission_Date: '2020-02-08', Der_Spell_LoS: 9 },
      ],
      APCS_Der_ARCHIVED: [{ APCS_Ident: 60_001 }, { APCS_Ident: 60_002 }],
    },
    gives: 3,
  },
];

specify(cases, { Organisation: [{ Organisation_ID: 4 }, { Organisation_ID: 5 }] });
