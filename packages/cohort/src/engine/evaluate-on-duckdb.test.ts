import { describe, expect, test } from 'vitest';
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
import type { CohortModel, PatientValue, RowValue } from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';
import { evaluateCohort, type Source } from '../oracle/evaluate-cohort.ts';
import { tableSchema } from '../tpp-schema/column.ts';
import { evaluateOnDuckDb } from './evaluate-on-duckdb.ts';

const schema = {
  Patient: tableSchema({
    columns: { Patient_ID: 'int required', DateOfBirth: 'date', Sex: 'str' },
    key: 'Patient_ID',
    onePerPatient: true,
  }),
  Event: tableSchema({
    columns: {
      Patient_ID: 'int required',
      Event_ID: 'int',
      Code: 'str',
      Value: 'float',
      Moment: 'datetime',
    },
  }),
  Stay: tableSchema({
    columns: { Patient_ID: 'int required', Place_ID: 'int', From: 'date', To: 'date' },
  }),
  Place: tableSchema({ columns: { Place_ID: 'int', Region: 'str' } }),
  VmpMapping: tableSchema({ columns: { id: 'str required', prev_id: 'str' } }),
};

const start = dayOf('2020-01-06') ?? 0;
const dates = Array.from({ length: 21 }, (_, week) => start + 7 * week);

