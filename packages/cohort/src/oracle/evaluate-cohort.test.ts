import { describe, expect, it, test } from 'vitest';
import { dayOf } from '../calendar.ts';
import {
  aggregate,
  ascending,
  caseOf,
  categoryOf,
  column,
  constant,
  descending,
  distinct,
  file,
  filter,
  first,
  group,
  indexDate,
  inSet,
  join,
  ofPatient,
  operation,
  patientId,
  previous,
  select,
  table,
  textSet,
  union,
} from '../model/build.ts';
import type { CohortModel, Constant, PatientValue, Rows, ValueType } from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';
import { tableSchema } from '../tpp-schema/column.ts';
import type { Row } from './cell.ts';
import { evaluateCohort } from './evaluate-cohort.ts';

const day = (iso: string): number => dayOf(iso) ?? Number.NaN;

const schema = {
  Patient: tableSchema({
    columns: { Patient_ID: 'int required', DateOfBirth: 'date' },
    key: 'Patient_ID',
    onePerPatient: true,
  }),
  Event: tableSchema({
    columns: {
      Patient_ID: 'int required',
      Event_ID: 'int',
      Code: 'str',
      Value: 'float',
      Date: 'date',
    },
  }),
  Range: tableSchema({ columns: { Event_ID: 'int', Patient_ID: 'int', Upper: 'float' } }),
  VmpMapping: tableSchema({ columns: { id: 'str required', prev_id: 'str' } }),
};

const database = {
  Patient: [
    { Patient_ID: 2, DateOfBirth: day('1980-02-29') },
    { Patient_ID: 1, DateOfBirth: day('1950-06-01') },
    { Patient_ID: 3, DateOfBirth: null },
  ],
  Event: [
    { Patient_ID: 1, Event_ID: 10, Code: 'a', Value: 5, Date: day('2020-01-01') },
    { Patient_ID: 1, Event_ID: 11, Code: 'b', Value: 3, Date: day('2020-02-01') },
    { Patient_ID: 1, Event_ID: 12, Code: 'A', Value: null, Date: day('2020-02-01') },
    { Patient_ID: 2, Event_ID: 13, Code: null, Value: 7, Date: null },
    { Patient_ID: 2, Event_ID: 14, Code: 'ab', Value: 9, Date: day('2020-03-01') },
  ],
  Range: [
    { Event_ID: 10, Patient_ID: 2, Upper: 1 },
    { Event_ID: 10, Patient_ID: null, Upper: 2 },
    { Event_ID: null, Patient_ID: 1, Upper: 3 },
  ],
  VmpMapping: [
    { id: 'NEW', prev_id: 'old' },
    { id: 'other', prev_id: null },
  ],
};

const files = { 'ids.csv': [{ Patient_ID: 3, group: 'x' }] };
const source = { database, files, schema };

const events = table('Event');
const code = column('Code', 'str');
const value = column('Value', 'float');
const date = column('Date', 'date');
const eventId = column('Event_ID', 'int');

function model(values: Readonly<Record<string, PatientValue>>): CohortModel {
  const columns = Object.entries(values).map(([name, one]) => ({
    name,
    type: typeOf(one) as CohortModel['columns'][number]['type'],
    dateLength: null,
    value: one,
  }));
  return { patients: table('Patient'), population: [], columns };
}

/** The value for each of the patients 1, 2 and 3. */
function ask(one: PatientValue, at = '2020-02-15'): readonly unknown[] {
  return evaluateCohort(model({ one }), source, day(at)).rows.map((row) => row['one']);
}

/** The rows that belong to patient 1, 2 and 3, as pairs of identifier and value. */
function rowsOf(rows: Rows, name: string, type: ValueType): readonly (readonly unknown[])[] {
  const count = aggregate('count', rows);
  const low = aggregate('minimum', rows, column(name, type));
  const high = aggregate('maximum', rows, column(name, type));
  return evaluateCohort(model({ count, low, high }), source, 0).rows.map((row: Row) => [
    row['count'],
    row['low'],
    row['high'],
  ]);
}

describe('values of a patient', () => {
  test.each([
    ['exists', aggregate('exists', events), [true, true, false]],
    ['count', aggregate('count', events), [3, 2, 0]],
    ['sum passes over nulls', aggregate('sum', events, value), [8, 16, null]],
    ['mean', aggregate('mean', events, value), [4, 8, null]],
    ['minimum', aggregate('minimum', events, code), ['A', 'ab', null]],
    ['maximum', aggregate('maximum', events, value), [5, 9, null]],
    ['patient id', patientId, [1, 2, 3]],
    ['index date', indexDate, [18_307, 18_307, 18_307]],
    ['first ascending', first(events, [ascending(date)], eventId), [10, 14, null]],
    ['first descending, nulls last', first(events, [descending(date)], eventId), [11, 14, null]],
    ['the smallest of a tie', first(events, [descending(date)], code), ['A', 'ab', null]],
    [
      'second order',
      first(events, [descending(date), descending(eventId)], code),
      ['A', 'ab', null],
    ],
    ['a tie of null and a value', first(events, [descending(date)], value), [3, 9, null]],
    ['no order at all', first(events, [], eventId), [10, 13, null]],
    [
      'case: null is not true',
      caseOf<PatientValue>(
        [
          [
            operation('greater', aggregate('sum', events, value), constant('float', 10)),
            constant('str', 'many'),
          ],
        ],
        constant('str', 'few'),
      ),
      ['few', 'many', 'few'],
    ],
  ])('%s', (_name, one, expected) => {
    expect(ask(one)).toEqual(expected);
  });
});

