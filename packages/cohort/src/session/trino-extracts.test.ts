/**
 * Extracts and measures from a real Trino are those of the embedded database over the same records; what goes wrong there becomes
 * a fault of ours, and no table of a run is left.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isoOf } from '../calendar.ts';
import { lowerStudy } from '../cohortextractor/lower-study.ts';
import type { Measure } from '../cohortextractor/study.ts';
import { exitCodeOf } from '../commands/tell-faults.ts';
import type { Database } from '../database-process/database-address.ts';
import { duckdb } from '../dialect/duckdb.ts';
import { trino } from '../dialect/trino.ts';
import {
  type CohortExtraction,
  extractCohort,
  type WrittenExtract,
} from '../engine/extract-cohort.ts';
import { measureCohort } from '../engine/measure-cohort.ts';
import { attachSource, type Engine, openEngine } from '../engine/source.ts';
import { modelOfStudy, type StudyModel } from '../engine/study-model.ts';
import { measureCsv } from '../measures/calculate-measure.ts';
import type { Schema } from '../plan/plan.ts';
import { recordStudies } from '../record/record-studies.ts';
import { runRecorderUnconfined } from '../record/testing.ts';
import { codesOfStudy } from '../synth/study-codes.ts';
import { synthesise } from '../synth/synthesise.ts';
import type { TableSchema } from '../tpp-schema/column.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import { duckDbSession } from './duckdb-session.ts';
import { faultOf } from './fault-of.testing.ts';
import { type ReadColumn, readRows } from './session.ts';
import {
  makeRecords,
  type RowsOf,
  sayTo,
  startTrino,
  type TrinoServer,
  tablesOfRuns,
  trinoDatabase,
} from './trino-server.testing.ts';
import { openTrino } from './trino-session.ts';
import { withSession } from './with-session.ts';

const patience = 600_000;
const folder = mkdtempSync(join(tmpdir(), 'vitrine-trino-'));
const records = join(folder, 'records.duckdb');
const study = join(folder, 'study');
const RECORDS = 'records';
const OWN = 'own';

/** Beside the example's: each date hangs on the one before it. */
const CHAIN = `from cohortextractor import StudyDefinition, patients

from codelists import bp_codes
from variables import DEFAULT_EXPECTATIONS


def event(**period):
    return patients.with_these_clinical_events(
        bp_codes,
        find_first_match_in_period=True,
        returning="date",
        date_format="YYYY-MM-DD",
        **period,
    )


study = StudyDefinition(
    index_date="2020-03-02",
    default_expectations=DEFAULT_EXPECTATIONS,
    population=patients.all(),
    first=event(on_or_after="index_date - 300 days"),
    second=event(on_or_after="first + 1 day"),
    third=event(between=["second + 1 day", "second + 200 days"]),
    before_third=patients.with_these_clinical_events(
        bp_codes,
        on_or_before="third - 1 day",
        returning="number_of_matches_in_period",
    ),
)
`;

const modules = [
  'study_definition_bp',
  'study_definition_oximetry',
  'study_definition_proactive',
  'study_definition_chain',
] as const;
type Module = (typeof modules)[number];

let engine: Engine;
let server: TrinoServer;
let models: ReadonlyMap<string, StudyModel>;
/** The tables that any of the definitions reads. */
let schemaRead: Schema;

/** Rows of the embedded database. */
const rowsOf: RowsOf = (table, columns) => {
  const schema = tppSchema[table as keyof typeof tppSchema].columns;
  const typed = Object.entries(schema).map(([name, { type }]): ReadColumn => ({ name, type }));
  const items = columns.map((name) => duckdb.identifier(name)).join(', ');
  const query = `SELECT ${items} FROM ${duckdb.sourceTable(table, {})}`;
  return readRows(duckDbSession(engine.connection), query, typed);
};

