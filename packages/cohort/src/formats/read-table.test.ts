import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayOf } from '../calendar.ts';
import { NO_DATE } from '../table.ts';
import { csvLine } from './csv-cell.ts';
import type { OutputFormatName } from './output-format.ts';
import { formatOf } from './output-format.ts';
import type { RawColumn, RawTable } from './raw-table.ts';
import { readTable } from './read-table.ts';
import { runPython } from './test-python.ts';
import { writeTable } from './write-table.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Uint8Array, extension: string): string {
  const path = join(folder, `${files++}.${extension}`);
  writeFileSync(path, content);
  return path;
}

/** A column's values as people would write them down: null where missing. */
function plain(column: RawColumn): (string | number | null)[] {
  return [...column.values].map((value) => {
    if (column.kind === 'text') return column.labels[value] ?? null;
    if (column.kind === 'date') return value === NO_DATE ? null : value;
    return Number.isNaN(value) ? null : value;
  });
}

function rowsOf(table: RawTable): (string | number | null)[][] {
  const columns = table.columns.map(plain);
  return Array.from({ length: table.rows }, (_, row) =>
    columns.map((values) => values[row] ?? null),
  );
}

async function faultOf(path: string, format: OutputFormatName, limit?: number): Promise<unknown> {
  try {
    await readTable(path, format, limit === undefined ? {} : { limit });
    return null;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const [diagnostic] = error.diagnostics;
    const line = diagnostic?.place?.line;
    return line === undefined ? diagnostic?.code : [diagnostic?.code, line];
  }
}

describe('CSV', () => {
  it.each<[name: string, text: string, header: string[], rows: string[][]]>([
    [
      'plain cells',
      'a,b\n1,2\n3,4\n',
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['a last line without its end', 'a,b\n1,2', ['a', 'b'], [['1', '2']]],
    ['CRLF', 'a,b\r\n1,2\r\n', ['a', 'b'], [['1', '2']]],
    ['bare CR', 'a,b\r1,2\r', ['a', 'b'], [['1', '2']]],
    ['a byte order mark', '\ufeffa,b\n1,2\n', ['a', 'b'], [['1', '2']]],
    ['a quoted header after a byte order mark', '\ufeff"a"\n1\n', ['a'], [['1']]],
    [
      'blank cells',
      'a,b\n,\n,x\n',
      ['a', 'b'],
      [
        ['', ''],
        ['', 'x'],
      ],
    ],
    ['blank lines, skipped', '\na,b\n\n\r\n1,2\n\n', ['a', 'b'], [['1', '2']]],
    ['a quoted blank alone on its line', 'a\n""\nx\n', ['a'], [[''], ['x']]],
    [
      'quoted commas, quotes and line breaks',
      'a,b\n"x,y","say ""hi""\r\nthere"\n',
      ['a', 'b'],
      [['x,y', 'say "hi"\r\nthere']],
    ],
    ['quotes inside a cell, taken as they are', 'a,b\nx"y,z""\n', ['a', 'b'], [['x"y', 'z""']]],
    [
      'text behind a closing quote, part of the cell',
      'a,b\n"x"y,"z" \n',
      ['a', 'b'],
      [['xy', 'z ']],
    ],
    ['letters beyond ASCII', 'a\nYnys Môn\n🙂\n', ['a'], [['Ynys Môn'], ['🙂']]],
    ['spaces, kept', 'a, b\n x,y \n', ['a', ' b'], [[' x', 'y ']]],
    ['a header alone', 'a,b\n', ['a', 'b'], []],
  ])('reads %s', async (_, text, header, rows) => {
    const table = await readTable(file(text, 'csv'), 'csv');
    expect(table.columns.map(({ name }) => name)).toEqual(header);
    expect(rowsOf(table)).toEqual(rows);
    const packed = await readTable(file(gzipSync(text), 'csv.gz'), 'csv.gz');
    expect(rowsOf(packed)).toEqual(rows);
  });

  it.each<[name: string, content: string | Uint8Array, fault: unknown]>([
    ['an empty file', '', 'csv-no-header'],
    ['blank lines alone', '\n\n', 'csv-no-header'],
    ['two columns of one name', 'a,b,a\n', ['csv-duplicate-column', 1]],
    ['a line that is too short', 'a,b\n1,2\n\n3\n', ['csv-cell-count', 4]],
    [
      'a line that is too long, behind a quoted line break',
      'a,b\n"x\ny",2\n1,2,3\n',
      ['csv-cell-count', 4],
    ],
    ['a quote that never ends', 'a,b\n1,2\n3,"4\n5,6\n', ['csv-unclosed-quote', 3]],
    ['another encoding', Buffer.from('a\nM\xf4n\n', 'latin1'), 'file-not-utf8'],
  ])('refuses %s', async (_, content, fault) => {
    expect(await faultOf(file(content, 'csv'), 'csv')).toEqual(fault);
  });

  it('reads back whatever cells are written', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', ' '), maxLength: 8 }),
    );
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 20 }),
      );
    const property = fc.asyncProperty(rows, fc.constantFrom('\n', '\r\n'), async (cells, end) => {
      const header = (cells[0] ?? ['']).map((_, index) => `c${index}`);
      const path = file([header, ...cells].map((line) => csvLine(line) + end).join(''), 'csv');
      expect(rowsOf(await readTable(path, 'csv'))).toEqual(cells);
      rmSync(path);
    });
    await fc.assert(property, { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) });
  });

  it('reads only the columns that are asked for', async () => {
    const path = file('a,b,c\n1,2,3\n', 'csv');
    const table = await readTable(path, 'csv', { columns: new Set(['c', 'a', 'missing']) });
    expect(table.columns.map(({ name }) => name)).toEqual(['a', 'c']);
  });
});