describe('rows', () => {
  const late = filter(
    events,
    operation('greater', date, ofPatient(aggregate('minimum', events, date))),
  );
  test.each<[string, Rows, readonly unknown[]]>([
    [
      'a filter keeps what is true',
      late,
      [
        [2, 11, 12],
        [0, null, null],
        [0, null, null],
      ],
    ],
    [
      'a join takes the patient of the left',
      join(events, table('Range'), { Event_ID: 'Event_ID' }),
      [
        [2, 10, 10],
        [0, null, null],
        [0, null, null],
      ],
    ],
    [
      'an outer join keeps everything on the left',
      join(events, table('Range'), { Event_ID: 'Event_ID' }, { outer: true }),
      [
        [4, 10, 12],
        [2, 13, 14],
        [0, null, null],
      ],
    ],
    [
      'a union',
      union(events, late),
      [
        [5, 10, 12],
        [2, 13, 14],
        [0, null, null],
      ],
    ],
    [
      'distinct',
      distinct(union(events, late)),
      [
        [3, 10, 12],
        [2, 13, 14],
        [0, null, null],
      ],
    ],
    [
      'a group a date',
      group(events, ['Date'], { Event_ID: ['maximum', eventId] }),
      [
        [2, 10, 12],
        [2, 13, 14],
        [0, null, null],
      ],
    ],
    [
      'the row before',
      select(previous(events, [ascending(eventId)], 'Before', eventId), {
        Event_ID: operation('subtract', eventId, column('Before', 'int')),
      }),
      [
        [3, 1, 1],
        [2, 1, 1],
        [0, null, null],
      ],
    ],
  ])('%s', (_name, rows, expected) => {
    expect(rowsOf(rows, 'Event_ID', 'int')).toEqual(expected);
  });

  it('come from files of the study', () => {
    expect(rowsOf(file('ids.csv', { column: 'group', type: 'str' }), 'value', 'str')).toEqual([
      [0, null, null],
      [0, null, null],
      [1, 'x', 'x'],
    ]);
  });
});

describe('sets', () => {
  const set = textSet(['a', 'b', 'Old'], { categories: ['1', '2', '3'] });
  const at = (text: string | null, wide = false): readonly PatientValue[] => {
    const used = textSet(set.elements, { ...set, expandVirtualProducts: wide });
    const operand = constant('str', text);
    return [
      inSet(operand, used, 'exact'),
      inSet(operand, used, 'ignore-case'),
      inSet(operand, used, 'prefix'),
      inSet(operand, used, 'substring'),
      inSet(operand, used, 'code-in-text'),
      categoryOf(operand, used, 'exact'),
      categoryOf(operand, used, 'ignore-case'),
    ];
  };
  test.each<[string | null, readonly unknown[]]>([
    ['a', [true, true, true, true, false, '1', '1']],
    ['A', [false, true, false, false, false, null, '1']],
    ['ax', [false, false, true, true, false, null, null]],
    ['x a', [false, false, false, true, true, null, null]],
    ['xa', [false, false, false, true, false, null, null]],
    ['éa', [false, false, false, true, true, null, null]],
    [null, [null, null, null, null, null, null, null]],
  ])('%j', (text, expected) => {
    expect(at(text).map((one) => ask(one)[0])).toEqual(expected);
  });

  it('are widened by the dictionary of medicines, one step, with the category', () => {
    const [exact, , , , , category] = at('NEW', true);
    expect(exact && ask(exact)[0]).toBe(true);
    expect(category && ask(category)[0]).toBe('3');
    expect(at('NEW').map((one) => ask(one)[0])[0]).toBe(false);
  });

  it('give the smallest category where several elements are equal', () => {
    const both = textSet(['x', 'X'], { categories: ['2', '1'] });
    expect(ask(categoryOf(constant('str', 'x'), both, 'ignore-case'))[0]).toBe('1');
    expect(ask(categoryOf(constant('str', 'x'), both, 'exact'))[0]).toBe('2');
  });
});

test('the population is counted step by step, and a null is no', () => {
  const born = aggregate('minimum', table('Patient'), column('DateOfBirth', 'date'));
  const cohort = evaluateCohort(
    {
      ...model({ born }),
      population: [
        {
          words: 'born',
          condition: operation('less', born, constant('date', day('2000-01-01'))),
        },
        {
          words: 'born late',
          condition: operation('greater', born, constant('date', day('1970-01-01'))),
        },
      ],
    },
    source,
    0,
  );
  expect(cohort.remaining).toEqual([2, 1]);
  expect(cohort.rows).toEqual([{ patient_id: 2, born: day('1980-02-29') }]);
});