beforeAll(async () => {
  cpSync(join(import.meta.dirname, '../../../../examples/home-monitoring'), study, {
    recursive: true,
  });
  writeFileSync(join(study, 'analysis/study_definition_chain.py'), CHAIN);
  const starting = startTrino();
  const codes = await codesOfStudy(study);
  const sizes = { patients: 300, events: 15_000, seed: 5, output: records, codes };
  await synthesise({ ...sizes, memoryBytes: 2 ** 30, threads: 2 });
  const document = await recordStudies({
    studyDir: study,
    modules,
    params: {},
    run: runRecorderUnconfined,
  });
  models = new Map(
    document.modules.map((module) => [
      module.module,
      modelOfStudy(lowerStudy(module), {
        indexDates: ['2020-03-02', '2020-03-09', '2020-03-16'],
        today: '2022-06-01',
        includeTypeOneOptOuts: false,
      }),
    ]),
  );
  const named = JSON.stringify([...models.values()]);
  schemaRead = Object.fromEntries(
    Object.entries<TableSchema>(tppSchema).filter(([table]) => named.includes(`"${table}"`)),
  );
  engine = await openEngine({ threads: 2 });
  await attachSource(engine.connection, records);
  server = await starting;
  await makeRecords(trinoDatabase(server.port, RECORDS, OWN), schemaRead, rowsOf);
}, patience);
afterAll(() => {
  engine[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const embedded: Database = { engine: 'duckdb', path: records };
const real = (): ReturnType<typeof trinoDatabase> => trinoDatabase(server.port, RECORDS, OWN);

const extractionOf = (module: Module, database: Database): CohortExtraction => {
  const model = models.get(module);
  if (model === undefined) throw new Error(`${module} was not recorded`);
  return { ...model, schema: tppSchema, database, files: {}, settings: {}, pauses: [] };
};

interface Made {
  readonly written: readonly WrittenExtract[];
  readonly texts: readonly string[];
}

/** @param each Told of each file that is in its place. */
async function extract(
  extraction: CohortExtraction,
  each: (one: WrittenExtract) => void = () => {},
): Promise<Made> {
  const out = mkdtempSync(join(folder, 'out-'));
  const written: WrittenExtract[] = [];
  try {
    await extractCohort(extraction, {
      target: (date) => ({ path: join(out, `${isoOf(date ?? 0)}.csv`), format: 'csv' }),
      written: (one) => {
        written.push(one);
        each(one);
      },
    });
  } finally {
    // Files are whole or absent.
    expect(readdirSync(out)).toHaveLength(written.length);
  }
  return { written, texts: written.map(({ path }) => readFileSync(path, 'utf8')) };
}

test.each(modules)(
  '%s has the bytes that DuckDB writes',
  async (module) => {
    const expected = await extract(extractionOf(module, embedded));
    const found = await extract(extractionOf(module, real()));
    expect(found.texts).toEqual(expected.texts);
    const known = ({ written }: Made): unknown =>
      written.map(({ date, rows, missing, attrition }) => ({ date, rows, missing, attrition }));
    expect(known(found)).toEqual(known(expected));
    expect(found.written.map(({ rows }) => rows > 0)).toEqual([true, true, true]);
    expect(await tablesOfRuns(real())).toEqual([]);
  },
  patience,
);

test(
  'measures are the same to the digit',
  async () => {
    const { model } = extractionOf('study_definition_bp', embedded);
    const flag = model.columns.find(({ type }) => type === 'bool')?.name ?? '';
    const group = model.columns.find(({ type }) => type === 'str')?.name ?? '';
    const measure: Measure = {
      id: 'flag_by_group',
      numerator: flag,
      denominator: 'population',
      groupBy: [group],
      smallNumberSuppression: false,
      place: {},
    };
    const measureFrom = async (database: Database): Promise<readonly string[]> => {
      const found: string[] = [];
      await measureCohort(extractionOf('study_definition_bp', database), [measure], {
        measured: async ({ table, missing, attrition }) => {
          const csv = Buffer.concat([...measureCsv(table)]).toString();
          found.push(csv, JSON.stringify({ missing, attrition }));
        },
        log: () => {},
      });
      return found;
    };
    const found = await measureFrom(real());
    expect(found).toHaveLength(6);
    expect(found).toEqual(await measureFrom(embedded));
    expect(await tablesOfRuns(real())).toEqual([]);
  },
  patience,
);

describe('records that are not as they should be:', () => {
  const BROKEN = 'broken_records';
  const broken = (): ReturnType<typeof trinoDatabase> => trinoDatabase(server.port, BROKEN, OWN);

  const patientWith = (change: (column: string, type: string) => string): string =>
    Object.entries(tppSchema.Patient.columns)
      .map(([column, { type }]) => change(column, trino.columnType(type)))
      .filter((definition) => definition !== '')
      .join(', ');

  test.each<readonly [string, string | null, string]>([
    ['no patients', null, 'database-table-missing'],
    [
      'patients without a sex',
      patientWith((column, type) => (column === 'Sex' ? '' : `${column} ${type}`)),
      'database-column-missing',
    ],
    [
      'patients by a text',
      patientWith((column, type) => `${column} ${column === 'Patient_ID' ? 'varchar' : type}`),
      'database-column-type',
    ],
  ])('%s', async (_name, patient, code) => {
    await sayTo(broken(), `CREATE SCHEMA IF NOT EXISTS ${BROKEN}`);
    for (const table of Object.keys(schemaRead)) {
      const own = `${BROKEN}.${table}`;
      await sayTo(broken(), `DROP TABLE IF EXISTS ${own}`);
      if (table !== 'Patient') {
        await sayTo(broken(), `CREATE TABLE ${own} (LIKE ${RECORDS}.${table})`);
      } else if (patient !== null) {
        await sayTo(broken(), `CREATE TABLE ${own} (${patient})`);
      }
    }
    const fault = await faultOf(extract(extractionOf('study_definition_bp', broken())));
    expect(fault.diagnostics.map((one) => one.code)).toEqual([code]);
    expect(exitCodeOf(fault)).toBe(5);
    expect(await tablesOfRuns(broken())).toEqual([]);
  });

  test('a patient who is there twice', async () => {
    await sayTo(broken(), `DROP TABLE IF EXISTS ${BROKEN}.patient`);
    await sayTo(
      broken(),
      `CREATE TABLE ${BROKEN}.patient AS SELECT * FROM ${RECORDS}.patient UNION ALL SELECT * FROM ${RECORDS}.patient`,
    );
    const fault = await faultOf(extract(extractionOf('study_definition_bp', broken())));
    expect(fault.diagnostics.map((one) => one.code)).toEqual(['database-patient-repeated']);
  });
});

describe('what Trino refuses becomes a fault without its words:', () => {
  test.each<readonly [string, string, string]>([
    ['SELECT canary FROM patient', 'database-failed', 'COLUMN_NOT_FOUND'],
    ['SELECT 1 FROM canary', 'database-failed', 'TABLE_NOT_FOUND'],
    ['SELECT canary canary canary', 'database-failed', 'SYNTAX_ERROR'],
    ["SELECT CAST('canary' AS bigint)", 'database-failed', 'INVALID_CAST_ARGUMENT'],
    ['SELECT 1 / patient_id * 0 / 0 FROM patient', 'database-failed', 'DIVISION_BY_ZERO'],
    ['SELECT 1 FROM canary.records.patient', 'database-not-found', ''],
    ['CREATE TABLE canary.x (a bigint)', 'database-not-found', ''],
  ])('%s', async (statement, code, name) => {
    await using session = openTrino(real(), { signal: undefined, log: undefined });
    const fault = await faultOf(session.run(statement));
    expect(fault.diagnostics.map((one) => one.code)).toEqual([code]);
    const told = JSON.stringify(fault.diagnostics);
    expect(told).not.toContain('canary');
    expect(told).toContain(name);
    expect(exitCodeOf(fault)).toBe(5);
  });

  test('more memory than a query may have', async () => {
    await using session = openTrino(real(), { signal: undefined, log: undefined });
    const much = Array.from({ length: 3 }, () => 'UNNEST(sequence(1, 500))').join(' CROSS JOIN ');
    const fault = await faultOf(
      session.run(`SELECT cardinality(array_agg(to_hex(sha256(to_utf8('a'))))) FROM ${much}`),
    );
    expect(fault.diagnostics.map((one) => one.code)).toEqual(['database-out-of-space']);
  });
});

/** Works for longer than anybody waits. */
const ENDLESS = `SELECT count(*) FROM ${Array.from({ length: 4 }, () => 'UNNEST(sequence(1, 10000))').join(' CROSS JOIN ')}`;

const runningQueries = async (): Promise<readonly string[]> => {
  const found = await sayTo(
    real(),
    `SELECT query_id FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE 'SELECT count(*) FROM UNNEST%'`,
  );
  return found.map(([id]) => String(id));
};

test(
  'a query that is killed is begun again on a new session, and no table is left',
  async () => {
    const log: string[] = [];
    let tries = 0;
    const use = { database: real(), settings: {}, pauses: [0] };
    await withSession({ ...use, log: (line) => void log.push(line) }, async (session) => {
      await session.run(session.dialect.createTable('people', 'SELECT 1 AS one'));
      if (++tries === 2) return;
      const work = session.run(ENDLESS);
      const killing = (async () => {
        for (;;) {
          const [id] = await runningQueries();
          if (id === undefined) continue;
          await sayTo(
            real(),
            `CALL system.runtime.kill_query(query_id => '${id}', message => 'canary')`,
          );
          return;
        }
      })();
      await Promise.all([work, killing]);
    });
    expect(tries).toBe(2);
    expect(log).toEqual([expect.stringContaining('ADMINISTRATIVELY_KILLED')]);
    expect(log.join()).not.toContain('canary');
    expect(await tablesOfRuns(real())).toEqual([]);
  },
  patience,
);

test(
  'a stop ends the query on the server, and drops the tables of the run',
  async () => {
    const stop = new AbortController();
    const use = { database: real(), settings: {}, signal: stop.signal };
    const work = withSession(use, async (session) => {
      await session.run(session.dialect.createTable('people', 'SELECT 1 AS one'));
      await session.run(ENDLESS);
    });
    const stopping = (async () => {
      while ((await runningQueries()).length === 0);
      expect(await tablesOfRuns(real())).toEqual([
        expect.stringMatching(/^vitrine_\d{8}_[0-9a-f]{8}_people$/),
      ]);
      stop.abort(new Error('enough'));
    })();
    await expect(work).rejects.toThrow('enough');
    await stopping;
    expect(await runningQueries()).toEqual([]);
    expect(await tablesOfRuns(real())).toEqual([]);
  },
  patience,
);

test(
  'where the server is lost, another that stands in for it is asked for what is left',
  async () => {
    const module = 'study_definition_oximetry';
    const lost = await startTrino('to-be-lost');
    await makeRecords(trinoDatabase(lost.port, RECORDS, OWN), schemaRead, rowsOf);
    await using gateway = await openGateway(lost.port);
    const log: string[] = [];
    const database = trinoDatabase(gateway.port, RECORDS, OWN);
    const extraction = {
      ...extractionOf(module, database),
      pauses: [0],
      log: (line: string) => void log.push(line),
    };
    const found = await extract(extraction, ({ date }) => {
      if (date !== extraction.dates[0]) return;
      process.kill(lost.pid, 'SIGKILL');
      gateway.leadTo(server.port);
    });
    expect(found.texts).toEqual((await extract(extractionOf(module, embedded))).texts);
    // What was made of two servers is as good as what one made: a later attempt takes it over.
    expect(new Set(found.written.map(({ planHash }) => planHash)).size).toBe(1);
    expect(log).toEqual([expect.stringMatching(/Trino.*Trying again in 0 seconds \(try 2 of 2\)/)]);
    expect(await tablesOfRuns(real())).toEqual([]);

    const alone = await faultOf(
      extract(extractionOf(module, trinoDatabase(lost.port, RECORDS, OWN))),
    );
    expect(alone.diagnostics.map((one) => one.code)).toEqual(['database-passing-fault']);
    expect(exitCodeOf(alone)).toBe(3);
  },
  patience,
);

interface Gateway extends AsyncDisposable {
  readonly port: number;
  leadTo(port: number): void;
}

/** Passes bytes on, as what stands before several servers does. */
async function openGateway(first: number): Promise<Gateway> {
  let target = first;
  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.once('error', end).once('close', end);
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    // A server that listens on a port has one.
    port: (listener.address() as AddressInfo).port,
    leadTo: (port) => {
      target = port;
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
