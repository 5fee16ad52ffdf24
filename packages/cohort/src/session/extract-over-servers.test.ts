/**
 * Extracts of the example from SQL Server, by its protocol, are the files that the embedded database makes of the same records;
 * also where the server breaks off in between. What the server answers DuckDB works out.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isoOf } from '../calendar.ts';
import { lowerStudy } from '../cohortextractor/lower-study.ts';
import type { Measure } from '../cohortextractor/study.ts';
import type { Database } from '../database-process/database-address.ts';
import { SOURCE } from '../dialect/duckdb.ts';
import { extractCohort, type WrittenExtract } from '../engine/extract-cohort.ts';
import { measureCohort } from '../engine/measure-cohort.ts';
import { attachSource, type Engine, openEngine } from '../engine/source.ts';
import { modelOfStudy, type StudyModel } from '../engine/study-model.ts';
import type { OutputFormatName } from '../formats/output-format.ts';
import { measureCsv } from '../measures/calculate-measure.ts';
import { recordStudies } from '../record/record-studies.ts';
import { runRecorderUnconfined } from '../record/testing.ts';
import { codesOfStudy } from '../synth/study-codes.ts';
import { synthesise } from '../synth/synthesise.ts';
import type { ColumnKind } from '../tpp-schema/column.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import { type Answer, answerOnDuckDb } from './answer.testing.ts';
import { listenAsSqlServer } from './tds-listener.testing.ts';
import { dropTemporaryTables } from './translated-session.testing.ts';
import { startTranslator, type Translator } from './translator.testing.ts';

const patience = 600_000;
const example = join(import.meta.dirname, '../../../../examples/home-monitoring');
const folder = mkdtempSync(join(tmpdir(), 'vitrine-servers-'));
const records = join(folder, 'records.duckdb');

let translator: Translator;
let engine: Engine;
let study: StudyModel;

beforeAll(async () => {
  await synthesise({
    patients: 300,
    events: 30_000,
    seed: 5,
    output: records,
    codes: await codesOfStudy(example),
    memoryBytes: 2 ** 30,
    threads: 2,
  });
  const document = await recordStudies({
    studyDir: example,
    modules: ['study_definition_bp'],
    params: {},
    run: runRecorderUnconfined,
  });
  const [module] = document.modules;
  if (module === undefined) throw new Error('the example was not recorded');
  study = modelOfStudy(lowerStudy(module), {
    indexDates: ['2020-03-02', '2020-03-09', '2020-03-16'],
    today: '2022-06-01',
    includeTypeOneOptOuts: false,
  });
  translator = startTranslator();
  engine = await openEngine({ threads: 2 });
  const { connection } = engine;
  await attachSource(connection, records);
  await translator.prepare(connection);
  await connection.run(`SET search_path = 'memory.main,${SOURCE}.main'`);
}, patience);
afterAll(() => {
  translator[Symbol.dispose]();
  engine[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const types: Readonly<Record<ColumnKind, string>> = {
  int: 'bigint',
  float: 'float',
  bool: 'bit',
  date: 'date',
  datetime: 'datetime',
  str: 'varchar',
};
/** What the server says of its columns. */
const columnsOfServer: Answer = {
  kind: 'rows',
  columns: ['table_name', 'column_name', 'data_type'].map((name) => ({ name, type: 'str' })),
  rows: Object.entries(tppSchema).flatMap(([table, { columns }]) =>
    Object.entries(columns).map(([column, { type }]) => [table, column, types[type]]),
  ),
};