/** Files as pandas writes them, of every kind that studies may bring. */
const WRITE = `
import json, sys
import pandas, pyarrow, pyarrow.feather
folder = json.load(sys.stdin)
frame = pandas.DataFrame({
    'flag': [True, False, True],
    'age': pandas.array([1, -2, 40000], dtype='int64'),
    'small': pandas.array([1, 2, 100], dtype='int8'),
    'level': [1.5, None, -2.25],
    'sex': pandas.Categorical(['M', None, 'F'], categories=['M', 'X', 'F']),
    'note': ['a', 'é', ''],
    'seen': pandas.to_datetime(['2020-02-29 13:45', None, '1969-12-31 23:59']),
})
for name in ('zstd', 'lz4', 'uncompressed'):
    frame.to_feather(f'{folder}/{name}.feather', compression=name)
pyarrow.feather.write_feather(frame, f'{folder}/batches.feather', chunksize=2)
pyarrow.feather.write_feather(frame, f'{folder}/old.feather', version=1)
many = pandas.DataFrame({'n': range(200000), 't': [f'text {n % 977}' for n in range(200000)]})
many.to_feather(f'{folder}/many.feather')
table = pyarrow.table({
    'whole': pyarrow.array([1, None, 3], pyarrow.int32()),
    'maybe': pyarrow.array([True, None, False]),
    'text': pyarrow.array(['x', None, 'y'], pyarrow.large_string()),
    'day': pyarrow.array([18321, None, -1], pyarrow.date32()),
    'second': pyarrow.array([-1, 86400, None], pyarrow.timestamp('s')),
    'number': pyarrow.array([10, 20, 10]).dictionary_encode(),
    'nothing': pyarrow.array([None, None, None], pyarrow.null()),
    'single': pyarrow.array([0.5, 1, 2], pyarrow.float32()),
})
pyarrow.feather.write_feather(table, f'{folder}/types.feather')
pyarrow.feather.write_feather(pyarrow.table({'l': [[1], [2]]}), f'{folder}/lists.feather')
stata = frame.assign(flag=frame.flag.astype('int8'), lengthy=['x' * 3000, '', 'y' * 2500], sex=frame.sex.astype(object).fillna(''))
for version, name in ((117, '117.dta'), (118, '118.dta'), (119, '119.dta'), (118, '118.dta.gz')):
    stata.to_stata(f'{folder}/{name}', version=version, write_index=False, convert_dates={'seen': 'td'}, data_label='a label', variable_labels={'age': 'in years'})
# Without the long strings, which pandas writes in the wrong byte order here.
stata.drop(columns='lengthy').to_stata(f'{folder}/big-endian.dta', version=118, write_index=False, convert_dates={'seen': 'tc'}, byteorder='>')
pandas.DataFrame({'sex': frame.sex}).to_stata(f'{folder}/labels.dta', version=118, write_index=False)
stata.drop(columns='lengthy').to_stata(f'{folder}/114.dta', version=114, write_index=False, convert_dates={'seen': 'td'})
pandas.DataFrame({'sex': frame.sex}).to_stata(f'{folder}/labels-114.dta', version=114, write_index=False)
with open(f'{folder}/113.dta', 'wb') as out: out.write(b'\\x71' + open(f'{folder}/114.dta', 'rb').read()[1:])
units = {unit: pandas.to_datetime(['2020-05-17', None, '1959-11-30']) for unit in ('td', 'tc', 'tm', 'tq', 'th', 'ty', 'tw')}
pandas.DataFrame(units).to_stata(f'{folder}/units.dta', version=118, write_index=False, convert_dates={unit: unit for unit in units})
units = pandas.read_stata(f'{folder}/units.dta')
print(json.dumps([None if pandas.isna(value) else str(value.date()) for name in units for value in units[name]]))
`;

