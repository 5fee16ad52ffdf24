import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayOf, isoOf } from '../calendar.ts';
import { csvLine } from '../formats/csv-cell.ts';
import { type OutputFormatName, outputFormats } from '../formats/output-format.ts';
import { pythonFloat } from '../formats/python-float.ts';
import {
  aggregate,
  column,
  constant,
  filter,
  first,
  indexDate,
  operation,
  table,
} from '../model/build.ts';
import type { CohortModel, PatientValue } from '../model/model.ts';
import { tableSchema } from '../tpp-schema/column.ts';
import { extractCohort, type WrittenExtract } from './extract-cohort.ts';
import { loadTable } from './load-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-extract-'));
const database = join(folder, 'records.duckdb');
const parquet = join(folder, 'parquet');

/** What is hard to write: what needs quotes, what looks like other things, long and short numbers. */
const texts = [
  'plain',
  'a,b',
  'say "so"',
  'two\r\nlines',
  '',
  ' blank ',
  '#',
  "'",
  'NULL',
  '\\N',
  'é',
  '"',
  '\t',
];
const floats = [
  0,
  1,
  -1.5,
  1e16,
  1e15,
  123_456_789.125,
  1e-5,
  0.0001,
  1.5e300,
  0.1,
  1 / 3,
  2 ** 53,
  -0,
];

const schema = {
  Person: tableSchema({
    columns: {
      Patient_ID: 'int required',
      Text: 'str',
      Number: 'float',
      Whole: 'int wide',
      Day: 'date',
    },
    onePerPatient: true,
  }),
};
const days = ['2020-01-01', '2020-01-02', '2020-01-03'].map((iso) => dayOf(iso) ?? 0);
const rows = texts.map((text, index) => ({
  id: 1000 - index,
  text: text === 'plain' ? null : text,
  number: index === 3 ? null : (floats[index] ?? null),
  whole: index === 0 ? null : index * 1_000_000_007,
  day: index === 5 ? null : (days[0] ?? 0) + index - 6,
}));