/** @param breaks Whether a statement is one at which the server breaks off. */
async function listen(
  breaks: (statement: string) => boolean = () => false,
): Promise<AsyncDisposable & { readonly database: Database }> {
  let current = -1;
  const listener = await listenAsSqlServer(async (statement, connection) => {
    // Temporary tables go with their connection.
    if (connection !== current) await dropTemporaryTables(engine.connection);
    current = connection;
    if (breaks(statement)) return { kind: 'drop' };
    if (statement.includes('INFORMATION_SCHEMA')) return columnsOfServer;
    return await answerOnDuckDb(engine.connection, translator, statement);
  });
  return {
    database: {
      engine: 'mssql',
      host: '127.0.0.1',
      port: listener.port,
      user: 'reader',
      password: 'p4ss',
      database: 'records',
      encryption: 'none',
      trustsAnyCertificate: false,
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

interface Made {
  readonly written: readonly WrittenExtract[];
  readonly bytes: readonly Buffer[];
  readonly log: readonly string[];
}

async function extractFrom(database: Database, format: OutputFormatName): Promise<Made> {
  const out = mkdtempSync(join(folder, 'out-'));
  const written: WrittenExtract[] = [];
  const log: string[] = [];
  await extractCohort(
    {
      ...study,
      schema: tppSchema,
      database,
      files: {},
      settings: {},
      pauses: [0, 0],
      log: (line) => void log.push(line),
    },
    {
      target: (date) => ({ path: join(out, `${isoOf(date ?? 0)}.${format}`), format }),
      written: (one) => void written.push(one),
    },
  );
  expect(readdirSync(out)).toHaveLength(study.dates.length);
  return { written, bytes: written.map(({ path }) => readFileSync(path)), log };
}

const embedded = (): Database => ({ engine: 'duckdb', path: records });

describe('SQL Server', () => {
  test.each(['csv', 'csv.gz', 'feather'] as const)(
    'gives the same %s files',
    async (format) => {
      const expected = await extractFrom(embedded(), format);
      await using server = await listen();
      const found = await extractFrom(server.database, format);
      const plain = (bytes: Buffer): Buffer => (format === 'csv.gz' ? gunzipSync(bytes) : bytes);
      expect(found.bytes.map(plain).map(String)).toEqual(expected.bytes.map(plain).map(String));
      const known = ({ written }: Made): unknown =>
        written.map(({ date, rows, missing, attrition }) => ({ date, rows, missing, attrition }));
      expect(known(found)).toEqual(known(expected));
      expect(found.written.every(({ rows }) => rows > 20)).toBe(true);
    },
    patience,
  );

  test(
    'takes up where it broke off, with the same plan',
    async () => {
      await using whole = await listen();
      const expected = await extractFrom(whole.database, 'csv');
      // Before anything is written, and while the last of the files is.
      let stage = 0;
      let asked = 0;
      await using server = await listen((statement) => {
        if (stage === 0 && /INTO \[#stretches\]/.test(statement)) {
          stage = 1;
          return true;
        }
        if (stage === 1 && /AS \[patient_id\]/.test(statement) && ++asked === 3) {
          stage = 2;
          return true;
        }
        return false;
      });
      const found = await extractFrom(server.database, 'csv');
      expect(found.log).toHaveLength(2);
      // The third date is asked for once more, those before it are not.
      expect(found.written).toHaveLength(3);
      expect(found.bytes.map(String)).toEqual(expected.bytes.map(String));
      expect(found.written.map(({ planHash }) => planHash)).toEqual(
        expected.written.map(({ planHash }) => planHash),
      );
    },
    patience,
  );

  test(
    'gives the same measures',
    async () => {
      const flag = study.model.columns.find(({ type }) => type === 'bool')?.name ?? '';
      const group = study.model.columns.find(({ type }) => type === 'str')?.name ?? '';
      const measure: Measure = {
        id: 'flag_by_group',
        numerator: flag,
        denominator: 'population',
        groupBy: [group],
        smallNumberSuppression: false,
        place: {},
      };
      const measureFrom = async (database: Database): Promise<readonly string[]> => {
        const files: string[] = [];
        await measureCohort(
          { ...study, schema: tppSchema, database, files: {}, settings: {}, pauses: [] },
          [measure],
          {
            measured: async ({ table, missing, attrition }) => {
              const csv = Buffer.concat([...measureCsv(table)]).toString();
              files.push(csv, JSON.stringify({ missing, attrition }));
            },
            log: () => {},
          },
        );
        return files;
      };
      await using server = await listen();
      expect(await measureFrom(server.database)).toEqual(await measureFrom(embedded()));
    },
    patience,
  );
});
