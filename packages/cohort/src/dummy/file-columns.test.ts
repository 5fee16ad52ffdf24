import { gzipSync } from 'node:zlib';
import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import type { Study } from '../cohortextractor/study.ts';
import { type ColumnType, NO_CATEGORY, NO_DATE, type Table } from '../table.ts';
import { type ColumnWords, columnOf, day, plan, studyOf } from './study.fixture.ts';

const from = (path: string, returning: string | null, type: ColumnType = 'bool'): ColumnWords => ({
  type,
  definition: { kind: 'file', path, returning },
});

const filesOf =
  (files: Record<string, string>) =>
  (path: string): Uint8Array => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return path.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
  };

const tableOf = (study: Study, files: Record<string, string>): Table =>
  plan(study, { readFile: filesOf(files) }).table(null);

function faultsOf(study: Study, files: Record<string, string>): string[] {
  try {
    tableOf(study, files);
  } catch (error) {
    if (error instanceof FaultError) {
      return error.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    }
    throw error;
  }
  return [];
}

describe('a column from a file', () => {
  const cases = 'patient_id,when,flag,many,measure,word\n12,2021-01-31,1,3,0.5,a\n7,,False,,NA,\n';

  test('brings its patients and its rows, before all other columns', () => {
    const study = studyOf({
      age: {
        type: 'int',
        expectations: { rate: 'universal', int: { distribution: 'population_ages' } },
      },
      seen: { type: 'date', dateFormat: 'YYYY-MM-DD' },
      when: from('cases.csv', 'when', 'date'),
      known: from('cases.csv', null),
    });
    const planned = plan(study, { readFile: filesOf({ 'cases.csv': cases }) });
    expect(planned.rows).toBe(2);
    const table = planned.table(null);
    expect(table.columns.map(({ name }) => name)).toEqual([
      'patient_id',
      'when',
      'known',
      'seen',
      'age',
    ]);
    expect(table.rows).toBe(2);
    expect([...columnOf(table, 'patient_id', 'int').values]).toEqual([12, 7]);
    expect([...columnOf(table, 'known', 'bool').values]).toEqual([1, 1]);
    expect(columnOf(table, 'age', 'int').values).toHaveLength(2);
  });

  test('has the type that the study gives it, and the empty value of that type', () => {
    const file = 'cases.csv.gz';
    const study = studyOf({
      when: { ...from(file, 'when', 'date'), dateFormat: 'YYYY-MM' },
      flag: from(file, 'flag', 'bool'),
      many: from(file, 'many', 'int'),
      measure: from(file, 'measure', 'float'),
      word: from(file, 'word', 'str'),
    });
    const table = tableOf(study, { [file]: cases });
    expect(columnOf(table, 'when', 'date')).toMatchObject({
      values: Int32Array.of(day('2021-01-01'), NO_DATE),
      format: 'YYYY-MM',
    });
    expect([...columnOf(table, 'flag', 'bool').values]).toEqual([1, 0]);
    expect([...columnOf(table, 'many', 'int').values]).toEqual([3, 0]);
    expect([...columnOf(table, 'measure', 'float').values]).toEqual([0.5, 0]);
    const word = columnOf(table, 'word', 'str');
    expect(Array.from(word.values, (code) => word.labels[code] ?? code)).toEqual([
      'a',
      NO_CATEGORY,
    ]);
  });

  test.each([
    ['2021-01-31 00:00:00', '2021-01-31'],
    ['2021-01-31T10:20:30.5Z', '2021-01-31'],
    ['20210131', '2021-01-31'],
    ['2021/1/5', '2021-01-05'],
    ['2021-03', '2021-03-01'],
    ['2021', '2021-01-01'],
  ])('reads the date %s', (text, expected) => {
    const table = tableOf(studyOf({ x: from('f.csv', 'x', 'date') }), {
      'f.csv': `patient_id,x\n1,${text}\n`,
    });
    expect([...columnOf(table, 'x', 'date').values]).toEqual([day(expected)]);
  });

  test('reads whole numbers as R and pandas write them', () => {
    const table = tableOf(studyOf({ x: from('f.csv', 'x', 'int') }), {
      'f.csv': 'patient_id,x\n1e+05,3.0\n',
    });
    expect([...columnOf(table, 'patient_id', 'int').values]).toEqual([100_000]);
    expect([...columnOf(table, 'x', 'int').values]).toEqual([3]);
  });

  test('of a second file is looked up by patient', () => {
    const study = studyOf({
      a: from('cases.csv', 'many', 'int'),
      b: from('more.csv', 'y', 'int'),
      there: from('more.csv', null),
      month: from('more.csv', 'when', 'date'),
    });
    const table = tableOf(study, {
      'cases.csv': cases,
      'more.csv': 'patient_id,y,when\n99,1,\n7,2,2020-01-01\n7,3,\n',
    });
    expect([...columnOf(table, 'patient_id', 'int').values]).toEqual([12, 7]);
    expect([...columnOf(table, 'b', 'int').values]).toEqual([0, 2]);
    expect([...columnOf(table, 'there', 'bool').values]).toEqual([0, 1]);
    expect([...columnOf(table, 'month', 'date').values]).toEqual([NO_DATE, day('2020-01-01')]);
  });
});

describe('a file that does not fit', () => {
  test.each<[ColumnWords, string, string]>([
    [
      from('gone.csv', 'x', 'int'),
      '',
      'value-file-unreadable: Column "c" comes from gone.csv, which cannot be read: no such file.',
    ],
    [
      from('f.csv', 'x', 'int'),
      'id,x\n1,2\n',
      'value-file-column: Column "c" comes from f.csv, which has no column "patient_id".',
    ],
    [
      from('f.csv', 'x', 'int'),
      'patient_id,y\n1,2\n',
      'value-file-column: Column "c" comes from f.csv, which has no column "x".',
    ],
    [
      from('f.csv', 'x', 'int'),
      'patient_id,x\n1,2\n2,many\n',
      'value-file-value: Column "c" comes from "x" of f.csv, where "many" is not a whole number.',
    ],
    [
      from('f.csv', 'x', 'date'),
      'patient_id,x\n1,31/01/2021\n',
      'value-file-value: Column "c" comes from "x" of f.csv, where "31/01/2021" is not a date as YYYY-MM-DD.',
    ],
    [
      from('f.csv', null),
      'patient_id\nA1\n',
      'value-file-value: Column "c" comes from "patient_id" of f.csv, where "A1" is not a whole number.',
    ],
  ])('%j %j', (column, text, expected) => {
    expect(faultsOf(studyOf({ c: column }), { 'f.csv': text })).toEqual([expected]);
  });

  test('is told with its line when it is no sound CSV', () => {
    const study = studyOf({ c: from('f.csv', 'x', 'int') });
    expect(faultsOf(study, { 'f.csv': 'patient_id,x\n1\n' })).toEqual([
      expect.stringMatching(/^csv-cell-count: /),
    ]);
  });

  test('is told once, at the first column that needs it', () => {
    const study = studyOf({ a: from('gone.csv', 'x', 'int'), b: from('gone.csv', 'y', 'int') });
    expect(faultsOf(study, {})).toHaveLength(1);
  });
});
