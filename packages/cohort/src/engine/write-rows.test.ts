import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { outputFormats } from '../formats/output-format.ts';
import type { RawColumn } from '../formats/raw-table.ts';
import { ROWS_AT_ONCE } from '../formats/table-pieces.ts';
import type { CohortModel, ModelColumn } from '../model/model.ts';
import { openDuckDb } from '../session/duckdb-session.ts';
import type { Session } from '../session/session.ts';
import { NO_DATE } from '../table.ts';
import { writeRows } from './write-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-rows-'));
const database = join(folder, 'records.duckdb');
const MOST = 2 * ROWS_AT_ONCE;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  // What widens a column stands in its last row.
  await connection.run(`CREATE TABLE rows AS SELECT range AS patient_id,
      CASE range WHEN ${MOST - 1} THEN 5000000000 ELSE range % 7 END AS whole,
      range / 7 AS number, range % 3 = 0 AS flag,
      CASE WHEN range % 5 > 0 THEN DATE '2000-01-01' + CAST(range % 9000 AS INTEGER) END AS day,
      CASE range WHEN ${MOST - 1} THEN 'the very last' ELSE coalesce(nullif('t' || range % 300, 't7'), '') END AS text
    FROM range(${MOST})`);
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const column = (name: string, type: ModelColumn['type']): ModelColumn => ({
  name,
  type,
  dateLength: type === 'date' ? 10 : null,
  value: { kind: 'patient-id' },
});

const model: CohortModel = {
  patients: { kind: 'table', table: 'rows' },
  population: [],
  columns: [
    column('whole', 'int'),
    column('number', 'float'),
    column('flag', 'bool'),
    column('day', 'date'),
    column('text', 'str'),
  ],
};
const binary = ['feather', 'dta'] as const;

const firstRows = (rows: number): string =>
  `SELECT * FROM source.rows WHERE patient_id < ${rows} ORDER BY patient_id`;

const open = (): Promise<Session> =>
  openDuckDb(database, { memoryMiB: 256, threads: 2 }, undefined);

/** The cells of a row as a reader finds them. */
function rowOf(columns: readonly RawColumn[], row: number): (number | string | null)[] {
  return columns.map((one) => {
    const value = one.values[row] ?? 0;
    if (one.kind === 'date') return value === NO_DATE ? null : value;
    return one.kind === 'text' ? one.labels[value] || null : value;
  });
}

function expectedRow(row: number, rows: number): (number | string | null)[] {
  const isLast = row === MOST - 1 && rows === MOST;
  const text = row % 300 === 7 ? null : `t${row % 300}`;
  return [
    row,
    isLast ? 5_000_000_000 : row % 7,
    row / 7,
    row % 3 === 0 ? 1 : 0,
    row % 5 > 0 ? 10_957 + (row % 9000) : null,
    isLast ? 'the very last' : text,
  ];
}

describe('the rows of a query', () => {
  test.each(binary)('are all in a %s file, however many they are', async (format) => {
    await using session = await open();
    const out = mkdtempSync(join(folder, 'out-'));
    for (const rows of [0, 1, ROWS_AT_ONCE + 1, MOST]) {
      const path = join(out, `${rows}.${format}`);
      expect(await writeRows({ session, model, query: firstRows(rows), path, format })).toBe(rows);
      const options = { file: path, limit: 2 ** 30 };
      const read = await outputFormats[format].decode(readFileSync(path), options);
      expect(read.rows).toBe(rows);
      const wrong = Array.from({ length: rows }, (_, row) => row).filter(
        (row) =>
          JSON.stringify(rowOf(read.columns, row)) !== JSON.stringify(expectedRow(row, rows)),
      );
      expect(wrong).toEqual([]);
    }
    expect(readdirSync(out)).toHaveLength(4);
  });

  test.each(binary)('leave nothing of a %s file when they are stopped', async (format) => {
    await using session = await open();
    const out = mkdtempSync(join(folder, 'out-'));
    const stopped: Session = {
      ...session,
      read: async function* (query, columns) {
        let rows = 0;
        for await (const piece of session.read(query, columns)) {
          yield piece;
          rows += piece.rows;
          if (rows > ROWS_AT_ONCE) throw new Error('enough');
        }
      },
    };
    const path = join(out, `x.${format}`);
    const writing = writeRows({ session: stopped, model, query: firstRows(MOST), path, format });
    await expect(writing).rejects.toThrow('enough');
    expect(readdirSync(out)).toEqual([]);
  });

  test.each(['feather', 'dta', 'dta.gz'] as const)(
    'leave nothing of a %s file that is being written when they are stopped',
    async (format) => {
      await using session = await open();
      const out = mkdtempSync(join(folder, 'out-'));
      const stop = new AbortController();
      const read: Session['read'] = async function* (query, columns) {
        yield* session.read(query, columns);
        stop.abort(new Error('enough'));
      };
      const path = join(out, `x.${format}`);
      const query = firstRows(MOST);
      const { signal } = stop;
      const writing = writeRows({
        session: { ...session, read },
        model,
        query,
        path,
        format,
        signal,
      });
      await expect(writing).rejects.toThrow('enough');
      expect(readdirSync(out)).toEqual([]);
    },
  );

  it('leave nothing of a file that cannot hold the last of them', async () => {
    await using session = await open();
    const out = mkdtempSync(join(folder, 'out-'));
    const path = join(out, 'x.dta');
    const query = `SELECT * REPLACE (CASE patient_id WHEN ${MOST - 1} THEN 'inf' ELSE number END AS number) FROM (${firstRows(MOST)})`;
    const writing = writeRows({ session, model, query, path, format: 'dta' });
    await expect(writing).rejects.toThrow(FaultError);
    await expect(writing).rejects.toThrow('Column "number" holds a number that Stata files cannot');
    expect(readdirSync(out)).toEqual([]);
  });
});
