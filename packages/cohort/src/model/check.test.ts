import { describe, expect, test } from 'vitest';
import { tableSchema } from '../tpp-schema/column.ts';
import * as build from './build.ts';
import { assertSound, checkModel } from './check.ts';
import type { CohortModel, PatientValue, Rows, RowValue } from './model.ts';
import { typeOf } from './signatures.ts';

const { aggregate, column, constant, filter, first, group, join, select, table, textSet } = build;

const schema = {
  Patient: tableSchema({
    columns: { Patient_ID: 'int required', Sex: 'str' },
    key: 'Patient_ID',
    onePerPatient: true,
  }),
  Event: tableSchema({ columns: { Patient_ID: 'int', Drug_ID: 'str', Date: 'datetime' } }),
  Drug: tableSchema({ columns: { Drug_ID: 'str required', Code: 'str' }, key: 'Drug_ID' }),
};

const patients = table('Patient');
const events = table('Event');
const drugs = table('Drug');

function cohort(value: PatientValue, from: Rows = patients): CohortModel {
  const type = typeOf(value);
  return {
    patients: from,
    population: [],
    columns: [{ name: 'one', type: type as 'int', dateLength: type === 'date' ? 10 : null, value }],
  };
}

const faults = (model: CohortModel): readonly string[] =>
  checkModel(model, schema).map(({ path, words }) => `${path}: ${words}`);

const count = (rows: Rows): CohortModel => cohort(aggregate('count', rows));
const ofFirst = (take: RowValue): CohortModel => cohort(first(events, [], take));

describe('sound', () => {
  test.each<[string, CohortModel]>([
    ['a count', count(events)],
    ['a join with a dictionary', count(join(events, drugs, { Drug_ID: 'Drug_ID' }))],
    ['a table without doubles', cohort(build.patientId, group(events, [], {}))],
    ['distinct identifiers', cohort(build.patientId, build.distinct(select(events, {})))],
    [
      'patients with a partner each',
      cohort(build.patientId, join(patients, group(events, [], {}), { Patient_ID: 'Patient_ID' })),
    ],
    [
      'a grouped dictionary',
      count(join(events, group(drugs, ['Drug_ID'], {}), { Drug_ID: 'Drug_ID' })),
    ],
  ])('%s', (_name, model) => {
    expect(faults(model)).toEqual([]);
    expect(() => assertSound(model, schema)).not.toThrow();
  });
});

describe('who is in the database', () => {
  const day = build.operation('day-of', column('Date', 'datetime'));
  const byThen = (limit: RowValue): Rows =>
    group(filter(events, build.operation('less-or-equal', day, limit)), [], {});
  test.each<[string, RowValue]>([
    ['the index date', build.indexDate],
    ['a date that hangs on it', build.operation('add-days', build.indexDate, constant('int', 7))],
    ['a date of the patient that does', build.ofPatient(build.indexDate)],
  ])('does not hang on %s', (_name, limit) => {
    expect(faults(cohort(build.patientId, byThen(limit)))).toEqual([
      'patients: Who is in the database is the same at all dates: dates belong to the population.',
    ]);
    expect(faults(cohort(aggregate('count', byThen(limit))))).toEqual([]);
  });
});

