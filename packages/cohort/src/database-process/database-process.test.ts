import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codes, lower, patients } from '../cohortextractor/testing.ts';
import { runCohortextractor } from '../commands/run-cohortextractor.ts';
import type { RecorderRun } from '../record/run-recorder.ts';
import { makeStudy, runRecorderUnconfined } from '../record/testing.ts';
import { duckdbCreateTable, quoted } from '../tpp-schema/duckdb-tables.ts';
import { tableNames, tppSchema } from '../tpp-schema/schema.ts';
import type { DatabaseAnswer, DatabaseOrder, ExtractOrder, StudyOrder } from './order.ts';
import { type DatabaseNews, runDatabaseOrder } from './run-database-order.ts';

const CANARY = 'canary-5b1d';
const home = mkdtempSync(join(tmpdir(), `vitrine-process-${CANARY}-`));
const address = { kind: 'text', text: `duckdb:${join(home, 'records.duckdb')}` } as const;

/** A thousand people, and a table of events that never comes to its end: whoever reads it must be stopped. */
beforeAll(async () => {
  const instance = await DuckDBInstance.create(join(home, 'records.duckdb'));
  const connection = await instance.connect();
  for (const table of tableNames) {
    if (table !== 'CodedEvent') await connection.run(duckdbCreateTable(table));
  }
  await connection.run(`INSERT INTO Patient (Patient_ID, DateOfBirth, DateOfDeath, Sex)
    SELECT range, DATE '1950-01-01' + CAST(range AS INTEGER), '9999-12-31', 'F' FROM range(1, 1001)`);
  await connection.run(
    'INSERT INTO AllowedPatientsWithTypeOneDissent (Patient_ID) SELECT range FROM range(1, 1001)',
  );
  const columns = Object.keys(tppSchema.CodedEvent.columns).map((column) => {
    switch (column) {
      case 'Patient_ID':
        return 'CAST(1 + range % 1000 AS BIGINT) AS "Patient_ID"';
      case 'CTV3Code':
        return `'XE2' AS ${quoted(column)}`;
      case 'ConsultationDate':
        return 'TIMESTAMP \'2019-01-01\' AS "ConsultationDate"';
      case 'NumericValue':
        return 'CAST(hash(range) % 1000 AS DOUBLE) AS "NumericValue"';
      default:
        return `CAST(range AS BIGINT) AS ${quoted(column)}`;
    }
  });
  await connection.run(
    `CREATE VIEW CodedEvent AS SELECT ${columns.join(', ')} FROM range(1000000000000000)`,
  );
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const short = lower({
  sex: patients('sex', {}),
  age: patients('age_as_of', { reference_date: 'index_date' }),
});
const endless = lower({
  last: patients('with_these_clinical_events', {
    codelist: codes('ctv3'),
    on_or_before: 'index_date',
    returning: 'numeric_value',
    find_last_match_in_period: true,
  }),
});

const days = Array.from({ length: 28 }, (_, day) => `2020-02-${String(day + 1).padStart(2, '0')}`);
let out: string;
let temporary: string;
beforeEach(() => {
  out = mkdtempSync(join(home, 'out-'));
  temporary = mkdtempSync(join(home, 'tmp-'));
});

const extractsOf = (name: string, dates: readonly string[]): readonly ExtractOrder[] =>
  dates.map((indexDate) => ({
    indexDate,
    path: join(out, `${name}_${indexDate}.csv`),
    kept: null,
  }));
const study = (one: StudyOrder['study'], name: string, dates = days): StudyOrder => {
  return { study: one, extracts: extractsOf(name, dates), measures: null };
};
const orderOf = (studies: readonly StudyOrder[]): DatabaseOrder => {
  return { kind: 'studies', studies, format: 'csv', directory: home, today: '2022-01-01' };
};

/** An order that has files to show early, and never ends. */
const neverDone = (): DatabaseOrder => orderOf([study(short, 'short'), study(endless, 'endless')]);

interface Run {
  readonly news: readonly DatabaseNews[];
  readonly ended: Promise<unknown>;
}

/** Runs an order; `act` is done at the first file. What it ends with is given, not thrown. */
function start(order: DatabaseOrder, act: (file: string) => void, signal?: AbortSignal): Run {
  const news: DatabaseNews[] = [];
  const ended = runDatabaseOrder({
    address,
    order,
    environment: { TMPDIR: temporary },
    signal,
    news: (one) => {
      news.push(one);
      if (one.kind === 'extract' && news.length === 1) act(one.path);
    },
  }).then(
    () => null,
    (error: unknown) => error,
  );
  return { news, ended };
}

/** Every file is one that was told of, with the bytes that were told. */
function expectWholeFiles(news: readonly DatabaseNews[]): void {
  const told = new Map(
    news.flatMap((one) => (one.kind === 'extract' ? [[basename(one.path), one.record]] : [])),
  );
  expect(told.size).toBeGreaterThan(0);
  for (const name of readdirSync(out)) {
    expect(name).toMatch(/^short_2020-02-\d\d\.csv$/);
    const bytes = readFileSync(join(out, name));
    const record = told.get(name);
    // A file may be in its place a moment before it is told of.
    if (record !== undefined) {
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(record.sha256);
    }
    expect(bytes.toString().split('\r\n')).toHaveLength(1002);
  }
  expect(readdirSync(out)).toEqual(expect.arrayContaining([...told.keys()]));
}

/** Processes of databases that a process has started, by their ids. */
function databaseProcesses(parent: number): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, state] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ');
      const isOurs = Number(state?.split(' ')[1]) === parent;
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return isOurs && words.includes('database-process/main.ts') ? [Number(name)] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

describe('a stop', () => {
  test('ends the process within a query, and leaves whole files and nothing else', async () => {
    const stop = new AbortController();
    const { news, ended } = start(neverDone(), () => stop.abort(new Error('enough')), stop.signal);
    expect(await ended).toEqual(new Error('enough'));
    expectWholeFiles(news);
    expect(databaseProcesses(process.pid)).toEqual([]);
  });

  test('before the start starts nothing', async () => {
    const { news, ended } = start(neverDone(), () => {}, AbortSignal.abort(new Error('early')));
    expect(await ended).toEqual(new Error('early'));
    expect([news, readdirSync(out), readdirSync(temporary)]).toEqual([[], [], []]);
  });
});

describe('a death', () => {
  test('of the process is a fault, and leaves whole files and nothing else', async () => {
    const { news, ended } = start(neverDone(), () => {
      // Left as if it were being written when the process died.
      writeFileSync(join(out, '.endless_2020-02-03.csv.0a1b2c3d.part'), 'half');
      const [child] = databaseProcesses(process.pid);
      if (child !== undefined) process.kill(child, 'SIGKILL');
    });
    const error = await ended;
    expect(error).toBeInstanceOf(FaultError);
    const [{ code, message } = { code: '', message: '' }] = (error as FaultError).diagnostics;
    expect(code).toBe('database-process-died');
    expect(message).toContain('SIGKILL');
    expectWholeFiles(news);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each(['disconnect', 'SIGTERM'])(
    'of whoever gave the order ends the process: %s',
    async (how) => {
      const child = fork(join(import.meta.dirname, 'main.ts'), [], {
        env: { ...process.env, DATABASE_URL: address.text },
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        serialization: 'advanced',
      });
      const limits = { temporaryFolder: mkdtempSync(join(temporary, 'own-')), memoryMiB: 512 };
      const first = once(child, 'message');
      child.send({ order: neverDone(), limits });
      await first;
      // A channel that this end has closed has no event of its own: "close" would not come.
      const ended = once(child, 'exit');
      if (how === 'disconnect') child.disconnect();
      else child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(readdirSync(out).filter((name) => !/^short_2020-02-\d\d\.csv$/.test(name))).toEqual(
        [],
      );
      // Who is gone removes nothing any more.
      expect(existsSync(limits.temporaryFolder)).toBe(how === 'SIGTERM');
    },
  );

  test('of whoever gave the order before they gave it ends the process', async () => {
    const child = fork(join(import.meta.dirname, 'main.ts'), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });
});

describe('the address', () => {
  const definition = `import os, sys
from cohortextractor import StudyDefinition, patients
print(dict(os.environ), sys.argv)
open("seen.txt", "w").write(repr(dict(os.environ)))
study = StudyDefinition(population=patients.all(), sex=patients.sex())
`;

  test('is not in what the study sees, what is logged, or what is answered', async () => {
    await using made = await makeStudy({ 'analysis/study_definition.py': definition });
    const { directory } = made;
    const seen: (RecorderRun | string)[] = [];
    const code = await runCohortextractor(['generate_cohort', '--database-url', address.text], {
      directory,
      runRecorder: async (run) => {
        const outcome = await runRecorderUnconfined(run);
        seen.push(run, outcome.log);
        return outcome;
      },
      print: (line) => seen.push(line),
      log: (line) => seen.push(line),
      today: '2022-03-04',
      seed: null,
      environment: { DATABASE_URL: address.text },
      progress: (progress) => seen.push(JSON.stringify(progress)),
      recordExtract: (record) => seen.push(JSON.stringify(record)),
    });
    expect(code).toBe(0);
    expect(readFileSync(join(directory, 'output/input.csv'), 'utf8')).toMatch(
      /^patient_id,sex\r\n/,
    );
    expect(readFileSync(join(directory, 'seen.txt'), 'utf8')).toContain('PYTHONPATH');
    seen.push(readFileSync(join(directory, 'seen.txt'), 'utf8'));
    expect(JSON.stringify(seen)).not.toContain(CANARY);
  });

  test('is read from a file by the process alone, and never sent back', async () => {
    const file = join(home, 'address');
    writeFileSync(file, address.text);
    const news: DatabaseNews[] = [];
    await runDatabaseOrder({
      address: { kind: 'file', path: file },
      order: orderOf([study(short, 'short', days.slice(0, 2))]),
      environment: {},
      news: (one) => news.push(one),
    });
    expect(news).toHaveLength(2);
    const told = news.map((one) =>
      one.kind === 'extract' ? { ...one, path: '', record: { ...one.record, file: '' } } : one,
    );
    expect(JSON.stringify(told)).not.toContain(CANARY);
  });
});

describe('a defect', () => {
  test('is told by its class and the lines of this program, without any value', async () => {
    const bad = { kind: 'studies', studies: 'not a list', format: 'csv', directory: home };
    const child = fork(join(import.meta.dirname, 'main.ts'), [], {
      env: { ...process.env, DATABASE_URL: address.text },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    const answer = once(child, 'message');
    child.send({ order: bad, limits: { temporaryFolder: temporary, memoryMiB: 512 } });
    const [last] = (await answer) as [DatabaseAnswer];
    expect(last.kind).toBe('defect');
    const stack = last.kind === 'defect' ? last.stack : '';
    expect(stack).toMatch(/^TypeError\n {4}at .*carry-out\.ts:\d+:\d+/);
    expect(stack).not.toContain('not a');
    expect(stack).not.toContain(CANARY);
  });
});