describe('operations', () => {
  const d = (iso: string): readonly [ValueType, Constant] => ['date', day(iso)];
  const i = (number: number | null): readonly [ValueType, Constant] => ['int', number];
  const f = (number: number | null): readonly [ValueType, Constant] => ['float', number];
  const s = (text: string | null): readonly [ValueType, Constant] => ['str', text];
  const b = (bool: boolean | null): readonly [ValueType, Constant] => ['bool', bool];
  type Operands = readonly (readonly [ValueType, Constant])[];
  test.each<[Parameters<typeof operation>[0], Operands, Constant]>([
    ['and', [b(true), b(null)], null],
    ['and', [b(false), b(null)], false],
    ['or', [b(true), b(null)], true],
    ['or', [b(false), b(null)], null],
    ['not', [b(null)], null],
    ['is-null', [s(null)], true],
    ['coalesce', [i(null), i(2), i(3)], 2],
    ['least', [f(2), f(null), f(-1)], -1],
    ['greatest', [s('a'), s('B')], 'a'],
    ['greatest', [i(null), i(null)], null],
    ['equal', [s('a'), s('A')], false],
    ['less', [i(1), f(1.5)], true],
    ['less', [s('\u{1f600}'), s('\uffff')], false],
    ['divide', [i(1), i(2)], 0.5],
    ['divide', [i(1), i(0)], null],
    ['divide-integers', [i(-7), i(2)], -3],
    ['divide-integers', [i(7), i(0)], null],
    ['modulo', [i(-7), i(2)], -1],
    ['modulo', [i(-4), i(2)], 0],
    ['round', [f(-2.5), i(0)], -3],
    ['round', [f(1.25), i(1)], 1.3],
    ['text-to-int', [s(' -12 ')], -12],
    ['text-to-int', [s('1.5')], null],
    ['text-to-int', [s('')], null],
    ['text-to-int', [s('1234567890123456')], null],
    ['text-to-float', [s('.5')], 0.5],
    ['text-to-float', [s('1.e-2')], 0.01],
    ['text-to-float', [s('.')], null],
    ['text-to-float', [s('inf')], null],
    ['int-to-text', [i(-5)], '-5'],
    ['bool-to-int', [b(true)], 1],
    ['day-of', [['datetime', -1]], -1],
    ['day-of', [['datetime', 86_400_000]], 1],
    ['year-of', [d('1969-12-31')], 1969],
    ['make-date', [i(2021), i(2), i(29)], null],
    ['make-date', [i(2020), i(2), i(29)], day('2020-02-29')],
    ['parse-day-month-year', [s('29/02/2020')], day('2020-02-29')],
    ['parse-day-month-year', [s('2/02/2020')], null],
    ['parse-iso-date', [s('2020-02-29 10:00')], day('2020-02-29')],
    ['parse-iso-date', [s('2020-02-2910')], null],
    ['date-to-text', [d('0900-05-06'), i(7)], '0900-05'],
    ['add-days', [d('9999-12-31'), i(1)], null],
    ['add-months', [d('2020-03-31'), i(-1)], day('2020-02-29')],
    ['add-years', [d('2020-02-29'), i(1)], day('2021-02-28')],
    ['add-years', [d('0001-02-01'), i(-1)], null],
    ['first-day-of-month', [d('2020-02-29')], day('2020-02-01')],
    ['last-day-of-month', [d('2020-02-01')], day('2020-02-29')],
    ['first-day-of-year', [d('2020-02-01')], day('2020-01-01')],
    ['last-day-of-year', [d('9999-02-01')], day('9999-12-31')],
    ['first-day-of-nhs-financial-year', [d('2020-03-31')], day('2019-04-01')],
    ['first-day-of-nhs-financial-year', [d('0001-03-31')], null],
    ['last-day-of-nhs-financial-year', [d('2020-04-01')], day('2021-03-31')],
    ['last-day-of-nhs-financial-year', [d('9999-04-01')], null],
    ['first-day-of-school-year', [d('2020-09-01')], day('2020-09-01')],
    ['last-day-of-school-year', [d('2020-08-31')], day('2020-08-31')],
    ['years-between', [d('1980-02-29'), d('1981-02-28')], 1],
    ['years-between', [d('1980-02-29'), d('1981-02-27')], 0],
    ['years-between', [d('2020-06-01'), d('2019-05-31')], -2],
    ['days-between', [d('2020-02-01'), d('2020-01-31')], -1],
    ['lower-case', [s('ÀİX')], 'àİx'],
    ['trim', [s('  a b\t ')], 'a b\t'],
    ['replace', [s('aXaX'), s('aX'), s('$&')], '$&$&'],
    ['concat', [s('a'), s(null)], null],
    ['substring', [s('\u{1f600}bc'), i(1), i(2)], '\u{1f600}b'],
    ['substring', [s('abc'), i(3), i(5)], 'c'],
  ])('%s of %j is %j', (name, operands, expected) => {
    const one = operation(name, ...operands.map(([type, cell]) => constant(type, cell)));
    expect(ask(one)[0]).toBe(expected);
  });
});
