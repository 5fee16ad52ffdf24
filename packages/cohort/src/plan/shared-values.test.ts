/** Columns of columns of columns: written once each, and the same answers. */
import { expect, test } from 'vitest';
import { duckdb } from '../dialect/duckdb.ts';
import { evaluateOnDuckDb } from '../engine/evaluate-on-duckdb.ts';
import {
  aggregate,
  caseOf,
  column,
  constant,
  filter,
  indexDate,
  ofPatient,
  operation,
  table,
} from '../model/build.ts';
import type { CohortModel, PatientValue } from '../model/model.ts';
import { evaluateCohort } from '../oracle/evaluate-cohort.ts';
import { tableSchema } from '../tpp-schema/column.ts';
import { compile } from './compile.ts';
import { planCohort } from './plan-cohort.ts';

const schema = {
  Patient: tableSchema({ columns: { Patient_ID: 'int required' }, onePerPatient: true }),
  Event: tableSchema({ columns: { Patient_ID: 'int required', Day: 'date', Value: 'int' } }),
};
const START = 18_300;
const dates = [START, START + 7, START + 14, START + 400];
const source = {
  schema,
  files: {},
  database: {
    Patient: [{ Patient_ID: 1 }, { Patient_ID: 2 }, { Patient_ID: 3 }],
    Event: Array.from({ length: 40 }, (_, at) => ({
      Patient_ID: 1 + (at % 2),
      Day: START - 20 + at * 3,
      Value: at % 7,
    })),
  },
};

const day = column('Day', 'date');
const before = (limit: PatientValue): PatientValue =>
  operation(
    'coalesce',
    aggregate(
      'sum',
      filter(table('Event'), operation('less-or-equal', day, ofPatient(limit))),
      column('Value', 'int'),
    ),
    constant('int', 0),
  );

/** Each level is written three times within the next; `first` says what the lowest hangs on. */
function levels(first: PatientValue, count: number): readonly PatientValue[] {
  const all = [first];
  for (let level = 1; level <= count; level++) {
    const below = all.at(-1) ?? first;
    const odd = operation(
      'equal',
      operation('modulo', below, constant('int', 2)),
      constant('int', 1),
    );
    const more = operation('add', below, constant('int', level));
    all.push(
      caseOf<PatientValue>(
        [[odd, operation('modulo', more, constant('int', 97))]],
        operation('subtract', below, constant('int', 1)),
      ),
    );
  }
  return all;
}

function modelOf(values: readonly PatientValue[]): CohortModel {
  const last = values.at(-1) ?? constant('int', 0);
  const later = before(operation('add-days', indexDate, last));
  return {
    patients: table('Patient'),
    population: [{ words: 'some', condition: operation('greater', last, constant('int', -50)) }],
    columns: [...values.slice(-2), later].map((value, at) => ({
      name: `c${at}`,
      type: 'int',
      dateLength: null,
      value,
    })),
  };
}

const lowest = {
  'the same at all dates': aggregate('count', table('Event')),
  'by stretches of dates': before(indexDate),
  'by date': operation('days-between', aggregate('minimum', table('Event'), day), indexDate),
};

test.each(Object.entries(lowest))('values %s', async (_, first) => {
  const value = operation('coalesce', first, constant('int', 0));
  const model = modelOf(levels(value, 20));
  expect(await evaluateOnDuckDb(model, source, dates)).toEqual(
    dates.map((date) => evaluateCohort(model, source, date)),
  );
});

test.each(Object.entries(lowest))('statements of values %s grow with the levels', (_, first) => {
  const value = operation('coalesce', first, constant('int', 0));
  const letters = (count: number): number => {
    const plan = compile(planCohort(modelOf(levels(value, count)), dates, schema), duckdb);
    return JSON.stringify([plan.prepare, plan.batches]).length;
  };
  const [few, some, many] = [letters(5), letters(10), letters(20)];
  expect(many - some).toBeLessThan(2.5 * (some - few));
});
