import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';
import { setDown } from './scratch-table.ts';
import { ROWS_AT_ONCE, slicesOf } from './table-pieces.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scratch-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function* soon(tables: Iterable<Table>): AsyncGenerator<Table> {
  yield* tables;
}

async function all(tables: AsyncIterable<Table> | Iterable<Table>): Promise<Table[]> {
  const found: Table[] = [];
  for await (const table of tables) found.push(table);
  return found;
}

/** Every cell of a column as it is meant, texts as themselves. */
function cells(tables: readonly Table[], index: number): (number | string | null)[] {
  return tables.flatMap(({ columns }): (number | string | null)[] => {
    const column = columns[index];
    if (column?.type !== 'str') return [...(column?.values ?? [])];
    return [...column.values].map((code) => column.labels[code] ?? null);
  });
}

const empty = (text: string): string | null => (text === '' ? null : text);

interface Row {
  readonly flag: boolean;
  readonly whole: number;
  readonly number: number;
  readonly day: number;
  readonly text: string;
}

function tableOf(rows: readonly Row[]): Table {
  const labels = [...new Set(rows.map(({ text }) => text))];
  const columns: TableColumn[] = [
    { name: 'flag', type: 'bool', values: Uint8Array.from(rows, ({ flag }) => Number(flag)) },
    { name: 'whole', type: 'int', values: Float64Array.from(rows, ({ whole }) => whole) },
    { name: 'number', type: 'float', values: Float64Array.from(rows, ({ number }) => number) },
    { name: 'day', type: 'date', values: Int32Array.from(rows, ({ day }) => day), format: 'YYYY' },
    {
      name: 'text',
      type: 'str',
      values: Int32Array.from(rows, ({ text }) => labels.indexOf(text)),
      labels,
    },
  ];
  return { rows: rows.length, columns };
}

describe('rows set down', () => {
  it('come back as they were, as often as they are asked for', async () => {
    const row = fc.record({
      flag: fc.boolean(),
      whole: fc.maxSafeInteger(),
      number: fc.double(),
      day: fc.oneof(fc.integer({ min: -700_000, max: 3_000_000 }), fc.constant(NO_DATE)),
      text: fc.string({ unit: 'binary', maxLength: 5 }),
    });
    const property = fc.asyncProperty(fc.array(fc.array(row), { minLength: 1 }), async (pieces) => {
      await using scratch = await setDown(soon(pieces.map(tableOf)), join(folder, 'x.dta'));
      const rows = pieces.flat();
      expect(scratch.rows).toBe(rows.length);
      expect(scratch.columns).toEqual([
        { name: 'flag', type: 'bool' },
        { name: 'whole', type: 'int' },
        { name: 'number', type: 'float' },
        { name: 'day', type: 'date', format: 'YYYY' },
        { name: 'text', type: 'str' },
      ]);
      for (const _ of ['once', 'twice']) {
        const read = await all(scratch.read());
        expect(cells(read, 0)).toEqual(rows.map(({ flag }) => Number(flag)));
        expect(cells(read, 1)).toEqual(rows.map(({ whole }) => whole));
        expect(cells(read, 2)).toEqual(rows.map(({ number }) => number));
        expect(cells(read, 3)).toEqual(rows.map(({ day }) => day));
        expect(cells(read, 4)).toEqual(rows.map(({ text }) => empty(text)));
      }
    });
    await fc.assert(property, { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 15) });
  });

  test.each<[rows: number, most: number, sizes: readonly number[]]>([
    [0, 1, [0]],
    [1, 1, [1]],
    [ROWS_AT_ONCE - 1, 10_000, [ROWS_AT_ONCE - 1]],
    [ROWS_AT_ONCE, 10_000, [ROWS_AT_ONCE]],
    [ROWS_AT_ONCE + 1, 10_000, [ROWS_AT_ONCE, 1]],
    [2 * ROWS_AT_ONCE, 2 * ROWS_AT_ONCE, [ROWS_AT_ONCE, ROWS_AT_ONCE]],
  ])('%d rows that came in pieces of %d have the sizes %j', async (rows, most, sizes) => {
    const labels = Array.from({ length: 1000 }, (_, index) => `label ${index}`);
    const whole: Table = {
      rows,
      columns: [
        { name: 'id', type: 'int', values: Float64Array.from({ length: rows }, (_, row) => row) },
        {
          name: 'text',
          type: 'str',
          values: Int32Array.from({ length: rows }, (_, row) => (row % 1001) + NO_CATEGORY),
          labels,
        },
      ],
    };
    await using scratch = await setDown(soon(slicesOf(whole, most)), join(folder, 'x.feather'));
    const read = await all(scratch.read());
    expect(read.map((piece) => piece.rows)).toEqual(sizes);
    expect(scratch.rows).toBe(rows);
    expect(cells(read, 0)).toEqual(cells([whole], 0));
    expect(cells(read, 1)).toEqual(cells([whole], 1));
  });

  it('have no name, while they are there and after', async () => {
    const place = mkdtempSync(join(folder, 'p-'));
    const names: string[][] = [];
    async function* watched(): AsyncGenerator<Table> {
      yield tableOf([]);
      names.push(readdirSync(place));
    }
    {
      await using scratch = await setDown(watched(), join(place, 'x.dta'));
      for await (const _ of scratch.read()) names.push(readdirSync(place));
    }
    expect([...names, readdirSync(place)]).toEqual([[], [], []]);
  });

  it('are gone when what makes them fails', async () => {
    const place = mkdtempSync(join(folder, 'p-'));
    async function* failing(): AsyncGenerator<Table> {
      yield tableOf([]);
      throw new Error('the database went away');
    }
    await expect(setDown(failing(), join(place, 'x.dta'))).rejects.toThrow(
      'the database went away',
    );
    expect(readdirSync(place)).toEqual([]);
  });

  it('are refused by a folder that is not there, with the name of the file', async () => {
    const path = join(folder, 'nowhere', 'x.dta');
    const failing = setDown(soon([tableOf([])]), path);
    await expect(failing).rejects.toThrow(FaultError);
    await expect(failing).rejects.toThrow(/nowhere\/x.dta could not be written: .*no such file/);
  });

  it('are refused by a full disk, with the name of the file', () => {
    const place = mkdtempSync(join(folder, 'p-'));
    // Numbers without a pattern, which no compression makes few.
    const script = `
      import { setDown } from ${JSON.stringify(fileURLToPath(new URL('scratch-table.ts', import.meta.url)))};
      import { getRandomValues } from 'node:crypto';
      async function* tables() {
        for (let piece = 0; piece < 4; piece++) {
          const values = new Float64Array(2 ** 13);
          getRandomValues(new Uint8Array(values.buffer));
          yield { rows: values.length, columns: [{ name: 'x', type: 'float', values }] };
        }
      }
      try {
        await setDown(tables(), 'x.feather');
      } catch ({ diagnostics }) {
        console.log(JSON.stringify(diagnostics.map(({ code, message }) => [code, message])));
      }`;
    const printed = execFileSync(
      'prlimit',
      [`--fsize=${2 ** 17}`, process.execPath, '--input-type=module', '--eval', script],
      { cwd: place },
    );
    const [fault] = JSON.parse(printed.toString()) as [string, string][];
    expect(fault?.[0]).toBe('file-not-written');
    expect(fault?.[1]).toMatch(/^x.feather could not be written: EFBIG/);
    expect(readdirSync(place)).toEqual([]);
  });
});