/** Numbers that look drawn but are the same in every run. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 0x8000_0000) * below);
  };
}

function sourceOf(seed: number): Source {
  const draw = drawer(seed);
  const maybe = <T>(value: T): T | null => (draw(8) === 0 ? null : value);
  const day = (): number => start - 60 + draw(260);
  const people = Array.from({ length: 30 }, (_, index) => 3 * index + 2);
  const person = (): number => people[draw(people.length)] ?? 0;
  return {
    schema,
    files: { 'some.csv': people.slice(0, 9).map((id) => ({ Patient_ID: id, score: id / 4 })) },
    database: {
      Patient: people.toReversed().map((id) => ({
        Patient_ID: id,
        DateOfBirth: maybe(start - draw(30_000)),
        Sex: maybe('FM'[draw(2)] ?? ''),
      })),
      Event: Array.from({ length: 400 }, (_, id) => ({
        Patient_ID: person(),
        Event_ID: id,
        Code: maybe(['a', 'b', 'B', "c'", 'é', ''][draw(6)] ?? ''),
        Value: maybe(draw(40) / 4 - 3),
        Moment: maybe(day() * 86_400_000 + draw(3) * 3_600_000),
      })),
      Stay: Array.from({ length: 70 }, () => {
        const from = day();
        return {
          Patient_ID: person(),
          Place_ID: maybe(draw(5)),
          From: maybe(from),
          To: maybe(from + draw(90)),
        };
      }),
      Place: ['North', 'South', 'East', 'West'].map((Region, index) => ({
        Place_ID: index,
        Region,
      })),
      VmpMapping: [
        { id: 'a', prev_id: 'b' },
        { id: "C'", prev_id: 'é' },
      ],
    },
  };
}

const events = table('Event');
const stays = table('Stay');
const code = column('Code', 'str');
const value = column('Value', 'float');
const moment = column('Moment', 'datetime');
const on = operation('day-of', moment);
const days = (count: number) => operation('add-days', indexDate, constant('int', count));
const between = (low: RowValue, high: RowValue): RowValue =>
  operation('and', operation('greater-or-equal', on, low), operation('less-or-equal', on, high));
const coded = (...codes: string[]) => inSet(code, textSet(codes), 'exact');
const some = (condition: RowValue) => filter(events, condition);
const latest = (rows: ReturnType<typeof some>, take: RowValue) =>
  first(rows, [descending(moment), ascending(column('Event_ID', 'int'))], take);
const before = some(operation('and', coded('a', 'b'), operation('less-or-equal', on, indexDate)));
const week = some(operation('and', coded('a', "c'"), between(indexDate, days(6))));
const months = some(between(operation('add-months', indexDate, constant('int', -2)), indexDate));
const from = column('From', 'date');
const to = column('To', 'date');
const here = filter(
  stays,
  operation(
    'and',
    operation('less-or-equal', from, indexDate),
    operation('greater', to, indexDate),
  ),
);
const placed = join(here, table('Place'), { Place_ID: 'Place_ID' }, { outer: true });
const lastA = latest(some(operation('and', coded('a'), operation('less', on, indexDate))), on);

const later = (than: PatientValue, days: number) =>
  ofPatient(operation('add-days', than, constant('int', days)));
const firstA = aggregate(
  'minimum',
  some(operation('and', coded('a'), operation('less-or-equal', on, indexDate))),
  on,
);
const nextB = aggregate(
  'minimum',
  some(operation('and', coded('b', 'B'), between(later(firstA, 5), indexDate))),
  on,
);

const columns: Readonly<Record<string, PatientValue>> = {
  age: operation(
    'years-between',
    first(table('Patient'), [], column('DateOfBirth', 'date')),
    indexDate,
  ),
  sex: operation(
    'coalesce',
    first(table('Patient'), [], column('Sex', 'str')),
    constant('str', ''),
  ),
  ever: aggregate('exists', some(coded('b', "c'"))),
  ever_before: aggregate('exists', before),
  count_before: aggregate('count', before),
  mean_before: aggregate('mean', before, value),
  least_before: aggregate('minimum', before, code),
  latest_before: latest(before, value),
  date_before: latest(before, on),
  tied: first(before, [ascending(on)], value),
  after: aggregate('count', some(operation('greater', on, indexDate))),
  any_after: aggregate('exists', some(operation('greater-or-equal', on, days(3)))),
  sum_after: aggregate('sum', some(operation('greater', on, indexDate)), value),
  flag_week: aggregate('exists', week),
  count_week: aggregate('count', week),
  latest_week: latest(week, code),
  fortnight: aggregate('maximum', some(between(days(-7), days(6))), value),
  months_count: aggregate('count', months),
  months_latest: latest(months, value),
  months_mean: aggregate('mean', months, value),
  this_month: aggregate(
    'count',
    some(
      between(
        operation('first-day-of-month', indexDate),
        operation('last-day-of-month', indexDate),
      ),
    ),
  ),
  place: first(here, [descending(from), descending(to)], column('Place_ID', 'int')),
  region: first(placed, [descending(from), descending(to)], column('Region', 'str')),
  here: aggregate('exists', here),
  since_a: aggregate('count', some(operation('greater', on, ofPatient(lastA)))),
  since_a_once: aggregate(
    'count',
    some(operation('greater', on, ofPatient(latest(some(coded('a')), on)))),
  ),
  next: nextB,
  next_but_one: latest(some(between(later(nextB, 5), indexDate)), code),
  next_flag: aggregate('exists', some(between(later(nextB, 5), indexDate))),
  next_mean: aggregate('mean', some(between(later(firstA, 0), days(20))), value),
  next_week: aggregate(
    'count',
    some(operation('and', between(indexDate, days(6)), operation('less', on, later(nextB, 30)))),
  ),
  next_ever: aggregate('sum', some(operation('greater', on, later(nextB, 0))), value),
  since_week: aggregate(
    'count',
    some(operation('greater', on, ofPatient(aggregate('minimum', week, on)))),
  ),
  days_after: aggregate('minimum', before, operation('days-between', ofPatient(firstA), on)),
  days_after_old: aggregate(
    'sum',
    some(operation('less', on, later(firstA, 3))),
    operation('days-between', later(indexDate, 1), on),
  ),
  sum_of_stays: aggregate(
    'count',
    filter(stays, operation('greater', from, ofPatient(latest(before, on)))),
  ),
  moving: aggregate('sum', before, operation('days-between', on, indexDate)),
  not_monotone: aggregate(
    'count',
    some(
      operation(
        'or',
        operation('less', on, days(-50)),
        operation('and', operation('greater', on, days(2)), coded('B')),
      ),
    ),
  ),
  episodes: aggregate(
    'count',
    filter(
      previous(before, [ascending(moment), ascending(column('Event_ID', 'int'))], 'before', on),
      operation(
        'or',
        operation('is-null', column('before', 'date')),
        operation(
          'greater',
          operation('days-between', column('before', 'date'), on),
          constant('int', 10),
        ),
      ),
    ),
  ),
  busiest: aggregate(
    'maximum',
    group(select(months, { day: on }), ['day'], { events: ['count'] }),
    column('events', 'int'),
  ),
  different: aggregate('count', distinct(select(union(before, week), { Code: code }))),
  file: first(file('some.csv', { column: 'score', type: 'float' }), [], column('value', 'float')),
  in_file: aggregate('exists', file('some.csv')),
  category: categoryOf(
    latest(before, code),
    textSet(['a', 'b', 'B'], { categories: ['first', 'second', 'third'] }),
    'ignore-case',
  ),
  product: aggregate(
    'count',
    some(inSet(code, textSet(['a', 'é'], { expandVirtualProducts: true }), 'exact')),
  ),
  prefix: aggregate('count', some(inSet(code, textSet(["c'", 'É']), 'prefix'))),
  split: caseOf<PatientValue>(
    [
      [
        operation('equal', operation('modulo', patientId, constant('int', 2)), constant('int', 0)),
        indexDate,
      ],
    ],
    constant('date', null),
  ),
};

const model: CohortModel = {
  patients: table('Patient'),
  population: [
    { words: 'has an event', condition: aggregate('exists', events) },
    {
      words: 'born',
      condition: operation(
        'less',
        first(table('Patient'), [], column('DateOfBirth', 'date')),
        indexDate,
      ),
    },
    {
      words: 'here or recorded',
      condition: operation('or', aggregate('exists', here), aggregate('exists', before)),
    },
  ],
  columns: Object.entries(columns).map(([name, value]) => {
    const type = typeOf(value);
    return {
      name,
      type: type === 'datetime' ? 'date' : type,
      dateLength: type === 'date' ? 10 : null,
      value,
    };
  }),
};

describe.each([1, 2, 3])(
  'evaluateOnDuckDb agrees with the plain reading of the model, data %i',
  (seed) => {
    const source = sourceOf(seed);
    const expected = dates.map((date) => evaluateCohort(model, source, date));

    test('all dates at once', async () => {
      const cohorts = await evaluateOnDuckDb(model, source, dates);
      expect(cohorts).toEqual(expected);
    });

    test('a few dates', async () => {
      const cohorts = await evaluateOnDuckDb(model, source, dates.slice(3, 5));
      expect(cohorts).toEqual(expected.slice(3, 5));
    });

    test('one date', async () => {
      const cohorts = await evaluateOnDuckDb(model, source, dates.slice(7, 8));
      expect(cohorts).toEqual(expected.slice(7, 8));
    });
  },
);

test('a code may be of more sets than one number has bits for', async () => {
  const source = sourceOf(1);
  const sets = Array.from({ length: 70 }, (_, index) => [
    `code ${index}`,
    `code ${index + 1}`,
    'of all',
  ]);
  const codes = [...new Set(sets.flat()), 'of none'];
  const many: Source = {
    ...source,
    database: {
      ...source.database,
      Event: (source.database['Event'] ?? []).map((row, index) => ({
        ...row,
        Code: codes[index % codes.length] ?? '',
      })),
    },
  };
  const asked: CohortModel = {
    patients: table('Patient'),
    population: [],
    columns: sets.map((own, index) => ({
      name: `v${index}`,
      type: 'int',
      dateLength: null,
      value: aggregate('count', some(coded(...own))),
    })),
  };
  const expected = evaluateCohort(asked, many, start);
  expect(await evaluateOnDuckDb(asked, many, [start])).toEqual([expected]);
  expect(expected.rows.some(({ v69 }) => v69 !== 0)).toBe(true);
});