describe('files that pandas wrote', () => {
  let theirs = '';
  let units: unknown = [];
  beforeAll(() => {
    theirs = join(folder, 'pandas');
    mkdirSync(theirs);
    units = runPython(WRITE, theirs);
  });

  const day = (iso: string): number => dayOf(iso) ?? Number.NaN;
  const rows = [
    [1, 1, 1, 1.5, 'M', 'a', day('2020-02-29')],
    [0, -2, 2, null, null, 'é', null],
    [1, 40000, 100, -2.25, 'F', '', day('1969-12-31')],
  ];
  const kinds = (table: RawTable): string[] => table.columns.map(({ kind }) => kind);

  it.each(['zstd', 'lz4', 'uncompressed', 'batches'])('Feather, %s', async (name) => {
    const table = await readTable(join(theirs, `${name}.feather`), 'feather');
    expect(kinds(table)).toEqual(['bool', 'int', 'int', 'float', 'text', 'text', 'date']);
    expect(rowsOf(table)).toEqual(rows);
    const sex = table.columns.find((column) => column.name === 'sex');
    expect(sex).toMatchObject({ categorical: true, labels: ['M', 'X', 'F'] });
  });

  it('Feather of many rows, with LZ4 that repeats itself', async () => {
    const table = await readTable(join(theirs, 'many.feather'), 'feather');
    expect(table.rows).toBe(200_000);
    expect(rowsOf(table).every(([n, text], row) => n === row && text === `text ${row % 977}`)).toBe(
      true,
    );
  });

  it('Feather of every type, missing values as NaN or null', async () => {
    const table = await readTable(join(theirs, 'types.feather'), 'feather');
    expect(kinds(table)).toEqual([
      'float',
      'float',
      'text',
      'date',
      'date',
      'text',
      'float',
      'float',
    ]);
    expect(rowsOf(table)).toEqual([
      [1, 1, 'x', 18321, -1, 10, null, 0.5],
      [null, null, null, null, 1, 20, null, 1],
      [3, 0, 'y', -1, null, 10, null, 2],
    ]);
  });

  const stataRows = rows.map((row) => row.with(4, row[4] ?? ''));

  it.each(['big-endian.dta', '114.dta'])('Stata without long strings, %s', async (name) => {
    expect(rowsOf(await readTable(join(theirs, name), 'dta'))).toEqual(stataRows);
  });

  it.each(['117.dta', '118.dta', '119.dta', '118.dta.gz'])('Stata, %s', async (name) => {
    const path = join(theirs, name);
    const table = await readTable(path, formatOf(path) ?? 'dta');
    expect(table.columns.map((column) => column.name)).toEqual([
      'flag',
      'age',
      'small',
      'level',
      'sex',
      'note',
      'seen',
      'lengthy',
    ]);
    const texts = ['x'.repeat(3000), '', 'y'.repeat(2500)];
    expect(rowsOf(table)).toEqual(stataRows.map((row, index) => [...row, texts[index]]));
  });

  it.each(['labels.dta', 'labels-114.dta'])(
    'Stata value labels, as categories, %s',
    async (name) => {
      const table = await readTable(join(theirs, name), 'dta');
      expect(table.columns).toMatchObject([{ categorical: true, labels: ['M', 'X', 'F'] }]);
      expect(rowsOf(table)).toEqual([['M'], [null], ['F']]);
    },
  );

  it('Stata dates of every unit, on the days that pandas reads', async () => {
    const table = await readTable(join(theirs, 'units.dta'), 'dta');
    const days = table.columns.flatMap(plain);
    expect(days).toEqual(
      (units as (string | null)[]).map((iso) => (iso === null ? null : day(iso))),
    );
  });

  it.each(['old.feather', 'lists.feather', '113.dta'])(
    'refuses %s, and says what it is',
    async (name) => {
      const path = join(theirs, name);
      expect(await faultOf(path, formatOf(path) ?? 'csv')).toBe('feature-not-supported');
    },
  );

  it('refuses what was cut short or damaged anywhere, with a fault', async () => {
    for (const name of [
      'zstd.feather',
      'lz4.feather',
      '118.dta',
      '117.dta',
      'labels.dta',
      'labels-114.dta',
      '118.dta.gz',
    ]) {
      const whole = readFileSync(join(theirs, name));
      const format = formatOf(name) ?? 'csv';
      const cut = join(folder, `cut-${name}`);
      for (let part = 0; part < 40; part++) {
        copyFileSync(join(theirs, name), cut);
        truncateSync(cut, Math.floor((whole.length * part) / 40));
        expect(await faultOf(cut, format), `${name} cut to ${part}/40`).toMatch(
          /^file-(truncated|malformed)$/,
        );
      }
    }
  });

  it('never fails on damaged bytes with anything but a fault', async () => {
    const names = [
      'zstd.feather',
      'lz4.feather',
      'batches.feather',
      '118.dta',
      'big-endian.dta',
      'labels.dta',
      'labels-114.dta',
    ];
    const property = fc.asyncProperty(
      fc.constantFrom(...names),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 255 })),
        { minLength: 1, maxLength: 5 },
      ),
      async (name, changes) => {
        const bytes = readFileSync(join(theirs, name));
        for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value;
        const path = file(bytes, formatOf(name) ?? '');
        await faultOf(path, formatOf(name) ?? 'csv', 2 ** 24);
        rmSync(path);
      },
    );
    await fc.assert(property, { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) });
  });
});

