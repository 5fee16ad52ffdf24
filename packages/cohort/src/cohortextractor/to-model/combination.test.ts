/** Columns of columns: expressions, aggregates, dates, constants, files (cohort-extractor §1.5–1.8, §7.6). */

import { dayNumber } from '../../calendar.ts';
import type { Constant } from '../../model/model.ts';
import type { RecordedValue } from '../../record/document.ts';
import { float, type Python, patients } from '../testing.ts';
import { type Case, codes, patientOf, type Rows, specify } from './cases.testing.ts';

/** What columns may be called in an expression below; each becomes a column of its own for each case. */
const values: Readonly<Record<string, RecordedValue>> = {
  f: patients('with_these_clinical_events', { codelist: codes('ctv3', ['flag']) }),
  i: patients('with_these_clinical_events', {
    codelist: codes('ctv3', ['count']),
    returning: 'number_of_matches_in_period',
  }),
  x: patients('with_these_clinical_events', {
    codelist: codes('ctv3', ['value']),
    returning: 'numeric_value',
  }),
  s: patients('sex'),
  d: patients('with_these_clinical_events', {
    codelist: codes('ctv3', ['day']),
    returning: 'date',
    date_format: 'YYYY-MM-DD',
  }),
  e: patients('with_these_clinical_events', {
    codelist: codes('ctv3', ['other']),
    returning: 'date',
    date_format: 'YYYY-MM-DD',
  }),
  imd: patients('address_as_of', {
    date: 'index_date',
    returning: 'index_of_multiple_deprivation',
    round_to_nearest: 100,
  }),
};

/** What a patient has of the above; what is not given is not recorded. */
interface Has {
  readonly f?: true;
  readonly i?: number;
  readonly x?: number;
  readonly s?: string;
  readonly d?: string;
  readonly e?: string;
  readonly imd?: number;
}

const rowsOf = ({ f, i = 0, x, s = '', d, e, imd }: Has): Rows => {
  const event = (CTV3Code: string, more: Readonly<Record<string, Constant>> = {}) => ({
    CTV3Code,
    ConsultationDate: '2019-01-01',
    ...more,
  });
  return {
    Patient: [{ Sex: s }],
    CodedEvent: [
      ...(f ? [event('flag')] : []),
      ...Array.from({ length: i }, () => event('count')),
      ...(x === undefined ? [] : [event('value', { NumericValue: x })]),
      ...(d === undefined ? [] : [event('day', { ConsultationDate: d })]),
      ...(e === undefined ? [] : [event('other', { ConsultationDate: e })]),
    ],
    PatientAddress:
      imd === undefined
        ? []
        : [{ StartDate: '2010-01-01', EndDate: '9999-12-31', ImdRankRounded: imd }],
  };
};

let owners = 0;
/** The texts with names of a case's own in place of the letters, and columns of those names. */
function own(texts: readonly string[]): {
  readonly columns: Readonly<Record<string, RecordedValue>>;
  readonly named: readonly string[];
} {
  owners += 1;
  const columns: Record<string, RecordedValue> = {};
  const named = texts.map((text) =>
    text.replace(/'[^']*'|\b(f|i|x|s|d|e|imd)\b/g, (found, letter?: string) => {
      const value = values[letter ?? ''];
      if (value === undefined) return found;
      columns[`${letter}_${owners}`] = value;
      return `${letter}_${owners}`;
    }),
  );
  return { columns, named };
}

const holds = (expression: string, has: Has, gives: boolean): Case => {
  const { columns, named } = own([expression]);
  return {
    rule: `${expression} of ${JSON.stringify(has)} is ${gives}`,
    columns,
    call: patients('satisfying', { expression: named[0] ?? '' }),
    rows: rowsOf(has),
    gives,
  };
};

const category = (
  rule: string,
  categories: ReadonlyMap<Python, string>,
  has: Has,
  gives: Constant,
): Case => {
  const { columns, named } = own([...categories.values()]);
  const definitions = new Map<Python, Python>(
    [...categories.keys()].map((key, index) => [key, named[index] ?? '']),
  );
  return {
    rule: `categories: ${rule}`,
    columns,
    call: patients('categorised_as', { category_definitions: definitions }),
    rows: rowsOf(has),
    gives,
  };
};

