import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { NO_CATEGORY, NO_DATE, type Table } from '../table.ts';
import { writeAtomically } from './atomic-file.ts';
import { type OutputFormatName, outputFormats } from './output-format.ts';
import { headOf, inOnePiece, ROWS_AT_ONCE, slicesOf, type TablePieces } from './table-pieces.ts';
import { runPython } from './test-python.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pieces-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Only the last row has what widens its column: a number beyond 32 bits, a long text, a category of its own, the 128th label.
 */
function table(rows: number): Table {
  const of = (row: number, usual: number, last: number): number =>
    row === rows - 1 ? last : usual;
  const each = (work: (row: number) => number) =>
    Float64Array.from({ length: rows }, (_, row) => work(row));
  const labels = Array.from({ length: 127 }, (_, index) => `label ${126 - index}`);
  return {
    rows,
    columns: [
      { name: 'patient_id', type: 'int', values: each((row) => row + 1) },
      { name: 'wide', type: 'int', values: each((row) => of(row, row, 2 ** 40)) },
      { name: 'flag', type: 'bool', values: Uint8Array.from(each((row) => row % 2)) },
      { name: 'number', type: 'float', values: each((row) => of(row, row / 3, -1e300)) },
      {
        name: 'day',
        type: 'date',
        values: Int32Array.from(each((row) => (row % 5 === 0 ? NO_DATE : row - 9000))),
        format: 'YYYY-MM-DD',
      },
      {
        name: 'category',
        type: 'str',
        values: Int32Array.from(each((row) => of(row, (row % 129) - 1, 128))),
        labels: [...labels, '', 'é at the very end'],
      },
      {
        name: 'text',
        type: 'str',
        values: Int32Array.from(each((row) => of(row, row % 1000 === 7 ? 0 : NO_CATEGORY, 2))),
        labels: ['short', 'of no row', 'é'.repeat(1500)],
      },
      {
        name: 'code',
        type: 'str',
        values: Int32Array.from(each((row) => of(row, (row % 3) - 1, 2))),
        labels: ['50', '7', '4000000000'],
        numeric: true,
      },
    ],
  };
}

/** The table as a session gives it: each piece has labels of its own, in another order. */
function inPieces(whole: Table, most: number): TablePieces {
  return {
    rows: whole.rows,
    columns: whole.columns.map(headOf),
    read: function* () {
      for (const { rows, columns } of slicesOf(whole, most)) {
        yield { rows, columns: columns.map(turned) };
      }
    },
  };
}

function turned(column: Table['columns'][number]): Table['columns'][number] {
  if (column.type !== 'str' || column.numeric) return column;
  const used = [...new Set(column.values)]
    .filter((code) => code !== NO_CATEGORY)
    .sort((a, b) => b - a);
  return {
    ...column,
    values: column.values.map((code) => used.indexOf(code)),
    labels: used.map((code) => column.labels[code] ?? ''),
  };
}

async function write(pieces: TablePieces, format: OutputFormatName): Promise<string> {
  const path = join(mkdtempSync(join(folder, 't-')), `table.${format}`);
  await writeAtomically(path, outputFormats[format].encode(pieces));
  return path;
}

/** Types of columns; and of Feather files, first of the pieces, the batches and what they say of a text column. */
const COMPARE = `
import json, sys
import pandas
import pyarrow.ipc
def read(path):
    return pandas.read_feather(path) if path.endswith('.feather') else pandas.read_stata(path)
def batches(path):
    file = pyarrow.ipc.open_file(path)
    found = [file.get_batch(at) for at in range(file.num_record_batches)]
    texts = [batch.column('category') for batch in found]
    kinds = [[str(text.type.index_type), len(text.dictionary)] for text in texts]
    return {'rows': [batch.num_rows for batch in found], 'kinds': kinds}
result = []
for whole, pieces in json.load(sys.stdin):
    frame = read(pieces)
    # Raises where values, types, or the order of categories differ.
    pandas.testing.assert_frame_equal(read(whole), frame, check_exact=True)
    types = {name: frame[name].dtype.name for name in frame.columns}
    is_feather = pieces.endswith('.feather')
    result.append([types, *(batches(path) if is_feather else None for path in (pieces, whole))])
print(json.dumps(result))
`;

const sizes: readonly [rows: number, most: number][] = [
  [0, 10],
  [1, 10],
  [10, 10],
  [400, 100],
  [401, 100],
];

describe('a table in pieces', () => {
  it('is to pandas what the table in one piece is, in batches that share their categories', async () => {
    const cases: [rows: number, most: number][] = [
      [0, 10],
      [400, 100],
      [ROWS_AT_ONCE + 1, ROWS_AT_ONCE],
    ];
    const pairs: [string, string][] = [];
    for (const [rows, most] of cases) {
      const whole = table(rows);
      for (const format of ['feather', 'dta'] as const) {
        const pieces = inPieces(whole, most);
        pairs.push([await write(inOnePiece(whole), format), await write(pieces, format)]);
      }
    }
    const types = { wide: 'int64', flag: 'bool', category: 'category', day: 'datetime64[ns]' };
    const stata = { patient_id: 'int32', wide: 'float64', flag: 'int8', code: 'float64' };
    const wide = ['int16', 128];
    expect(runPython(COMPARE, pairs)).toMatchObject([
      [types, { rows: [0], kinds: [['int8', 0]] }, { rows: [0] }],
      [{}, null, null],
      [types, { rows: [100, 100, 100, 100], kinds: [wide, wide, wide, wide] }, { rows: [400] }],
      [stata, null, null],
      [types, { rows: [ROWS_AT_ONCE, 1], kinds: [wide, wide] }, { rows: [ROWS_AT_ONCE, 1] }],
      [stata, null, null],
    ]);
  });

  test.each(['csv', 'csv.gz', 'dta', 'dta.gz'] as const)('is the same %s file', async (format) => {
    const unpacked = (path: string): Buffer => {
      const bytes = readFileSync(path);
      return format.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    };
    for (const [rows, most] of sizes) {
      const whole = unpacked(await write(inOnePiece(table(rows)), format));
      expect(unpacked(await write(inPieces(table(rows), most), format)).equals(whole)).toBe(true);
    }
  });

  test.each(['csv', 'feather', 'dta', 'dta.gz'] as const)(
    'is asked for the next piece when %s has written the last',
    async (format) => {
      const whole = table(12 * 4096);
      const pieces = inPieces(whole, 4096);
      let piecesRead = 0;
      /** How many pieces the last reading had given whenever bytes came. */
      let atBytes: number[] = [];
      const counted: TablePieces = {
        ...pieces,
        read: function* () {
          piecesRead = 0;
          atBytes = [0];
          for (const piece of pieces.read() as Iterable<Table>) {
            piecesRead++;
            yield piece;
          }
        },
      };
      for await (const _ of outputFormats[format].encode(counted)) atBytes.push(piecesRead);
      // gzip compresses four blocks at once.
      const steps = atBytes.map((read, index) => read - (atBytes[index - 1] ?? 0));
      expect(Math.max(...steps)).toBeLessThanOrEqual(4);
      expect(atBytes.at(-1)).toBe(12);
    },
  );

  it('is refused for what only its last row has, before anything is written', async () => {
    const whole: Table = {
      rows: 100,
      columns: [{ name: 'x', type: 'float', values: new Float64Array(100).fill(Infinity, 99) }],
    };
    const encoding = outputFormats.dta.encode(inPieces(whole, 10))[Symbol.asyncIterator]();
    await expect(encoding.next()).rejects.toThrow(FaultError);
  });
});
