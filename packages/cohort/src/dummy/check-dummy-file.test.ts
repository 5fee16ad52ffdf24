import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OutputFormatName, outputFormatNames } from '../formats/output-format.ts';
import { writeTable } from '../formats/write-table.ts';
import { NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import { checkDummyFile } from './check-dummy-file.ts';
import { aggregate, day, plan, records, studyOf } from './study.fixture.ts';

const study = studyOf({
  sex: {
    type: 'str',
    labels: ['F', 'M'],
    expectations: { category: { ratios: { F: 0.5, M: 0.5 } } },
  },
  age: {
    type: 'int',
    expectations: { rate: 'universal', int: { distribution: 'population_ages' } },
  },
  bmi: { type: 'float', expectations: { float: { distribution: 'normal', mean: 25, stddev: 5 } } },
  has_event: {},
  event_day: { type: 'date', dateFormat: 'YYYY-MM-DD' },
  event_month: { type: 'date', dateFormat: 'YYYY-MM' },
  event_year: { type: 'date' },
  hidden: { hidden: true },
  last_month: {
    type: 'date',
    dateFormat: 'YYYY-MM',
    definition: aggregate('maximum', 'event_month'),
  },
  eligible: {
    type: 'date',
    dateFormat: 'YYYY-MM-DD',
    labels: ['2020-10-15', '2021-11-16'],
    definition: {
      kind: 'category',
      categories: [{ value: '2020-10-15', when: { kind: 'present', name: 'age' } }],
      otherwise: '2021-11-16',
    },
    expectations: { category: { ratios: { '2020-10-15': 0.5, '2021-11-16': 0.5 } } },
  },
  rurality: {
    type: 'int',
    definition: records({}, { returning: 'rural_urban_classification' }),
    expectations: { category: { ratios: { rural: 0.5, urban: 0.5 } } },
  },
});

const header =
  'patient_id,sex,age,bmi,has_event,event_day,event_month,event_year,last_month,eligible,rurality';
const good = '11,F,40,21.5,1,2021-02-03,2021-02,2021,2021-02,2020-10-15,urban';
const blank = '22,,,,,,,,,,';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dummy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said about a CSV file, without its name. */
async function said(...lines: string[]): Promise<string[]> {
  const path = join(folder, 'dummy.csv');
  await writeFile(path, `${lines.join('\n')}\n`);
  const diagnostics = await checkDummyFile(study, path, 'csv');
  return diagnostics.map(
    ({ severity, message }) => `${severity}: ${message.replace(` ${path}`, '')}`,
  );
}

describe('a file is good', () => {
  test.each(outputFormatNames)('when it is our own dummy data as %s', async (format) => {
    const path = join(folder, `own.${format}`);
    await writeTable(plan(study, { population: 50 }).table(null), path, format);
    expect(await checkDummyFile(study, path, format)).toEqual([]);
  });

  test('in any order of columns, and blank wherever it likes', async () => {
    const reversed = (line: string): string => line.split(',').reverse().join(',');
    expect(await said(reversed(header), reversed(good), reversed(blank))).toEqual([]);
  });

  test('when a column of year dates goes by the number', async () => {
    expect(await said(header, good.replace(',2021,', ',2021.0,'))).toEqual([]);
    expect(await said(header, good.replace(',2021,', ',0,'))).toEqual([]);
  });

  test.each([
    ['has_event', 'True'],
    ['has_event', 'FALSE'],
    ['has_event', '1.0'],
    ['age', '40.0'],
    ['age', '-3'],
    ['age', 'NA'],
    ['bmi', '1e2'],
    ['bmi', '7'],
    ['sex', 'another label'],
    ['event_day', '2021-2-3'],
    ['event_month', '2021-2'],
    ['rurality', '3'],
  ])('when %s is %s', async (column, value) => {
    expect(await said(header, withValue(column, value))).toEqual([]);
  });
});

function withValue(column: string, value: string): string {
  const cells = good.split(',');
  cells[header.split(',').indexOf(column)] = value;
  return cells.join(',');
}

describe('a value is refused', () => {
  test.each([
    ['age', 'XX', 'a whole number'],
    ['bmi', 'heavy', 'a number'],
    ['has_event', 'X', '0, 1, True or False'],
    ['has_event', '2', '0, 1, True or False'],
    ['event_day', '2021-01-010', 'a date as YYYY-MM-DD'],
    ['event_day', '2021-02-30', 'a date as YYYY-MM-DD'],
    ['event_day', '03/02/2021', 'a date as YYYY-MM-DD'],
    ['event_month', '2021-010', 'a month as YYYY-MM (in a binary file, its first day)'],
    ['event_year', '20210', 'a year as YYYY (in a binary file, 1 January)'],
    ['last_month', '2021-02-03', 'a month as YYYY-MM (in a binary file, its first day)'],
    ['eligible', '2020', 'a date as YYYY-MM-DD'],
    ['patient_id', 'A7', 'a whole number'],
    ['patient_id', '7.5', 'a whole number'],
  ])('when %s is %s', async (column, value, need) => {
    expect(await said(header, blank, withValue(column, value))).toEqual([
      `error: In row 3 of the dummy data file, "${value}" in column "${column}" is not ${need}.`,
    ]);
  });

  test('when a patient has no id', async () => {
    expect(await said(header, withValue('patient_id', ''))).toEqual([
      'error: In row 2 of the dummy data file, a blank in column "patient_id" is not a whole number.',
    ]);
  });
});

test('what real extracts never have is a warning', async () => {
  expect(await said(header, withValue('age', '40.5'), good)).toEqual([
    'warning: In row 3 of the dummy data file, patient_id 11 stands again; it was in row 2.',
    'warning: In row 2 of the dummy data file, "40.5" in column "age" is not a whole number.',
  ]);
});

test('columns have to be exactly those of the study', async () => {
  expect(
    await said(
      header.replace('age', 'ages').replace('sex', 'hidden').replace('patient_id', 'id'),
      good,
    ),
  ).toEqual([
    'error: The dummy data file has no column "sex".',
    'error: The dummy data file has no column "age".',
    'error: The dummy data file has no column "patient_id".',
    'error: The dummy data file has a column "id" that the study does not define.',
    'error: The dummy data file has a column "hidden" that the study does not define.',
    'error: The dummy data file has a column "ages" that the study does not define.',
  ]);
});

test('all columns are checked at once; of many faults the first are told and the rest counted', async () => {
  const bad = (id: number): string =>
    withValue('age', 'x').replace('11', String(id)).replace('21.5', 'y');
  const lines = await said(header, ...Array.from({ length: 30 }, (_, id) => bad(id)));
  expect(lines).toHaveLength(11);
  expect(lines.filter((line) => line.includes('"age"'))).toHaveLength(5);
  expect(lines.filter((line) => line.includes('"bmi"'))).toHaveLength(5);
  expect(lines.at(-1)).toBe('error: The dummy data file has 50 more faults of these kinds.');
});

test('warnings stay warnings, however many', async () => {
  const lines = Array.from({ length: 9 }, (_, id) =>
    withValue('age', '1.5').replace('11', String(id)),
  );
  const told = await said(header, ...lines);
  expect(told).toHaveLength(6);
  expect(told.every((line) => line.startsWith('warning: '))).toBe(true);
});

test('no number of warnings hides an error', async () => {
  const lines = Array.from({ length: 9 }, (_, id) =>
    withValue('age', id === 8 ? 'XX' : '1.5').replace('11', String(id)),
  );
  expect((await said(header, ...lines))[0]).toMatch(/^error: In row 10 .*"XX"/);
});

describe('the file itself', () => {
  test.each<[string, OutputFormatName]>([
    ['dummy.csv', 'csv.gz'],
    ['dummy.csv.gz', 'csv'],
    ['dummy.txt', 'csv'],
    ['dummy-csv', 'csv'],
    ['dummy.dta', 'dta.gz'],
  ])('%s is not a file for %s', async (name, format) => {
    const diagnostics = await checkDummyFile(study, join(folder, name), format);
    expect(diagnostics.map(({ code }) => code)).toEqual(['dummy-file-extension']);
  });

  test('has to be there', async () => {
    const diagnostics = await checkDummyFile(study, join(folder, 'gone.csv'), 'csv');
    expect(diagnostics.map(({ code }) => code)).toEqual(['file-not-found']);
  });

  test('may be compressed', async () => {
    const path = join(folder, 'dummy.csv.gz');
    await writeFile(path, gzipSync(`${header}\n${good}\n`));
    expect(await checkDummyFile(study, path, 'csv.gz')).toEqual([]);
  });
});

describe.each(['feather', 'dta'] as const)('in a %s file', (format) => {
  const one = studyOf({
    flag: {},
    whole: { type: 'int', expectations: { int: { distribution: 'population_ages' } } },
    word: { type: 'str', expectations: { category: { ratios: { a: 1 } } } },
    day: { type: 'date', dateFormat: 'YYYY-MM-DD' },
    month: { type: 'date', dateFormat: 'YYYY-MM' },
    year: { type: 'date', dateFormat: 'YYYY' },
  });
  const date = (iso: string): TableColumn => ({
    name: '',
    type: 'date',
    values: Int32Array.of(day(iso), NO_DATE),
    format: 'YYYY-MM-DD',
  });
  const int = (value: number): TableColumn => ({
    name: '',
    type: 'int',
    values: Float64Array.of(value, 0),
  });
  const text = (value: string): TableColumn => ({
    name: '',
    type: 'str',
    values: Int32Array.of(0, NO_CATEGORY),
    labels: [value],
  });
  const sound: Record<string, TableColumn> = {
    patient_id: { name: '', type: 'int', values: Float64Array.of(1, 2) },
    flag: { name: '', type: 'bool', values: Uint8Array.of(1, 0) },
    whole: int(7),
    word: text('a'),
    day: date('2021-02-03'),
    month: date('2021-02-01'),
    year: date('2021-01-01'),
  };
  const codes = async (columns: Record<string, TableColumn>): Promise<string[]> => {
    const path = join(folder, `types.${format}`);
    const named = Object.entries({ ...sound, ...columns });
    await writeTable(
      { rows: 2, columns: named.map(([name, column]) => ({ ...column, name })) },
      path,
      format,
    );
    const diagnostics = await checkDummyFile(one, path, format);
    return diagnostics.map(({ message }) => /column "(\w+)"/.exec(message)?.[1] ?? message);
  };

  test('values of the right types pass', async () => {
    expect(await codes({})).toEqual([]);
  });

  test.each([
    ['flag', text('1')],
    ['flag', int(2)],
    ['whole', text('7')],
    ['whole', date('2021-01-01')],
    ['word', int(7)],
    ['word', date('2021-01-01')],
    ['day', text('2021-02-03')],
    ['day', int(20210203)],
    ['month', date('2021-02-03')],
    ['year', date('2021-02-01')],
    ['patient_id', text('1')],
  ])('%s is not %j', async (name, column) => {
    expect(new Set(await codes({ [name]: column }))).toEqual(new Set([name]));
  });
});