const aggregate = (
  rule: string,
  name: 'maximum_of' | 'minimum_of',
  names: readonly string[],
  has: Has,
  gives: Constant,
  more: Readonly<Record<string, RecordedValue>> = {},
): Case => {
  const { columns, named } = own(names);
  return {
    rule: `${name}: ${rule}`,
    columns: { ...columns, ...more },
    call: patients(name, { column_names: named }),
    rows: rowsOf(has),
    gives,
  };
};

const fixed = (rule: string, value: Python, gives: Constant): Case => ({
  rule: `fixed value: ${rule}`,
  call: patients('fixed_value', { value }),
  gives,
});

const fromFile = (
  rule: string,
  returning: string,
  type: string,
  gives: Constant,
  more: Readonly<Record<string, Python>> = {},
): Case => ({
  rule: `file: ${rule}`,
  call: patients('with_value_from_file', {
    f_path: 'codelists/values.csv',
    returning,
    returning_type: type,
    ...more,
  }),
  gives,
});

const quintiles = new Map<Python, string>([
  ['0', 'imd = 0'],
  ['1', 'imd >= 1 AND imd < 32844*1/5'],
  ['2', 'imd >= 32844*1/5 AND imd < 32844*2/5'],
  ['unknown', 'DEFAULT'],
]);