describe('limits', () => {
  it('are kept while unpacking, whatever the format', async () => {
    const big = Buffer.alloc(2 ** 22, '1\n');
    expect(await faultOf(file(gzipSync(big), 'csv.gz'), 'csv.gz', 2 ** 20)).toBe('file-too-large');
    expect(await faultOf(file(big, 'csv'), 'csv', 2 ** 20)).toBe('file-too-large');
    expect(zstdCompressSync(big).length).toBeLessThan(2 ** 12);
    const path = join(folder, 'zeros.feather');
    const values = new Float64Array(2 ** 19);
    await writeTable(
      { rows: values.length, columns: [{ name: 'x', type: 'float', values }] },
      path,
      'feather',
    );
    expect(await faultOf(path, 'feather', 2 ** 20)).toBe('file-too-large');
    expect((await readTable(path, 'feather')).rows).toBe(values.length);
  });
});

describe('a path', () => {
  it('that leads nowhere, or to a folder, is a fault', async () => {
    expect(await faultOf(join(folder, 'none.csv'), 'csv')).toBe('file-not-found');
    expect(await faultOf(folder, 'csv')).toBe('file-not-readable');
  });

  it.each([
    ['output/input.csv', 'csv'],
    ['output/input.csv.gz', 'csv.gz'],
    ['input_2020-01-01.feather', 'feather'],
    ['a.b.dta', 'dta'],
    ['x.dta.gz', 'dta.gz'],
    ['x.gz', null],
    ['csv', null],
    ['x.CSV', null],
  ])('%s is of format %s', (path, format) => {
    expect(formatOf(path)).toBe(format);
  });
});
