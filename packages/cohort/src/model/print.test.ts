import { expect, test } from 'vitest';
import { dayOf } from '../calendar.ts';
import {
  aggregate,
  caseOf,
  categoryOf,
  column,
  constant,
  descending,
  file,
  filter,
  first,
  group,
  indexDate,
  inSet,
  join,
  ofPatient,
  operation,
  previous,
  select,
  table,
  textSet,
  union,
} from './build.ts';
import type { PatientValue } from './model.ts';
import { printModel } from './print.ts';

test('a model reads from top to bottom, and what is shared stands once', () => {
  const date = column('Date', 'date');
  const code = column('Code', 'str');
  const events = filter(
    table('Event'),
    operation(
      'and',
      inSet(code, textSet(['a', 'b', 'c', 'd', 'e']), 'exact'),
      operation('less-or-equal', date, indexDate),
    ),
  );
  const born = first(table('Patient'), [], column('DateOfBirth', 'date'));
  const age = operation('years-between', born, indexDate);
  const late = filter(events, operation('greater', date, ofPatient(born)));
  const text = printModel({
    patients: table('Patient'),
    population: [
      {
        words: 'adults',
        condition: operation(
          'and',
          operation('greater-or-equal', age, constant('int', 18)),
          operation('not', aggregate('exists', file('not "these".csv'))),
        ),
      },
    ],
    columns: [
      {
        name: 'age',
        type: 'int',
        dateLength: null,
        value: operation('coalesce', age, constant('int', 0)),
      },
      {
        name: 'latest',
        type: 'date',
        dateLength: 7,
        value: first(late, [descending(date)], date),
      },
      {
        name: 'kind',
        type: 'str',
        dateLength: null,
        value: caseOf<PatientValue>(
          [[aggregate('exists', late), constant('str', 'late')]],
          operation(
            'coalesce',
            first(
              events,
              [],
              categoryOf(
                code,
                textSet(['a'], { categories: ['1'], expandVirtualProducts: true }),
                'ignore-case',
              ),
            ),
            constant('str', ''),
          ),
        ),
      },
      {
        name: 'shapes',
        type: 'int',
        dateLength: null,
        value: aggregate(
          'count',
          union(
            select(
              previous(
                join(
                  table('Event'),
                  table('Drug'),
                  { Drug_ID: 'Drug_ID', Code: 'Name' },
                  { outer: true },
                ),
                [descending(date)],
                'before',
                date,
              ),
              { Date: date, first: constant('date', dayOf('2020-02-29')) },
            ),
            group(table('Event'), ['Date'], { first: ['minimum', date] }),
          ),
        ),
      },
    ],
  });
  expect(text).toMatchInlineSnapshot(`
    "shared
      value1 = first(DateOfBirth of Patient in any order)
      value2 = years-between(value1, index_date)
      rows3 = Event | where matches(Code, exact, {"a", "b", "c", "d", … 1 more}) and (Date <= index_date)
      rows4 = rows3 | where Date > patient's value1
    patients
      Patient
    population
      1. adults: (value2 >= 18) and not(exists(file("not \\"these\\".csv")))
    columns
      age int = coalesce(value2, 0)
      latest date (7 characters) = first(Date of rows4 ordered by Date descending)
      kind str = case(when exists(rows4) then "late", else coalesce(first(category(Code, ignore-case, {"a": "1"} with their other identifiers) of rows3 in any order), ""))
      shapes int = count(union(Event | outer join (Drug) on Drug_ID, Code = Name | before = previous(Date) ordered by Date descending | select Date, first = 2020-02-29; Event | group by Date: first = minimum(Date)))
    "
  `);
});
