import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeStudy, runRecorderUnconfined } from '../record/testing.ts';
import type { ExtractRecord, KeptExtract } from '../records/extract-record.ts';
import { duckdbCreateTables } from '../tpp-schema/duckdb-tables.ts';
import type { CohortProgress } from './context.ts';
import { runCohortextractor } from './run-cohortextractor.ts';

const definition = `from cohortextractor import StudyDefinition, Measure, codelist, patients
codes = codelist(["c1", "c2"], system="snomed")
study = StudyDefinition(
    index_date="2020-01-01",
    default_expectations={"date": {"earliest": "2019-01-01", "latest": "index_date"}},
    population=patients.satisfying(
        "registered AND age >= 18",
        registered=patients.registered_as_of("index_date"),
        return_expectations={"incidence": 1},
    ),
    age=patients.age_as_of("index_date", return_expectations={"int": {"distribution": "population_ages"}, "rate": "universal"}),
    sex=patients.sex(return_expectations={"category": {"ratios": {"M": 1}}, "rate": "universal"}),
    coded=patients.with_these_clinical_events(
        codes, between=["index_date", "index_date + 6 days"], return_expectations={"incidence": 0.5}
    ),
    coded_date=patients.with_these_clinical_events(
        codes,
        on_or_before="index_date + 6 days",
        returning="date",
        date_format="YYYY-MM-DD",
        find_last_match_in_period=True,
        return_expectations={"incidence": 0.5},
    ),
)
measures = [
    Measure("coded", numerator="coded", denominator="population", group_by="sex"),
    Measure("aged", numerator="age", denominator="population", group_by=["sex", "coded"]),
    Measure("patients", numerator="coded", denominator="age", group_by=None),
    Measure("all", numerator="coded", denominator="population", group_by="population", small_number_suppression=True),
]
`;

const rows = [
  `INSERT INTO Patient (Patient_ID, DateOfBirth, DateOfDeath, Sex) VALUES
     (3, '1980-05-01', '9999-12-31', 'F'), (1, '1950-01-01', '9999-12-31', 'M'),
     (2, '2010-01-01', '9999-12-31', 'F'), (4, '1990-02-01', '9999-12-31', 'M')`,
  `INSERT INTO Organisation (Organisation_ID, GoLiveDate, STPCode, MSOACode, Region)
     VALUES (7, '2000-01-01', 'E1', 'E02', 'London')`,
  `INSERT INTO RegistrationHistory (Registration_ID, Organisation_ID, Patient_ID, StartDate, EndDate) VALUES
     (1, 7, 1, '2000-01-01', '9999-12-31'), (2, 7, 2, '2010-01-01', '9999-12-31'),
     (3, 7, 3, '2000-01-01', '9999-12-31'), (4, 7, 4, '2000-01-01', '2020-01-05')`,
  `INSERT INTO CodedEvent_SNOMED (Patient_ID, CodedEvent_ID, ConceptID, CodingSystem, NumericValue, ConsultationDate) VALUES
     (1, 1, 'c1', 0, 1.5, '2020-01-02T10:00:00'), (1, 2, 'c2', 0, 2.5, '2020-01-09T00:00:00'),
     (3, 3, 'C1', 0, 2.5, '2020-01-02T00:00:00'), (4, 4, 'c2', 0, 2.5, '2020-01-07T23:59:00')`,
  'INSERT INTO AllowedPatientsWithTypeOneDissent (Patient_ID) VALUES (1), (2), (3), (4)',
];

let home: string;
const databaseOf = (name: string): string => join(home, `${name}.duckdb`);

async function change(name: string, statements: readonly string[]): Promise<string> {
  const instance = await DuckDBInstance.create(databaseOf(name));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  return `duckdb:${databaseOf(name)}`;
}

/** A copy of the database that statements change. */
async function changed(name: string, ...statements: readonly string[]): Promise<string> {
  await cp(databaseOf('whole'), databaseOf(name));
  return await change(name, statements);
}

let address: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'vitrine-extract-'));
  address = await change('whole', [...duckdbCreateTables(), ...rows]);
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly said: string;
  readonly records: readonly ExtractRecord[];
  readonly progress: readonly CohortProgress[];
  readonly directory: string;
  readonly files: () => Promise<readonly string[]>;
  readonly read: (file: string) => Promise<string>;
}