const cases: readonly Case[] = [
  holds('f', { f: true }, true),
  holds('f', {}, false),
  holds('i', { i: 2 }, true),
  holds('i', {}, false),
  holds('x', { x: 0.5 }, true),
  holds('x', { x: 0 }, false),
  holds('s', { s: 'F' }, true),
  holds('s', {}, false),
  holds('d', { d: '2020-01-01' }, true),
  holds('d', {}, false),
  holds('imd', { imd: 0 }, true),
  holds('imd', { imd: -1 }, false),
  holds('imd', {}, false),
  holds('imd > 0', {}, false),

  holds('NOT f', {}, true),
  holds('NOT f AND i', { i: 1 }, true),
  holds('NOT (f OR i)', { i: 1 }, false),
  holds('f OR i AND x', { f: true }, true),
  holds('(f OR i) AND x', { f: true }, false),
  holds('f = 1', { f: true }, true),
  holds('f = 0', {}, true),
  holds('f + i = 3', { f: true, i: 2 }, true),
  holds('i = 2', { i: 2 }, true),
  holds('i != 2', { i: 2 }, false),
  holds('i < 2.5', { i: 2 }, true),
  holds('i <= 2', { i: 2 }, true),
  holds('i > -1', {}, true),
  holds('x >= 1', { x: 1 }, true),
  holds('-x < 0', { x: 1 }, true),

  holds('7 / 2 = 3', {}, true),
  holds('-7 / 2 = -3', {}, true),
  holds('7 / 2.0 = 3.5', {}, true),
  holds('i / 2 = 1', { i: 3 }, true),
  holds('x / 2 = 1.5', { x: 3 }, true),
  holds('f / 2 = 0', { f: true }, true),
  holds('32844*1/5 = 6568', {}, true),
  holds('32844*(1/5) = 0', {}, true),
  holds('i - 1 > 1', { i: 3 }, true),
  holds('1 / i = 1', {}, false),
  holds('NOT (1 / i = 1)', {}, false),

  holds("s = 'F'", { s: 'F' }, true),
  holds("s = 'F'", { s: 'F  ' }, true),
  holds("s = 'F  '", { s: 'F' }, true),
  holds("s = 'F'", { s: ' F' }, false),
  holds("s = ' F'", { s: ' F' }, true),
  holds("s = 'f'", { s: 'F' }, false),
  holds("s = ''", {}, true),
  holds("s = ''", { s: '  ' }, true),
  holds('s', { s: '  ' }, false),
  holds("s != 'F'", {}, true),
  holds("s < 'M'", { s: 'F' }, true),
  holds('s > 5', { s: '10' }, true),
  holds('s = 0', {}, true),
  holds('s = 7', { s: 'F' }, false),
  holds('s + 1 = 8', { s: '7' }, true),
  holds("i = '2'", { i: 2 }, true),

  holds('d < e', { d: '2020-01-01', e: '2020-01-02' }, true),
  holds('d < e', { d: '2020-01-02', e: '2020-01-02' }, false),
  holds('d < e', { e: '2020-01-02' }, true),
  holds('d > e', { d: '2020-01-01' }, true),
  holds('d = e', {}, true),
  holds("d = ''", {}, true),

  category(
    'the first that holds',
    new Map([
      ['a', 'f'],
      ['b', 'i'],
      ['c', 'DEFAULT'],
    ]),
    { f: true, i: 1 },
    'a',
  ),
  category(
    'the second',
    new Map([
      ['a', 'f'],
      ['b', 'i'],
      ['c', 'DEFAULT'],
    ]),
    { i: 1 },
    'b',
  ),
  category(
    'the default',
    new Map([
      ['a', 'f'],
      ['b', 'i'],
      ['c', 'DEFAULT'],
    ]),
    {},
    'c',
  ),
  category(
    'the default first in the list',
    new Map([
      ['c', 'DEFAULT'],
      ['a', 'f'],
    ]),
    { f: true },
    'a',
  ),
  category(
    'whole numbers',
    new Map<Python, string>([
      [5, 'f'],
      [7, 'DEFAULT'],
    ]),
    { f: true },
    5,
  ),
  category(
    '0 and 1 are flags',
    new Map<Python, string>([
      [1, 'f'],
      [0, 'DEFAULT'],
    ]),
    { f: true },
    true,
  ),
  category(
    'decimal numbers',
    new Map<Python, string>([
      [0.5, 'f'],
      [float(2), 'DEFAULT'],
    ]),
    {},
    2,
  ),
  category(
    'dates in full',
    new Map([
      ['2020-03-01', 'f'],
      ['2021-01-01', 'DEFAULT'],
    ]),
    { f: true },
    '2020-03-01',
  ),
  category('trap 6, the last rank of the first quintile', quintiles, { imd: 6567 }, '1'),
  category('trap 6, the first rank of the second', quintiles, { imd: 6568 }, '2'),
  category('trap 4, rank 0 is one', quintiles, { imd: 0 }, '0'),
  category('trap 4, no rank is none', quintiles, {}, 'unknown'),

  aggregate('dates', 'maximum_of', ['d', 'e'], { d: '2020-01-01', e: '2020-02-02' }, '2020-02-02'),
  aggregate('dates', 'minimum_of', ['d', 'e'], { d: '2020-01-01', e: '2020-02-02' }, '2020-01-01'),
  aggregate('no date is passed over', 'minimum_of', ['d', 'e'], { e: '2020-02-02' }, '2020-02-02'),
  aggregate('no date at all', 'maximum_of', ['d', 'e'], {}, null),
  aggregate(
    'a date of the study',
    'minimum_of',
    ['d', '2020-01-15'],
    { d: '2020-02-02' },
    '2020-01-15',
  ),
  aggregate('trap 4, a 0 is passed over', 'minimum_of', ['x', 'x'], { x: 0 }, 0),
  aggregate('negative numbers', 'maximum_of', ['x', 'x'], { x: -3 }, -3),
  aggregate('flags', 'maximum_of', ['f', 'f'], { f: true }, true),
  aggregate(
    'a flag that is not set is passed over',
    'minimum_of',
    ['f', 'unset_flag'],
    { f: true },
    true,
    {
      unset_flag: patients('fixed_value', { value: false }),
    },
  ),
  aggregate('no flag', 'minimum_of', ['f', 'f'], {}, false),
  aggregate('numbers', 'minimum_of', ['i', 'five'], { i: 2 }, 2, {
    five: patients('fixed_value', { value: 5 }),
  }),
  aggregate('no number is passed over', 'minimum_of', ['i', 'six'], {}, 6, {
    six: patients('fixed_value', { value: 6 }),
  }),
  aggregate('texts', 'maximum_of', ['s', 'text_b'], { s: 'F' }, 'b', {
    text_b: patients('fixed_value', { value: 'b' }),
  }),
  aggregate('a blank text is passed over', 'minimum_of', ['s', 'text_c'], {}, 'c', {
    text_c: patients('fixed_value', { value: 'c' }),
  }),
  aggregate('rank 0 is one', 'minimum_of', ['imd', 'imd'], { imd: 0 }, 0),
  aggregate('no rank is −1', 'maximum_of', ['imd', 'imd'], {}, -1),
  aggregate('of aggregates', 'maximum_of', ['inner_minimum', 'seven'], { i: 0 }, 8, {
    seven: patients('fixed_value', { value: 7 }),
    eight: patients('fixed_value', { value: 8 }),
    inner_minimum: patients('minimum_of', { column_names: ['eight', 'eight'] }),
  }),

  fixed('text', 'hello', 'hello'),
  fixed('a whole number', 3, 3),
  fixed('a decimal number', 2.5, 2.5),
  fixed('a flag', true, true),
  fixed('a date', '2020-01-02', '2020-01-02'),

  {
    rule: 'satisfying: columns of its own',
    call: patients(
      'satisfying',
      { expression: 'inner_sex = "F" AND inner_age >= 49' },
      {
        inner_sex: patients('sex'),
        inner_age: patients('age_as_of', { reference_date: 'index_date' }),
      },
    ),
    gives: true,
  },
  {
    rule: 'date of: a flag has the date of its last match',
    columns: {
      flagged: patients('with_these_clinical_events', { codelist: codes('ctv3', ['flag']) }),
    },
    call: patients('date_of', { source: 'flagged', date_format: 'YYYY-MM' }),
    rows: {
      CodedEvent: [
        { CTV3Code: 'flag', ConsultationDate: '2019-01-01' },
        { CTV3Code: 'flag', ConsultationDate: '2019-03-03T10:00' },
      ],
    },
    gives: '2019-03',
  },
  {
    rule: 'date of: a value has the date of the row that it is taken from',
    columns: {
      valued: patients('with_these_clinical_events', {
        codelist: codes('ctv3', ['value']),
        returning: 'numeric_value',
        find_first_match_in_period: true,
      }),
    },
    call: patients('date_of', { source: 'valued', date_format: 'YYYY-MM-DD' }),
    rows: {
      CodedEvent: [
        { CTV3Code: 'value', ConsultationDate: '2019-01-01', NumericValue: null },
        { CTV3Code: 'value', ConsultationDate: '2019-03-03', NumericValue: 5 },
      ],
    },
    gives: '2019-01-01',
  },
  {
    rule: 'date of: the older flag makes a column',
    columns: {
      dated: patients('with_these_clinical_events', {
        codelist: codes('ctv3', ['value']),
        returning: 'code',
        include_date_of_match: true,
        include_day: true,
      }),
    },
    call: patients('maximum_of', { column_names: ['dated_date'] }),
    rows: { CodedEvent: [{ CTV3Code: 'value', ConsultationDate: '2019-01-01' }] },
    gives: '2019-01-01',
  },
  {
    rule: 'date of: a vaccination',
    columns: {
      vaccinated: patients('with_tpp_vaccination_record', { product_name_matches: 'Fluvac' }),
    },
    call: patients('date_of', { source: 'vaccinated', date_format: 'YYYY-MM-DD' }),
    rows: { Vaccination: [{ VaccinationDate: '2019-05-05', VaccinationName_ID: 1 }] },
    gives: '2019-05-05',
  },
  {
    rule: 'date of: nothing matched',
    columns: { consulted: patients('with_gp_consultations') },
    call: patients('date_of', { source: 'consulted', date_format: 'YYYY-MM-DD' }),
    gives: null,
  },
];