describe('a fault', () => {
  const text = column('Drug_ID', 'str');
  const operation = (fields: object): PatientValue =>
    ({ kind: 'operation', ...fields }) as PatientValue;
  test.each<[string, CohortModel]>([
    ['patients: A patient may have more than one of these rows.', cohort(build.patientId, events)],
    [
      'patients: A patient may have more than one of these rows.',
      cohort(build.patientId, join(patients, events, { Patient_ID: 'Patient_ID' })),
    ],
    ['columns.one.value.rows: There is no table "Nothing".', count(table('Nothing'))],
    [
      'columns.one.value.rows: These rows have no Patient_ID, so they belong to no patient.',
      count(drugs),
    ],
    ['columns.one.value.take: The rows have no column "Code".', ofFirst(column('Code', 'str'))],
    [
      'columns.one.value.take: The column "Date" is datetime and not date.',
      ofFirst(column('Date', 'date')),
    ],
    [
      'columns.one.value.take.operands[1]: The rows have no column "x".',
      ofFirst(build.operation('equal', text, column('x', 'str'))),
    ],
    [
      'columns.one.value.rows.condition: This is str and has to be bool.',
      count(filter(events, text)),
    ],
    [
      'columns.one.value.rows: "Patient_ID" is int and "Drug_ID" is str.',
      count(join(events, drugs, { Patient_ID: 'Drug_ID' })),
    ],
    [
      'columns.one.value.rows: There is no column "Code" on the left.',
      count(join(events, drugs, { Code: 'Code' })),
    ],
    [
      'columns.one.value.rows: There are two columns "Drug_ID".',
      count(join(events, drugs, { Drug_ID: 'Code' })),
    ],
    [
      'columns.one.value.rows.right: Rows that belong to patients stand on the left of a join.',
      count(
        join(events, join(drugs, select(events, { x: text }), { Drug_ID: 'x' }), {
          Drug_ID: 'Drug_ID',
        }),
      ),
    ],
    [
      'columns.one.value.rows.right.condition.operands[0]: Rows that belong to no patient see no value of a patient.',
      count(
        join(
          events,
          filter(
            drugs,
            build.operation('equal', build.ofPatient(build.patientId), constant('int', 1)),
          ),
          { Drug_ID: 'Drug_ID' },
        ),
      ),
    ],
    [
      'columns.one.value.rows: Rows of other patients, who may not be asked for, see no value of theirs.',
      count(
        join(
          events,
          select(
            filter(
              patients,
              build.operation('equal', build.ofPatient(build.patientId), constant('int', 1)),
            ),
            { other: column('Sex', 'str') },
          ),
          { Drug_ID: 'other' },
        ),
      ),
    ],
    [
      'columns.one.value.rows: There are two columns "Patient_ID".',
      count(select(events, { Patient_ID: constant('int', 1) })),
    ],
    [
      'columns.one.value.rows: The inputs differ in their columns: Date datetime, Drug_ID str, Patient_ID int / Patient_ID int, Sex str.',
      count(build.union(events, patients)),
    ],
    [
      'columns.one.value.rows: There are two columns "Date".',
      count(build.previous(events, [], 'Date', text)),
    ],
    ['columns.one.value.rows: The rows have no column "x".', count(group(events, ['x'], {}))],
    ['columns.one.value: 1.5 is no int.', cohort(constant('int', 1.5))],
    ['columns.one.value: "2020-01-01" is no date.', cohort(constant('date', '2020-01-01'))],
    [
      'columns.one.value: "add" takes two numbers, and was given str.',
      cohort(operation({ operation: 'add', type: 'int', operands: [constant('str', 'a')] })),
    ],
    [
      'columns.one.value: "is-null" gives bool here and not int.',
      cohort(operation({ operation: 'is-null', type: 'int', operands: [constant('str', 'a')] })),
    ],
    [
      'columns.one.value: Operand 2 of "replace" cannot be "".',
      cohort(
        build.operation('replace', constant('str', 'a'), constant('str', ''), constant('str', '')),
      ),
    ],
    [
      'columns.one.value: Operand 2 of "date-to-text" has to be a constant that is not null.',
      cohort(build.operation('date-to-text', build.indexDate, build.patientId)),
    ],
    [
      'columns.one.value: The set has an element twice.',
      cohort(
        build.inSet(
          constant('str', 'a'),
          { elements: ['a', 'a'], categories: null, expandVirtualProducts: false },
          'exact',
        ),
      ),
    ],
    [
      'columns.one.value: The set has no categories.',
      cohort(build.categoryOf(constant('str', 'a'), textSet(['a']), 'exact')),
    ],
    [
      'columns.one.value: A set that the dictionary of medicines widens is not matched by prefix.',
      cohort(
        build.inSet(
          constant('str', 'a'),
          textSet(['a'], { expandVirtualProducts: true }),
          'prefix',
        ),
      ),
    ],
    [
      'columns: There are two columns "patient_id".',
      {
        ...count(events),
        columns: [{ name: 'patient_id', type: 'int', dateLength: null, value: build.patientId }],
      },
    ],
    [
      'columns.one: Dates have a length, and nothing else has.',
      {
        ...count(events),
        columns: [{ name: 'one', type: 'int', dateLength: 4, value: build.patientId }],
      },
    ],
    [
      'population[0].condition: This is int and has to be bool.',
      { ...count(events), population: [{ words: 'x', condition: build.patientId }] },
    ],
  ])('%s', (expected, model) => {
    expect(faults(model)).toContain(expected);
    expect(() => assertSound(model, schema)).toThrow('The query model is not sound.');
  });
});

describe('constructors', () => {
  test('refuse types that do not fit', () => {
    expect(() => build.operation('add', build.patientId, build.indexDate)).toThrow(
      '"add" takes two numbers, and was given int, date.',
    );
    expect(() => aggregate('sum', events, column('Drug_ID', 'str'))).toThrow(
      'There is no "sum" of str.',
    );
    expect(() =>
      build.caseOf<PatientValue>([[constant('bool', true), build.patientId]], build.indexDate),
    ).toThrow('A case cannot give int, date at once.');
  });

  test('freeze what they make', () => {
    const node = build.operation('add', build.patientId, constant('int', 1));
    expect([node, node.operands, node.operands[0]].every(Object.isFrozen)).toBe(true);
  });

  test('take an element of a set once', () => {
    expect(textSet(['b', 'a', 'b'], { categories: ['1', '2', '3'] })).toEqual({
      elements: ['b', 'a'],
      categories: ['1', '2'],
      expandVirtualProducts: false,
    });
  });
});