beforeAll(async () => {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  const columns = [
    { name: 'Patient_ID', type: 'int' },
    { name: 'Text', type: 'str' },
    { name: 'Number', type: 'float' },
    { name: 'Whole', type: 'int' },
    { name: 'Day', type: 'date' },
  ] as const;
  await loadTable(
    connection,
    'incoming',
    columns,
    rows.map((row) => [row.id, row.text, row.number, row.whole, row.day]),
  );
  await connection.run('CREATE TABLE Person AS FROM incoming');
  await connection.run(`CREATE TABLE Many AS SELECT range AS Patient_ID FROM range(300000, 0, -1)`);
  mkdirSync(parquet);
  await connection.run(`COPY Person TO '${parquet}/Person.parquet' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true }));

const of = (name: string, type: 'str' | 'float' | 'int' | 'date'): PatientValue =>
  first(table('Person'), [], column(name, type));
const here = aggregate(
  'exists',
  filter(table('Person'), operation('equal', column('Day', 'date'), indexDate)),
);
const model: CohortModel = {
  patients: table('Person'),
  population: [
    {
      words: 'known by then',
      condition: operation(
        'coalesce',
        operation('less-or-equal', of('Day', 'date'), indexDate),
        constant('bool', false),
      ),
    },
  ],
  columns: [
    {
      name: 'text',
      type: 'str',
      dateLength: null,
      value: operation('coalesce', of('Text', 'str'), constant('str', '')),
    },
    {
      name: 'number',
      type: 'float',
      dateLength: null,
      value: operation('coalesce', of('Number', 'float'), constant('float', 0)),
    },
    {
      name: 'whole',
      type: 'int',
      dateLength: null,
      value: operation('coalesce', of('Whole', 'int'), constant('int', 0)),
    },
    { name: 'day', type: 'date', dateLength: 10, value: of('Day', 'date') },
    { name: 'month', type: 'date', dateLength: 7, value: of('Day', 'date') },
    {
      name: 'year',
      type: 'date',
      dateLength: 4,
      value: operation('add-days', of('Day', 'date'), constant('int', -365)),
    },
    { name: 'Is it, "here"?', type: 'bool', dateLength: null, value: here },
    // Alone between columns that change with every date, so that each is a text of its own.
    { name: 'month again', type: 'date', dateLength: 7, value: of('Day', 'date') },
    { name: 'here again', type: 'bool', dateLength: null, value: here },
    { name: 'year again', type: 'date', dateLength: 4, value: of('Day', 'date') },
  ],
};

/** The file as Python's csv writer writes it. */
function expectedCsv(date: number): string {
  const lines = rows
    .filter(({ day }) => day !== null && day <= date)
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, text, number, whole, day }) => {
      const iso = isoOf(day ?? 0);
      return [
        String(id),
        text ?? '',
        pythonFloat((number ?? 0) + 0),
        String(whole ?? 0),
        iso,
        iso.slice(0, 7),
        isoOf((day ?? 0) - 365).slice(0, 4),
        day === date ? '1' : '0',
        iso.slice(0, 7),
        day === date ? '1' : '0',
        iso.slice(0, 4),
      ];
    });
  const header = ['patient_id', ...model.columns.map(({ name }) => name)];
  return [header, ...lines].map((cells) => `${csvLine(cells)}\r\n`).join('');
}

async function extract(
  format: OutputFormatName,
  source = database,
  dates = days,
): Promise<WrittenExtract[]> {
  const out = mkdtempSync(join(folder, 'out-'));
  const written: WrittenExtract[] = [];
  await extractCohort(
    {
      model,
      dates,
      schema,
      database: { engine: 'duckdb', path: source },
      files: {},
      settings: { memoryMiB: 512, temporaryFolder: out },
    },
    {
      target: (date) => ({ path: join(out, `input_${isoOf(date ?? 0)}.${format}`), format }),
      written: (one) => {
        written.push(one);
      },
    },
  );
  expect(readdirSync(out).toSorted()).toEqual(
    dates.map((date) => `input_${isoOf(date)}.${format}`),
  );
  return written;
}

describe('extractCohort', () => {
  test.each([
    ['a database file', database],
    ['a folder of Parquet files', parquet],
  ])('writes the bytes of the original from %s, a file a date', async (_, source) => {
    const written = await extract('csv', source);
    expect(written.map(({ date }) => date)).toEqual(days);
    for (const [index, { path }] of written.entries()) {
      expect(readFileSync(path, 'utf8')).toBe(expectedCsv(days[index] ?? 0));
    }
  });

  test('says of each file its rows, bytes, hash, missing values and attrition', async () => {
    const [first] = await extract('csv');
    const bytes = readFileSync(first?.path ?? '');
    expect(first).toMatchObject({
      bytes: bytes.length,
      rows: 6,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      attrition: [
        { words: 'everybody in the database', remaining: 13 },
        { words: 'known by then', remaining: 6 },
      ],
      missing: [
        { column: 'text', rows: 2 },
        { column: 'number', rows: 2 },
        { column: 'whole', rows: 1 },
        { column: 'day', rows: 0 },
        { column: 'month', rows: 0 },
        { column: 'year', rows: 0 },
        { column: 'Is it, "here"?', rows: 5 },
        { column: 'month again', rows: 0 },
        { column: 'here again', rows: 5 },
        { column: 'year again', rows: 0 },
      ],
    });
    expect(first?.planHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('compresses', async () => {
    const [first] = await extract('csv.gz');
    expect(gunzipSync(readFileSync(first?.path ?? '')).toString()).toBe(expectedCsv(days[0] ?? 0));
  });

  test.each(['feather', 'dta', 'dta.gz'] as const)(
    'writes %s with the same rows',
    async (format) => {
      const [first] = await extract(format);
      const path = first?.path ?? '';
      const read = await outputFormats[format].decode(readFileSync(path), {
        file: path,
        limit: 2 ** 30,
      });
      expect(read.columns.map(({ name }) => name).slice(0, 4)).toEqual([
        'patient_id',
        'text',
        'number',
        'whole',
      ]);
      expect(read.rows).toBe(6);
    },
  );

  test('keeps what stood there when a later file cannot be written', async () => {
    const out = mkdtempSync(join(folder, 'out-'));
    const path = (date: number | null): string =>
      date === days[1] ? join(out, 'no such folder', 'x.csv') : join(out, `${date}.csv`);
    writeFileSync(path(days[2] ?? 0), 'before');
    const written: WrittenExtract[] = [];
    const extraction = extractCohort(
      {
        model,
        dates: days,
        schema,
        database: { engine: 'duckdb', path: database },
        files: {},
        settings: {},
      },
      {
        target: (date) => ({ path: path(date), format: 'csv' }),
        written: (one) => void written.push(one),
      },
    );
    await expect(extraction).rejects.toThrow();
    expect(written.map(({ date }) => date)).toEqual([days[0]]);
    expect(readFileSync(path(days[2] ?? 0), 'utf8')).toBe('before');
    expect(readdirSync(out).toSorted()).toEqual([`${days[0]}.csv`, `${days[2]}.csv`].toSorted());
  });

  test('passes over dates that are done, and makes the others the same', async () => {
    const whole = await extract('csv');
    const out = mkdtempSync(join(folder, 'out-'));
    const written: WrittenExtract[] = [];
    const hashes: string[] = [];
    for (const done of [[days[0]], [days[1]], days.slice(0, 2), days]) {
      await extractCohort(
        {
          model,
          dates: days,
          schema,
          database: { engine: 'duckdb', path: database },
          files: {},
          settings: {},
        },
        {
          target: (date) => ({ path: join(out, `${date}.csv`), format: 'csv' }),
          done: async (hash) => {
            hashes.push(hash);
            return new Set(done.map((date) => date ?? null));
          },
          written: (one) => void written.push(one),
        },
      );
      const left = whole.filter(({ date }) => !done.includes(date ?? undefined));
      expect(written.splice(0).map((one) => ({ ...one, path: '' }))).toEqual(
        left.map((one) => ({ ...one, path: '' })),
      );
    }
    expect(new Set(hashes)).toEqual(new Set([whole[0]?.planHash]));
  });

  test('stops when it is told to, and leaves nothing behind', async () => {
    const out = mkdtempSync(join(folder, 'out-'));
    const stop = new AbortController();
    const extraction = extractCohort(
      {
        model,
        // So many that they cannot all be written before the first is in its place.
        dates: Array.from({ length: 60 }, (_, index) => (days[0] ?? 0) + index),
        schema,
        database: { engine: 'duckdb', path: database },
        files: {},
        settings: {},
        signal: stop.signal,
      },
      {
        target: (date) => ({ path: join(out, `${date}.csv`), format: 'csv' }),
        written: () => stop.abort(new Error('enough')),
      },
    );
    await expect(extraction).rejects.toThrow('enough');
    expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('has the rows of many people in order', async () => {
    const many: CohortModel = {
      patients: table('Many'),
      population: [],
      columns: model.columns.slice(2, 3),
    };
    const path = join(folder, 'many.csv');
    await extractCohort(
      {
        model: many,
        dates: [null],
        schema: { ...schema, Many: tableSchema({ columns: { Patient_ID: 'int required' } }) },
        database: { engine: 'duckdb', path: database },
        files: {},
        settings: { threads: 4 },
      },
      { target: () => ({ path, format: 'csv' }), written: () => {} },
    );
    const ids = readFileSync(path, 'utf8')
      .split('\r\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[0]));
    expect(ids).toEqual(Array.from({ length: 300_000 }, (_, index) => index + 1));
  });
});
