import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodeOf } from '../commands/tell-faults.ts';
import type { OutputFormatName } from '../formats/output-format.ts';
import {
  aggregate,
  ascending,
  column,
  filter,
  first,
  indexDate,
  operation,
  table,
} from '../model/build.ts';
import type { CohortModel } from '../model/model.ts';
import { tableSchema } from '../tpp-schema/column.ts';
import { databaseError } from './database-error.ts';
import { extractCohort, type WrittenExtract } from './extract-cohort.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-room-'));
const database = join(folder, 'records.duckdb');
const schema = {
  Person: tableSchema({ columns: { Patient_ID: 'int required' }, onePerPatient: true }),
  Event: tableSchema({
    columns: { Patient_ID: 'int required', Text: 'str', Value: 'float', Day: 'date' },
  }),
};
const DATES = [18_000, 18_030, 18_060];

beforeAll(async () => {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  await connection.run('CREATE TABLE Person AS SELECT range AS Patient_ID FROM range(50000)');
  await connection.run(`CREATE TABLE Event AS SELECT hash(range) % 50000 AS Patient_ID,
      md5(CAST(range AS VARCHAR)) AS Text, CAST(hash(range + 1) % 1000 AS DOUBLE) AS Value,
      DATE '2019-01-01' + CAST(hash(range + 2) % 300 AS INTEGER) AS Day FROM range(300000)`);
  await connection.run('ALTER TABLE Event ALTER Patient_ID TYPE BIGINT');
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const events = filter(table('Event'), operation('less-or-equal', column('Day', 'date'), indexDate));
const order = [ascending(column('Day', 'date')), ascending(column('Text', 'str'))] as const;
const model: CohortModel = {
  patients: table('Person'),
  population: [],
  columns: [
    { name: 'count', type: 'int', dateLength: null, value: aggregate('count', events) },
    {
      name: 'text',
      type: 'str',
      dateLength: null,
      value: first(events, order, column('Text', 'str')),
    },
    {
      name: 'value',
      type: 'float',
      dateLength: null,
      value: first(events, order, column('Value', 'float')),
    },
  ],
};

interface Outcome {
  readonly written: readonly WrittenExtract[];
  readonly error: unknown;
}

async function extract(
  out: string,
  format: OutputFormatName,
  settings: { readonly memoryMiB: number; readonly temporaryFolder: string },
): Promise<Outcome> {
  const written: WrittenExtract[] = [];
  const source = { engine: 'duckdb', path: database } as const;
  const extraction = { model, dates: DATES, schema, database: source, files: {} };
  const error = await extractCohort(
    { ...extraction, settings: { ...settings, threads: 2 } },
    {
      target: (date) => ({ path: join(out, `${date}.${format}`), format }),
      written: (one) => void written.push(one),
    },
  ).then(() => null, databaseError);
  return { written, error };
}

function expectWhole(out: string, written: readonly WrittenExtract[]): void {
  expect(readdirSync(out)).toEqual(
    written.map(({ path }) => path.slice(out.length + 1)).toSorted(),
  );
  for (const { path, sha256 } of written) {
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
  }
}

test.each([12, 24, 48, 96])(
  'with %d MiB there are the same bytes, or a clear fault',
  async (memoryMiB) => {
    const hashes = ({ written }: Outcome) => written.map(({ sha256 }) => sha256);
    const temporaryFolder = mkdtempSync(join(folder, 'tmp-'));
    const plenty = await extract(mkdtempSync(join(folder, 'out-')), 'csv', {
      memoryMiB: 2048,
      temporaryFolder,
    });
    expect(plenty.error).toBeNull();
    const out = mkdtempSync(join(folder, 'out-'));
    const little = await extract(out, 'csv', { memoryMiB, temporaryFolder });
    if (little.error !== null) {
      expect(little.error).toMatchObject({ diagnostics: [{ code: 'database-out-of-space' }] });
    }
    expect(hashes(plenty).slice(0, little.written.length)).toEqual(hashes(little));
    expect(little.written).toHaveLength(little.error === null ? 3 : little.written.length);
    expectWhole(out, little.written);
    expect(readdirSync(temporaryFolder)).toEqual([]);
  },
);

/** A disk of its own for the folder; where that is not allowed, a limit on the size of each file. */
async function withSmallDisk(out: string, act: () => Promise<void>): Promise<void> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', out], { stdio: 'ignore' });
  } catch {
    const limit = (size: string) =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:`]);
    limit(String(2 ** 18));
    try {
      return await act();
    } finally {
      limit('unlimited');
    }
  }
  try {
    await act();
  } finally {
    execFileSync('umount', [out]);
  }
}

test.each([
  ['csv', 'database-out-of-space', 5],
  ['csv.gz', 'database-out-of-space', 5],
  ['feather', 'file-not-written', 3],
] as const)(
  'a full disk is named, and %s files made before are whole',
  async (format, code, exit) => {
    const out = mkdtempSync(join(folder, 'out-'));
    const temporaryFolder = mkdtempSync(join(folder, 'tmp-'));
    await withSmallDisk(out, async () => {
      const { written, error } = await extract(out, format, { memoryMiB: 1024, temporaryFolder });
      expect(error).toBeInstanceOf(FaultError);
      expect((error as FaultError).diagnostics.map((one) => one.code)).toEqual([code]);
      expect(exitCodeOf(error as FaultError)).toBe(exit);
      expect(written.length).toBeLessThan(3);
      expectWhole(out, written);
    });
  },
);