async function run(
  argv: readonly string[],
  look: (ran: Ran) => Promise<void>,
  environment: Readonly<Record<string, string>> = { DATABASE_URL: address },
  again: {
    readonly directory?: string;
    readonly keptExtracts?: readonly KeptExtract[];
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<void> {
  await using made = await makeStudy(again.files ?? { 'analysis/study_definition.py': definition });
  const directory = again.directory ?? made.directory;
  const lines: string[] = [];
  const records: ExtractRecord[] = [];
  const progress: CohortProgress[] = [];
  const code = await runCohortextractor(argv, {
    directory,
    runRecorder: runRecorderUnconfined,
    print: (line) => lines.push(line),
    log: (line) => lines.push(line),
    today: '2022-03-04',
    seed: null,
    environment,
    progress: (event) => progress.push(event),
    recordExtract: (record) => records.push(record),
    keptExtracts: again.keptExtracts ?? [],
  });
  const read = (file: string): Promise<string> => readFile(join(directory, file), 'utf8');
  const files = async (): Promise<readonly string[]> =>
    (await readdir(join(directory, 'output')).catch(() => [])).toSorted();
  await look({ code, said: lines.join('\n'), records, progress, directory, files, read });
}

const weeks = ['generate_cohort', '--index-date-range', '2020-01-01 to 2020-01-08 by week'];
const first =
  'patient_id,age,sex,coded,coded_date\r\n1,70,M,1,2020-01-02\r\n3,39,F,0,\r\n4,29,M,1,2020-01-07\r\n';
const second = 'patient_id,age,sex,coded,coded_date\r\n1,70,M,1,2020-01-09\r\n3,39,F,0,\r\n';

describe('generate_cohort from a database', () => {
  test('writes a file a date, with all that is known of each', async () => {
    await run(weeks, async ({ code, said, records, progress, files, read }) => {
      expect([code, said]).toEqual([0, expect.any(String)]);
      expect(await files()).toEqual(['input_2020-01-01.csv', 'input_2020-01-08.csv']);
      expect(await read('output/input_2020-01-01.csv')).toBe(first);
      expect(await read('output/input_2020-01-08.csv')).toBe(second);
      expect(progress).toEqual([
        { file: 'output/input_2020-01-01.csv', done: 1, total: 2, rows: 3 },
        { file: 'output/input_2020-01-08.csv', done: 2, total: 2, rows: 2 },
      ]);
      const [earliest, latest] = records;
      expect(earliest?.rows).toBe(3);
      expect(latest).toMatchObject({
        rows: 2,
        missing: [
          { column: 'age', rows: 0 },
          { column: 'sex', rows: 0 },
          { column: 'coded', rows: 1 },
          { column: 'coded_date', rows: 1 },
        ],
        attrition: [
          { words: expect.any(String), remaining: 4 },
          { words: 'registered', remaining: 3 },
          { words: 'age >= 18', remaining: 2 },
        ],
      });
      expect(latest?.sha256).toBe(createHash('sha256').update(second).digest('hex'));
      expect(latest?.bytes).toBe(second.length);
      expect(latest?.planHash).toMatch(/^[0-9a-f]{64}$/);
      expect(latest?.planHash).toBe(earliest?.planHash);
      expect(latest?.databaseBuild).toBe(earliest?.databaseBuild);
      expect(said).not.toContain(home);
    });
  });

  test.each(['csv.gz', 'feather', 'dta', 'dta.gz'])('writes %s', async (format) => {
    await run([...weeks, '--output-format', format], async ({ code, said, files, records }) => {
      expect([code, said]).toEqual([0, expect.any(String)]);
      expect(await files()).toEqual([`input_2020-01-01.${format}`, `input_2020-01-08.${format}`]);
      expect(records.map(({ rows }) => rows)).toEqual([3, 2]);
    });
  });

  test('leaves files alone that exist, and takes up where a run was stopped', async () => {
    await run(weeks, async ({ directory, read }) => {
      await rm(join(directory, 'output/input_2020-01-01.csv'));
      await writeFile(join(directory, 'output/input_2020-01-08.csv'), 'mine');
      await run(
        [...weeks, '--skip-existing'],
        async ({ code, records }) => {
          expect(code).toBe(0);
          expect(records.map(({ indexDate }) => indexDate)).toEqual(['2020-01-01']);
          expect(await read('output/input_2020-01-08.csv')).toBe('mine');
          expect(await read('output/input_2020-01-01.csv')).toBe(first);
        },
        { DATABASE_URL: address },
        { directory },
      );
    });
  });

  test('finds the address in a file', async () => {
    const file = join(home, 'address');
    await writeFile(file, `${address}\n`);
    await run(
      ['generate_cohort'],
      async ({ code, read }) => {
        expect(code).toBe(0);
        expect(await read('output/input.csv')).toBe(first);
      },
      { DATABASE_URL_FILE: file },
    );
  });

  test('reads a folder of Parquet files', async () => {
    const folder = join(home, 'parquet');
    await mkdir(folder);
    const instance = await DuckDBInstance.create(databaseOf('whole'), { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const tables = await connection.runAndReadAll('SELECT table_name FROM duckdb_tables()');
    for (const [table] of tables.getRows()) {
      await connection.run(`COPY "${table}" TO '${folder}/${table}.parquet' (FORMAT parquet)`);
    }
    connection.closeSync();
    instance.closeSync();
    await run(
      ['generate_cohort', '--database-url', `duckdb:${folder}`],
      async ({ code, said, read }) => {
        expect([code, said]).toEqual([0, expect.any(String)]);
        expect(await read('output/input.csv')).toBe(first);
      },
    );
  });

  test('leaves out who objected, unless the address says otherwise', async () => {
    const without = await changed(
      'opted-out',
      'DELETE FROM AllowedPatientsWithTypeOneDissent WHERE Patient_ID = 1',
    );
    const rowsOf = async (url: string): Promise<number | undefined> => {
      let rows: number | undefined;
      await run(['generate_cohort', '--database-url', url], async ({ records }) => {
        rows = records[0]?.rows;
      });
      return rows;
    };
    expect(await rowsOf(without)).toBe(2);
    expect(await rowsOf(`${without}?opensafely_include_t1oo=true`)).toBe(3);
    expect(await rowsOf(`${without}?opensafely_include_t1oo=True`)).toBe(2);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['a table is away for a rebuild', 'DROP TABLE CodedEvent_SNOMED', 4, /is being rebuilt/],
    [
      'a patient is there twice',
      'INSERT INTO Patient SELECT * FROM Patient WHERE Patient_ID = 1',
      5,
      /Patient of the database has 1 more rows than patients/,
    ],
    ['a table is missing', 'DROP TABLE RegistrationHistory', 5, /has no table RegistrationHistory/],
    [
      'a column is missing',
      'ALTER TABLE RegistrationHistory DROP COLUMN EndDate',
      5,
      /RegistrationHistory of the database has no column EndDate/,
    ],
    [
      'a column has another type',
      "ALTER TABLE CodedEvent_SNOMED ALTER ConsultationDate TYPE VARCHAR USING 'secret'",
      5,
      /ConsultationDate of table CodedEvent_SNOMED holds VARCHAR/,
    ],
  ])('%s', async (name, statement, exitCode, message) => {
    const url = await changed(name.replaceAll(' ', '-'), statement);
    await run([...weeks, '--database-url', url], async ({ code, said, files }) => {
      expect([code, said]).toEqual([exitCode, expect.any(String)]);
      expect(said).toMatch(message);
      expect(said).not.toContain('secret');
      expect(await files()).toEqual([]);
    });
  });

  test.each([
    ['a file that is no database', 'foreign'],
    ['a folder with a file that is no Parquet', 'foreign/Patient.parquet'],
  ])('%s', async (_, name) => {
    const file = join(home, name.includes('/') ? 'folder' : '', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'secret '.repeat(10_000));
    const path = name.includes('/') ? dirname(file) : file;
    await run(['generate_cohort', '--database-url', `duckdb:${path}`], async ({ code, said }) => {
      expect(code).toBe(5);
      expect(said).toContain('[database-file-foreign]');
      expect(said).not.toContain('secret');
    });
  });

  test('the address is never repeated', async () => {
    for (const url of ['trino://me:canary-7@host/x', 'canary-7', 'duckdb:/canary-7', 'duckdb:?a']) {
      await run(['generate_cohort', '--database-url', url], async ({ code, said }) => {
        expect(code).not.toBe(0);
        expect(said).not.toContain('canary-7');
      });
    }
  });

  test('a database that another process changes at the moment', async () => {
    const url = `duckdb:${databaseOf('held')}`;
    await cp(databaseOf('whole'), databaseOf('held'));
    const instance = await DuckDBInstance.create(databaseOf('held'));
    await run(['generate_cohort', '--database-url', url], async ({ code, records }) => {
      // DuckDB lets processes of one machine share a file only for reading.
      expect([code, records]).toEqual([3, []]);
    });
    instance.closeSync();
  });
});

describe('maintenance', () => {
  const event = (name: string, end: string): string =>
    `INSERT INTO BuildProgress (Event, BuildStart, EventStart, EventEnd, Duration)
       VALUES ('${name}', '2020-01-01', '2020-01-0${name.length % 9}', '${end}', 1)`;
  test.each([
    ['no build', [], ''],
    ['a build that has ended', [event('OpenSAFELY', '2020-01-02')], ''],
    ['a build that has not come to it', [event('OpenSAFELY', '9999-12-31')], ''],
    [
      'a build that swaps tables',
      [event('OpenSAFELY', '9999-12-31'), event('Swap Tables', '9999-12-31')],
      'db-maintenance',
    ],
  ])('%s', async (name, statements, printed) => {
    const url = await changed(`build-${name.replaceAll(' ', '-')}`, ...statements);
    await run(['maintenance', '--database-url', url], async ({ code, said }) => {
      expect([code, said]).toEqual([0, printed]);
    });
  });
});

describe('an attempt after one that was cut off', () => {
  test('takes the files that still fit, and makes the others', async () => {
    await run(weeks, async ({ directory, records }) => {
      const kept = await Promise.all(
        records.map(async (record) => {
          const path = join(directory, record.sha256);
          await rename(join(directory, record.file), path);
          return { path, record };
        }),
      );
      const [whole, other] = kept;
      if (whole === undefined || other === undefined) throw new Error('no records');
      await appendFile(other.path, 'tampered');
      await run(
        weeks,
        async ({ code, records: again, read, said }) => {
          expect([code, said]).toEqual([0, expect.any(String)]);
          expect(again.toSorted((a, b) => (a.file < b.file ? -1 : 1))).toEqual(records);
          expect(await read('output/input_2020-01-01.csv')).toBe(first);
          expect(await read('output/input_2020-01-08.csv')).toBe(second);
          expect(existsSync(whole.path)).toBe(false);
          expect(existsSync(other.path)).toBe(true);
        },
        { DATABASE_URL: address },
        { directory, keptExtracts: kept },
      );
    });
  });

  test('makes all files anew when the definition or the database is another', async () => {
    const url = await changed('newer', 'UPDATE Patient SET DateOfBirth = DateOfBirth');
    await run(weeks, async ({ directory, records }) => {
      const kept = records.map((record) => ({ path: join(directory, record.file), record }));
      await run(
        weeks,
        async ({ code, records: again }) => {
          expect(code).toBe(0);
          expect(again.map(({ sha256 }) => sha256)).toEqual(records.map(({ sha256 }) => sha256));
          expect(again[0]?.databaseBuild).not.toBe(records[0]?.databaseBuild);
        },
        { DATABASE_URL: url },
        { keptExtracts: kept },
      );
    });
  });
});

describe('generate_measures straight from a database', () => {
  const oddMeasures = `measures = [
    Measure("texts", numerator="age", denominator="coded", group_by=["sex"]),
    Measure("months", numerator="age", denominator="population", group_by=["coded_date", "sex"]),
    Measure("nobody", numerator="coded", denominator="population", group_by="population"),
]
`;
  const odd = definition
    .replace(/measures = \[[\s\S]*$/, oddMeasures)
    .replace('date_format="YYYY-MM-DD"', 'date_format="YYYY-MM"');

  test.each([
    { name: 'plain', changes: [], text: definition, measures: 4 },
    {
      name: 'of texts that differ in case, blanks and quotes',
      changes: [
        `UPDATE Patient SET Sex = CASE Patient_ID WHEN 1 THEN 'm' WHEN 3 THEN 'M ' ELSE 'M, "x"' END`,
        `UPDATE CodedEvent_SNOMED SET ConceptID = 'c1'`,
      ],
      text: odd,
      measures: 3,
    },
  ])(
    '$name: gives the bytes that the files of rows would have given, and no file of rows',
    async ({ name, changes, text, measures }) => {
      const url = changes.length === 0 ? address : await changed(`measured ${name}`, ...changes);
      const environment = { DATABASE_URL: url };
      const study = { 'analysis/study_definition.py': text };
      const measured = async (ran: Ran): Promise<Readonly<Record<string, string>>> => {
        const names = (await ran.files()).filter((file) => file.startsWith('measure_'));
        const texts = await Promise.all(names.map((file) => ran.read(`output/${file}`)));
        return Object.fromEntries(names.map((file, index) => [file, texts[index] ?? '']));
      };
      let expected: Readonly<Record<string, string>> = {};
      await run(
        weeks,
        async ({ directory }) => {
          await run(
            ['generate_measures'],
            async (ran) => {
              expect([ran.code, ran.said]).toEqual([0, expect.any(String)]);
              expected = await measured(ran);
            },
            {},
            { directory },
          );
        },
        environment,
        { files: study },
      );
      expect(Object.keys(expected)).toHaveLength(3 * measures);
      const direct = ['generate_measures', ...weeks.slice(1), '--database-url', url];
      await run(
        direct,
        async (ran) => {
          expect([ran.code, ran.said]).toEqual([0, expect.any(String)]);
          expect(await measured(ran)).toEqual(expected);
          expect(await ran.files()).toEqual(Object.keys(expected));
        },
        {},
        { files: study },
      );
    },
  );

  const direct = ['generate_measures', ...weeks.slice(1)];
  const dated = (records: readonly ExtractRecord[]): readonly string[] =>
    records.map(({ measure, indexDate }) => `${measure} ${indexDate}`);

  test('tells of each measure and date what is known of it', async () => {
    await run(direct, async ({ records, read, progress }) => {
      expect(dated(records)).toEqual([
        'coded 2020-01-01',
        'aged 2020-01-01',
        'patients 2020-01-01',
        'all 2020-01-01',
        'coded 2020-01-08',
        'aged 2020-01-08',
        'patients 2020-01-08',
        'all 2020-01-08',
      ]);
      for (const { file, sha256, bytes, rows: groups } of records) {
        const text = await read(file);
        expect([createHash('sha256').update(text).digest('hex'), text.length, groups]).toEqual([
          sha256,
          bytes,
          text.split('\n').length - 2,
        ]);
      }
      const [coded, aged] = records;
      expect(coded).toMatchObject({
        file: 'output/measure_coded_2020-01-01.csv',
        definition: 'study_definition',
        missing: [
          { column: 'sex', rows: 0 },
          { column: 'coded', rows: 1 },
        ],
        attrition: [
          { words: expect.any(String), remaining: 4 },
          { words: 'registered', remaining: 4 },
          { words: 'age >= 18', remaining: 3 },
        ],
      });
      expect(coded?.planHash).toMatch(/^[0-9a-f]{64}$/);
      expect(aged?.planHash).not.toBe(coded?.planHash);
      expect(records[4]?.planHash).toBe(coded?.planHash);
      expect(progress.at(-1)).toMatchObject({ done: 12, total: 12 });
    });
  });

  test('keeps files of single dates with --skip-existing, and removes parts of a run that was killed', async () => {
    await run(direct, async ({ directory, records, read }) => {
      const whole = await read('output/measure_coded.csv');
      const part = '.measure_aged.csv.0a1b2c3d.part';
      await writeFile(join(directory, 'output', part), 'half');
      await writeFile(join(directory, 'output/.other.csv.0a1b2c3d.part'), 'not ours');
      await rm(join(directory, 'output/measure_aged_2020-01-08.csv'));
      const mine = 'sex,coded,population,value\nM,1,2,0.5\n';
      await writeFile(join(directory, 'output/measure_coded_2020-01-08.csv'), mine);
      await run(
        [...direct, '--skip-existing'],
        async ({ code, said, records: again, progress, files }) => {
          expect([code, said]).toEqual([0, expect.any(String)]);
          expect(said).toContain('Kept output/measure_coded_2020-01-08.csv');
          expect(again).toEqual(records.filter((one) => one.file.includes('aged_2020-01-08')));
          expect(progress.at(-1)).toMatchObject({ done: 5, total: 5 });
          const combined = await read('output/measure_coded.csv');
          expect(combined).not.toBe(whole);
          expect(combined).toContain('M,1,2,0.5,2020-01-08');
          expect((await files()).filter((file) => file.startsWith('.'))).toEqual([
            '.other.csv.0a1b2c3d.part',
          ]);
        },
        { DATABASE_URL: address },
        { directory },
      );
    });
  });

  test.each([
    ['takes the files that still fit', definition, [0, 2, 3, 4]],
    [
      'makes a changed measure anew',
      definition.replace('["sex", "coded"]', '["sex"]'),
      [0, 2, 3, 4],
    ],
    ['makes all anew of other rows', definition.replace('age >= 18', 'age >= 17'), []],
  ])('after a run that was cut off %s', async (_, text, taken) => {
    await run(direct, async ({ directory, records, read }) => {
      const whole = await read('output/measure_aged.csv');
      const kept: KeptExtract[] = [];
      for (const record of records.slice(0, 5)) {
        const path = join(directory, `kept-${kept.length}`);
        await rename(join(directory, record.file), path);
        kept.push({ path, record });
      }
      if (text === definition) await appendFile(kept[1]?.path ?? '', 'tampered');
      await writeFile(join(directory, 'analysis/study_definition.py'), text);
      await run(
        direct,
        async ({ code, said, records: again }) => {
          expect([code, said]).toEqual([0, expect.any(String)]);
          expect(dated(again).toSorted()).toEqual(dated(records).toSorted());
          expect(kept.flatMap(({ path }, at) => (existsSync(path) ? [] : [at]))).toEqual(taken);
          if (text === definition) expect(await read('output/measure_aged.csv')).toBe(whole);
        },
        { DATABASE_URL: address },
        { directory, keptExtracts: kept },
      );
    });
  });

  test('a population of nobody has no groups', async () => {
    const url = await changed('nobody', 'DELETE FROM RegistrationHistory');
    const argv = ['measures', '--index-date-range', '2020-01-01', '--database-url', url];
    await run(argv, async ({ code, said, read }) => {
      expect([code, said]).toEqual([0, expect.any(String)]);
      expect(await read('output/measure_coded_2020-01-01.csv')).toBe(
        'sex,coded,population,value\n',
      );
    });
  });
});

describe('columns from files of the study', () => {
  const withFile = definition.replace(
    '    age=patients',
    '    listed=patients.which_exist_in_file("output/list.csv"),\n    score=patients.with_value_from_file("output/list.csv", returning="score", returning_type="int"),\n    seen=patients.with_value_from_file("output/list.csv", returning="seen", returning_type="date"),\n    age=patients',
  );
  const files = (list: string) => ({
    'analysis/study_definition.py': withFile,
    'output/list.csv': list,
  });

  test('are joined by patient; who is not in the file has empty values', async () => {
    const list = 'patient_id,score,seen\n4,7,2020-02-03\n1,,\n99,5,2020-01-01\n';
    await run(
      ['generate_cohort'],
      async ({ code, said, read }) => {
        expect([code, said]).toEqual([0, expect.any(String)]);
        expect(await read('output/input.csv')).toBe(
          [
            'patient_id,listed,score,seen,age,sex,coded,coded_date',
            '1,1,0,,70,M,1,2020-01-02',
            '3,0,0,,39,F,0,',
            '4,1,7,2020-02-03,29,M,1,2020-01-07',
            '',
          ].join('\r\n'),
        );
      },
      { DATABASE_URL: address },
      { files: files(list) },
    );
  });

  test.each([
    ['no patient_id', 'score,seen\n1,2020-01-01\n', /patient_id/],
    ['no such column', 'patient_id,seen\n1,2020-01-01\n', /score/],
    ['a text for a number', 'patient_id,score,seen\n1,much,2020-01-01\n', /score/],
  ])('%s: told before anything is written', async (_, list, message) => {
    await run(
      ['generate_cohort'],
      async ({ code, said, files: made }) => {
        expect(code).toBe(1);
        expect(said).toMatch(message);
        expect(await made()).toEqual(['list.csv']);
      },
      { DATABASE_URL: address },
      { files: files(list) },
    );
  });
});