const inFile: readonly Case[] = [
  {
    rule: 'file: in it',
    call: patients('which_exist_in_file', { f_path: 'codelists/values.csv' }),
    gives: true,
  },
  {
    rule: 'file: not in it',
    call: patients('which_exist_in_file', { f_path: 'codelists/none.csv' }),
    gives: false,
  },
  fromFile('a text', 'group', 'str', 'b'),
  fromFile('a whole number', 'number', 'int', 12),
  fromFile('a decimal number', 'share', 'float', 0.25),
  fromFile('a flag', 'case', 'bool', true),
  fromFile('a date', 'day', 'date', '2020-02-03'),
  fromFile('a date to the year', 'day', 'date', '2020', { date_format: 'YYYY' }),
  fromFile('a blank is what is empty', 'blank', 'int', 0),
];

const all = [...cases, ...inFile];

specify(
  all,
  { VaccinationReference: [{ VaccinationName_ID: 1, VaccinationName: 'Fluvac' }] },
  {
    'codelists/values.csv': all.map((_, index) => ({
      Patient_ID: patientOf(index),
      group: 'b',
      number: 12,
      share: 0.25,
      case: true,
      day: dayNumber(2020, 2, 3),
      blank: null,
    })),
    'codelists/none.csv': [{ Patient_ID: 1 }],
  },
);
