import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayOf } from '../calendar.ts';
import { NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';
import { type OutputFormatName, outputFormatNames } from './output-format.ts';
import { runPython } from './test-python.ts';
import { writeTable } from './write-table.ts';

const day = (iso: string): number => dayOf(iso) ?? NO_DATE;
const long = 'é'.repeat(1500);

const people: Table = {
  rows: 4,
  columns: [
    { name: 'flag', type: 'bool', values: Uint8Array.of(1, 0, 1, 0) },
    { name: 'age', type: 'int', values: Float64Array.of(0, 15, -120, 99_999) },
    { name: 'big', type: 'int', values: Float64Array.of(2 ** 53 - 1, 1, 0, -(2 ** 40)) },
    { name: 'bmi', type: 'float', values: Float64Array.of(16, 1e-5, 0.1 + 0.2, -0) },
    {
      name: 'region',
      type: 'str',
      values: Int32Array.of(2, NO_CATEGORY, 1, 2),
      labels: ['Never seen', 'Yorkshire, and "The Humber"', 'Ynys Môn', ''],
    },
    {
      name: 'note',
      type: 'str',
      values: Int32Array.of(1, 0, NO_CATEGORY, 2),
      labels: ['a\nb', long, ''],
    },
    {
      name: 'died',
      type: 'date',
      values: Int32Array.of(day('2021-02-28'), NO_DATE, day('1600-05-17'), day('9999-12-31')),
      format: 'YYYY-MM-DD',
    },
    {
      name: 'born',
      type: 'date',
      values: Int32Array.of(day('1950-03-01'), day('2100-01-01'), NO_DATE, day('1899-12-01')),
      format: 'YYYY-MM',
    },
    {
      name: 'seen',
      type: 'date',
      values: Int32Array.of(day('2020-01-01'), day('2019-01-01'), NO_DATE, NO_DATE),
      format: 'YYYY',
    },
    { name: 'patient_id', type: 'int', values: Float64Array.of(1, 22, 333, 4444) },
  ],
};

const peopleCsv = `flag,age,big,bmi,region,note,died,born,seen,patient_id
1,0,9007199254740991,16.0,Ynys Môn,${long},2021-02-28,1950-03,2020,1
0,15,1,1e-05,,"a
b",,2100-01,2019,22
1,-120,0,0.30000000000000004,"Yorkshire, and ""The Humber""",,1600-05-17,,,333
0,99999,-1099511627776,-0.0,Ynys Môn,,9999-12-31,1899-12,,4444
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What pandas reads from files: each column's type and its values as text. */
const READ = `
import json, sys
import pandas
def read(path):
    if path.endswith('.feather'): return pandas.read_feather(path)
    if '.dta' in path: return pandas.read_stata(path)
    return pandas.read_csv(path, keep_default_na=False, dtype=str)
def show(value):
    return None if not isinstance(value, str) and pandas.isna(value) else str(value)
result = []
for path in json.load(sys.stdin):
    frame = read(path)
    result.append({
        name: {
            'type': frame[name].dtype.name,
            'categories': list(frame[name].cat.categories) if frame[name].dtype.name == 'category' else None,
            'values': [show(value) for value in frame[name]],
        } for name in frame.columns
    })
print(json.dumps(result))
`;

interface Seen {
  readonly type: string;
  readonly categories: readonly (string | number)[] | null;
  readonly values: readonly (string | null)[];
}

async function throughPandas(
  table: Table,
  formats: readonly OutputFormatName[],
): Promise<Record<string, Seen>[]> {
  const paths: string[] = [];
  for (const format of formats) {
    const path = join(mkdtempSync(join(folder, 'p-')), `table.${format}`);
    await writeTable(table, path, format);
    paths.push(path);
  }
  return runPython(READ, paths) as Record<string, Seen>[];
}

describe('CSV', () => {
  it('is written as Python writes it: minimal quotes, LF, blanks for what is missing', async () => {
    const path = join(folder, 'people.csv');
    const written = await writeTable(people, path, 'csv');
    const text = readFileSync(path, 'utf8');
    expect(text).toBe(peopleCsv);
    expect(written).toEqual({ rows: 4, bytes: Buffer.byteLength(text) });
  });

  it.each<[name: string, column: TableColumn, lines: readonly string[]]>([
    [
      'whole numbers of every length',
      {
        name: 'x',
        type: 'int',
        values: Float64Array.of(0, 9, 10, 99, 100, 999, 1000, 123_456_789, -7, -10, -(2 ** 53)),
      },
      ['0', '9', '10', '99', '100', '999', '1000', '123456789', '-7', '-10', '-9007199254740992'],
    ],
    [
      'floats as their shortest digits',
      {
        name: 'x',
        type: 'float',
        values: Float64Array.of(
          0,
          1,
          -1.5,
          0.0001,
          0.00001,
          1e15,
          1e16,
          1.5e300,
          5e-324,
          123456789012345680,
        ),
      },
      [
        '0.0',
        '1.0',
        '-1.5',
        '0.0001',
        '1e-05',
        '1000000000000000.0',
        '1e+16',
        '1.5e+300',
        '5e-324',
        '1.2345678901234568e+17',
      ],
    ],
    [
      'floats that are not numbers',
      { name: 'x', type: 'float', values: Float64Array.of(Number.NaN, Infinity, -Infinity) },
      ['""', 'inf', '-inf'],
    ],
    [
      'a blank alone on its line in quotes, which is no empty line',
      { name: 'x', type: 'str', values: Int32Array.of(NO_CATEGORY, 0, 1), labels: ['', ' a'] },
      ['""', '""', ' a'],
    ],
    [
      'line ends of every kind in quotes',
      { name: 'x', type: 'str', values: Int32Array.of(0, 1), labels: ['a\rb', 'c\r\nd'] },
      ['"a\rb"', '"c\r\nd"'],
    ],
  ])('writes %s', async (_, column, lines) => {
    const path = join(folder, 'one.csv');
    await writeTable({ rows: column.values.length, columns: [column] }, path, 'csv');
    expect(readFileSync(path, 'utf8')).toBe(`x\n${lines.join('\n')}\n`);
  });

  it('writes tables of many blocks, and of no rows', async () => {
    const rows = 300_000;
    const values = Float64Array.from({ length: rows }, (_, row) => row);
    const path = join(folder, 'many.csv');
    await writeTable({ rows, columns: [{ name: 'n', type: 'int', values }] }, path, 'csv');
    expect(readFileSync(path, 'utf8')).toBe(`n\n${[...values].join('\n')}\n`);
    await writeTable({ rows: 0, columns: people.columns }, path, 'csv');
    expect(readFileSync(path, 'utf8')).toBe(`${peopleCsv.split('\n')[0]}\n`);
  });
});

describe('compressed CSV', () => {
  it('is one gzip member that Python, pandas and zlib read, with the same bytes every time', async () => {
    const rows = 120_000;
    const table: Table = {
      rows,
      columns: [
        { name: 'n', type: 'int', values: Float64Array.from({ length: rows }, (_, row) => row) },
        {
          name: 'x',
          type: 'float',
          values: Float64Array.from({ length: rows }, (_, row) => Math.sqrt(row)),
        },
      ],
    };
    const [one, two, plain] = ['one.csv.gz', 'two.csv.gz', 'plain.csv'].map((name) =>
      join(folder, name),
    );
    await writeTable(table, one ?? '', 'csv.gz');
    await writeTable(table, two ?? '', 'csv.gz');
    await writeTable(table, plain ?? '', 'csv');
    const text = readFileSync(plain ?? '');
    const packed = readFileSync(one ?? '');
    expect(packed.equals(readFileSync(two ?? ''))).toBe(true);
    expect(gunzipSync(packed).equals(text)).toBe(true);
    const script = `
import gzip, json, sys, zlib
import pandas
packed, plain = json.load(sys.stdin)
whole = open(plain, 'rb').read()
# A reader that stops after a file's first member: nothing may be left.
member = zlib.decompressobj(wbits=31)
print(json.dumps([
    gzip.open(packed).read() == whole,
    member.decompress(open(packed, 'rb').read()) == whole and member.eof and member.unused_data == b'',
    pandas.read_csv(packed).equals(pandas.read_csv(plain)),
]))`;
    expect(runPython(script, [one, plain])).toEqual([true, true, true]);
  });
});

describe('in pandas', () => {
  const dates = [
    '2021-02-28 00:00:00',
    null,
    '1677-09-21 00:12:43.145224193',
    '2262-04-11 23:47:16.854775807',
  ];

  it('reads every format with the types and values of the table', async () => {
    const [csv, packed, feather, dta, packedDta] = await throughPandas(people, outputFormatNames);
    expect(packed).toEqual(csv);
    expect(csv?.['region']?.values).toEqual([
      'Ynys Môn',
      '',
      'Yorkshire, and "The Humber"',
      'Ynys Môn',
    ]);
    expect(csv?.['note']?.values).toEqual([long, 'a\nb', '', '']);

    expect(feather).toEqual({
      flag: { type: 'bool', categories: null, values: ['True', 'False', 'True', 'False'] },
      age: { type: 'int64', categories: null, values: ['0', '15', '-120', '99999'] },
      big: {
        type: 'int64',
        categories: null,
        values: ['9007199254740991', '1', '0', '-1099511627776'],
      },
      bmi: {
        type: 'float64',
        categories: null,
        values: ['16.0', '1e-05', '0.30000000000000004', '-0.0'],
      },
      region: {
        type: 'category',
        categories: ['Ynys Môn', 'Yorkshire, and "The Humber"'],
        values: ['Ynys Môn', null, 'Yorkshire, and "The Humber"', 'Ynys Môn'],
      },
      note: { type: 'category', categories: [long, 'a\nb'], values: [long, 'a\nb', null, null] },
      died: { type: 'datetime64[ns]', categories: null, values: dates },
      born: {
        type: 'datetime64[ns]',
        categories: null,
        values: ['1950-03-01 00:00:00', '2100-01-01 00:00:00', null, '1899-12-01 00:00:00'],
      },
      seen: {
        type: 'datetime64[ns]',
        categories: null,
        values: ['2020-01-01 00:00:00', '2019-01-01 00:00:00', null, null],
      },
      patient_id: { type: 'int64', categories: null, values: ['1', '22', '333', '4444'] },
    });

    expect(packedDta).toEqual(dta);
    expect(dta).toEqual({
      flag: { type: 'int8', categories: null, values: ['1', '0', '1', '0'] },
      age: { type: 'int32', categories: null, values: ['0', '15', '-120', '99999'] },
      big: {
        type: 'float64',
        categories: null,
        values: ['9007199254740991.0', '1.0', '0.0', '-1099511627776.0'],
      },
      bmi: {
        type: 'float64',
        categories: null,
        values: ['16.0', '1e-05', '0.30000000000000004', '-0.0'],
      },
      region: {
        type: 'object',
        categories: null,
        values: ['Ynys Môn', '', 'Yorkshire, and "The Humber"', 'Ynys Môn'],
      },
      note: { type: 'object', categories: null, values: [long, 'a\nb', '', ''] },
      died: {
        type: 'datetime64[ns]',
        categories: null,
        values: ['2021-02-28 00:00:00', null, '1677-09-22 00:00:00', '2252-04-10 00:00:00'],
      },
      born: feather?.['born'],
      seen: feather?.['seen'],
      patient_id: { type: 'int32', categories: null, values: ['1', '22', '333', '4444'] },
    });
  });

  it('reads categories that are whole numbers as numbers, in binary formats', async () => {
    const first = Int32Array.of(1, 0, 1);
    const missing = Int32Array.of(0, NO_CATEGORY, 1);
    const numeric = { type: 'str', labels: ['1', '50'], numeric: true } as const;
    const table: Table = {
      rows: 3,
      columns: [
        { name: 'all', ...numeric, values: first },
        { name: 'some', ...numeric, values: missing },
        { name: 'large', ...numeric, values: first, labels: ['1', '4000000000'] },
      ],
    };
    const [csv, feather, dta] = await throughPandas(table, ['csv', 'feather', 'dta']);
    expect(csv?.['some']?.values).toEqual(['1', '', '50']);
    expect(feather).toMatchObject({
      all: { type: 'category', categories: [50, 1], values: ['50', '1', '50'] },
      some: { type: 'category', categories: [1, 50], values: ['1', null, '50'] },
    });
    expect(dta).toMatchObject({
      all: { type: 'int32', values: ['50', '1', '50'] },
      some: { type: 'float64', values: ['1.0', null, '50.0'] },
      large: { type: 'float64', values: ['4000000000.0', '1.0', '4000000000.0'] },
    });
  });

  it('reads tables of no rows and of many', async () => {
    const empty = await throughPandas({ rows: 0, columns: people.columns.map(emptied) }, [
      'feather',
      'dta',
    ]);
    for (const table of empty) {
      expect(Object.keys(table)).toEqual(people.columns.map(({ name }) => name));
      expect(Object.values(table).every(({ values }) => values.length === 0)).toBe(true);
    }
    const rows = 70_000;
    const labels = Array.from({ length: 40_000 }, (_, index) => `label ${index}`);
    const values = Int32Array.from({ length: rows }, (_, row) => (row * 7) % labels.length);
    const many: Table = { rows, columns: [{ name: 'x', type: 'str', values, labels }] };
    for (const table of await throughPandas(many, ['feather', 'dta'])) {
      expect(table['x']?.values).toEqual([...values].map((value) => labels[value]));
    }
  });

  it('names Stata variables as pandas does where Stata does not allow the name', async () => {
    const names = ['x'.repeat(40), `${'x'.repeat(32)}_other`, 'using', '1st', 'a b', 'a_b', 'ok'];
    const columns = names.map(
      (name): TableColumn => ({ name, type: 'bool', values: Uint8Array.of(1) }),
    );
    const path = join(folder, 'theirs.dta');
    const theirs = runPython(
      `
import json, sys
import pandas
names, path = json.load(sys.stdin)
pandas.DataFrame([[1] * len(names)], columns=names).to_stata(path, version=118, write_index=False)
print(json.dumps(list(pandas.read_stata(path).columns)))`,
      [names, path],
    );
    const [ours] = await throughPandas({ rows: 1, columns }, ['dta']);
    expect(Object.keys(ours ?? {})).toEqual(theirs);
  });
});

function emptied(column: TableColumn): TableColumn {
  return { ...column, values: column.values.subarray(0, 0) } as TableColumn;
}

describe('a write that fails', () => {
  it('leaves what was there, and no temporary file', async () => {
    const place = join(folder, 'kept');
    mkdirSync(place);
    const path = join(place, 'table.dta');
    await writeTable(people, path, 'dta');
    const before = readFileSync(path);
    const infinite: Table = {
      rows: 1,
      columns: [{ name: 'x', type: 'float', values: Float64Array.of(Infinity) }],
    };
    const failing = writeTable(infinite, path, 'dta');
    await expect(failing).rejects.toThrow(FaultError);
    await expect(failing).rejects.toThrow('Column "x" holds a number that Stata files cannot');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(place)).toEqual(['table.dta']);
  });

  it('says why the system refused', async () => {
    const failing = writeTable(people, join(folder, 'nowhere', 'table.csv'), 'csv');
    await expect(failing).rejects.toThrow(
      /nowhere\/table.csv could not be written: .*no such file/,
    );
  });
});

it('writes the same bytes for the same table, in every format', async () => {
  for (const format of outputFormatNames) {
    const [one, two] = [join(folder, `same-1.${format}`), join(folder, `same-2.${format}`)];
    await writeTable(people, one, format);
    await writeTable(people, two, format);
    expect(readFileSync(one).equals(readFileSync(two)), format).toBe(true);
    expect(statSync(one).size).toBeGreaterThan(0);
  }
});
