import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { duckdbType } from '../tpp-schema/duckdb-tables.ts';
import { tableByName, tableNames } from '../tpp-schema/schema.ts';
import { canaryPatientIds } from './canaries.ts';
import { drawsOf } from './draws.ts';
import { noStudyCodes } from './study-codes.ts';
import {
  type SynthesisContext,
  type SynthesisProgress,
  type SynthesisRequest,
  synthesise,
} from './synthesise.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-synth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A whole database takes a second or two of a free processor, which on a busy machine can be minutes. */
const patience = 600_000;
vi.setConfig({ testTimeout: patience });

/** Codes of a study in each vocabulary, of which some are known and some invented here. */
const codes = {
  ...noStudyCodes,
  snomed: ['271649006', '934231000000106', '160734000'],
  ctv3: ['XaY0k', 'xaY0K'],
  drug: ['39113611000001102'],
  icd10: ['J440', 'C34'],
};

function make(
  name: string,
  changes: Partial<SynthesisRequest> = {},
  context: SynthesisContext = {},
): ReturnType<typeof synthesise> {
  return synthesise(
    {
      patients: 400,
      events: 40_000,
      seed: 7,
      output: join(folder, name),
      codes,
      memoryBytes: 2 ** 30,
      threads: 2,
      ...changes,
    },
    context,
  );
}

/** SHA-256 of every file of a Parquet database, by path. */
function hashes(name: string): Readonly<Record<string, string>> {
  const root = join(folder, name);
  return Object.fromEntries(
    globSync('*/*.parquet', { cwd: root })
      .toSorted()
      .map((path) => [
        path,
        createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex'),
      ]),
  );
}

describe('one database', () => {
  let instance: DuckDBInstance;
  let db: DuckDBConnection;
  const progress: SynthesisProgress[] = [];
  let rows: Readonly<Record<string, number>>;
  const patients = 5000;

  beforeAll(async () => {
    ({ rows } = await make(
      'one.duckdb',
      { patients, events: 150_000 },
      { onProgress: (one) => progress.push(one), sliceRows: 40_000 },
    ));
    instance = await DuckDBInstance.create(join(folder, 'one.duckdb'), {
      access_mode: 'READ_ONLY',
    });
    db = await instance.connect();
  }, patience);
  afterAll(() => {
    db?.closeSync();
    instance?.closeSync();
  });

  /** The numbers of one row. */
  async function numbers(sql: string): Promise<readonly number[]> {
    const reader = await db.runAndReadAll(sql);
    return (reader.getRows()[0] ?? []).map(Number);
  }
  async function number(sql: string): Promise<number> {
    return (await numbers(sql))[0] ?? Number.NaN;
  }
  async function list(sql: string): Promise<readonly number[]> {
    const reader = await db.runAndReadAll(sql);
    return reader.getRowsJS().map(([value]) => Number(value));
  }

  test('has the tables, columns and types of the schema, and nothing missing that is required', async () => {
    const reader = await db.runAndReadAll(
      'SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY table_name, ordinal_position',
    );
    const found = reader.getRows().map((row) => row.join(' '));
    const expected = tableNames
      .toSorted()
      .flatMap((table) =>
        Object.entries(tableByName[table]?.columns ?? {}).map(
          ([column, schema]) => `${table} ${column} ${duckdbType(schema)}`,
        ),
      );
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  test('says how many rows each table has, and all have some', async () => {
    for (const table of tableNames) {
      expect(await number(`SELECT count(*) FROM "${table}"`), table).toBe(rows[table]);
      expect(rows[table], table).toBeGreaterThan(0);
    }
    expect(
      (rows['CodedEvent_SNOMED'] ?? 0) + (rows['CodedEvent'] ?? 0) + (rows['MedicationIssue'] ?? 0),
    ).toBe(150_000);
  });

  test('keys are distinct, and one row a patient where the schema promises it', async () => {
    for (const table of tableNames) {
      const { key, onePerPatient } = tableByName[table] ?? { key: null, onePerPatient: false };
      const distinct = [...(key === null ? [] : [key]), ...(onePerPatient ? ['Patient_ID'] : [])];
      for (const column of distinct) {
        expect(
          await number(`SELECT count(DISTINCT "${column}") FROM "${table}"`),
          `${table}.${column}`,
        ).toBe(rows[table]);
      }
    }
    const both = `SELECT CodedEvent_ID FROM CodedEvent UNION ALL SELECT CodedEvent_ID FROM CodedEvent_SNOMED`;
    const [all, distinct] = await numbers(
      `SELECT count(*), count(DISTINCT CodedEvent_ID) FROM (${both})`,
    );
    expect(distinct).toBe(all);
  });

  test('what refers to another table finds it there', async () => {
    const orphans = (from: string, to: string, column: string): Promise<number> =>
      number(`SELECT count(*) FROM "${from}" ANTI JOIN "${to}" USING ("${column}")`);
    for (const table of tableNames) {
      if (tableByName[table]?.columns['Patient_ID'] !== undefined) {
        expect(await orphans(table, 'Patient', 'Patient_ID'), table).toBe(0);
      }
    }
    expect(await orphans('RegistrationHistory', 'Organisation', 'Organisation_ID')).toBe(0);
    expect(await orphans('MedicationIssue', 'MedicationDictionary', 'MultilexDrug_ID')).toBe(0);
    expect(await orphans('PotentialCareHomeAddress', 'PatientAddress', 'PatientAddress_ID')).toBe(
      0,
    );
    expect(await orphans('HouseholdMember', 'Household', 'Household_ID')).toBe(0);
    expect(await orphans('Vaccination', 'VaccinationReference', 'VaccinationName_ID')).toBe(0);
    expect(await orphans('APCS_Der_ARCHIVED', 'APCS_ARCHIVED', 'APCS_Ident')).toBe(0);
    expect(await orphans('EC_Diagnosis_ARCHIVED', 'EC_ARCHIVED', 'EC_Ident')).toBe(0);
    const events = `SELECT CodedEvent_ID FROM CodedEvent UNION ALL SELECT CodedEvent_ID FROM CodedEvent_SNOMED`;
    expect(
      await number(
        `SELECT count(*) FROM CodedEventRange ANTI JOIN (${events}) AS events USING (CodedEvent_ID)`,
      ),
    ).toBe(0);
  });

  test('the people are as old as those of England, and as many of each sex', async () => {
    const [women, under18, over65, over85, dead] = await numbers(`SELECT
      avg((Sex = 'F')::INT), avg((age < 18)::INT), avg((age >= 65)::INT), avg((age >= 85)::INT),
      avg((DateOfDeath < DATE '9999-12-31')::INT)
      FROM (SELECT *, date_diff('year', DateOfBirth, DATE '2023-12-31') AS age FROM Patient)`);
    expect(women).toBeCloseTo(0.5, 1);
    expect(under18).toBeCloseTo(0.21, 1);
    expect(over65).toBeCloseTo(0.19, 1);
    expect(over85).toBeCloseTo(0.03, 1);
    expect(dead).toBeGreaterThan(0.03);
    expect(dead).toBeLessThan(0.12);
    expect(await number('SELECT count(*) FROM Patient WHERE day(DateOfBirth) <> 1')).toBe(0);
  });

  test('few codes are recorded often and most seldom; few patients have most events', async () => {
    const [busiest] = await numbers(`SELECT sum(n) FILTER (rank <= 100) / sum(n) FROM (
      SELECT count(*) AS n, row_number() OVER (ORDER BY count(*) DESC) AS rank FROM CodedEvent_SNOMED GROUP BY ConceptID)`);
    expect(busiest).toBeGreaterThan(0.35);
    const [median, tail] = await numbers(`SELECT median(n), quantile_cont(n, 0.99) FROM (
      SELECT count(*) AS n FROM CodedEvent_SNOMED GROUP BY Patient_ID)`);
    expect((tail ?? 0) / (median ?? 1)).toBeGreaterThan(6);
  });

  test('codes of the study have a fifth of the rows', async () => {
    const share = (table: string, column: string, wanted: readonly string[]): Promise<number> =>
      number(`SELECT avg((${column} IN ('${wanted.join("', '")}'))::INT) FROM ${table}`);
    for (const part of [
      await share('CodedEvent_SNOMED', 'ConceptID', codes.snomed),
      await share('CodedEvent', 'CTV3Code', codes.ctv3),
      await share(
        'MedicationIssue JOIN MedicationDictionary USING (MultilexDrug_ID)',
        'DMD_ID',
        codes.drug,
      ),
    ]) {
      expect(part).toBeGreaterThan(0.15);
      expect(part).toBeLessThan(0.25);
    }
    expect(
      await number(`SELECT count(*) FROM APCS_ARCHIVED WHERE Der_Diagnosis_All LIKE '%J440%'`),
    ).toBeGreaterThan(50);
  });

  test.each([
    [
      'a value that is missing',
      'SELECT count(*) FROM CodedEvent_SNOMED WHERE NumericValue IS NULL',
    ],
    ['a value of 0', 'SELECT count(*) FROM CodedEvent_SNOMED WHERE NumericValue = 0'],
    [
      'an event of 1900',
      `SELECT count(*) FROM CodedEvent_SNOMED WHERE ConsultationDate = TIMESTAMP '1900-01-01'`,
    ],
    [
      'an event without a date',
      'SELECT count(*) FROM CodedEvent_SNOMED WHERE ConsultationDate IS NULL',
    ],
    [
      'two events of one moment',
      'SELECT count(*) FROM (SELECT 1 FROM CodedEvent_SNOMED GROUP BY Patient_ID, ConsultationDate HAVING count(*) > 1)',
    ],
    [
      'an event that is there twice',
      'SELECT count(*) FROM (SELECT 1 FROM CodedEvent_SNOMED GROUP BY Patient_ID, ConsultationDate, ConceptID, NumericValue HAVING count(*) > 1)',
    ],
    [
      'a gap between registrations',
      `SELECT count(*) FROM (SELECT StartDate > lag(EndDate) OVER (PARTITION BY Patient_ID ORDER BY StartDate) AS gap FROM RegistrationHistory) WHERE gap`,
    ],
    [
      'overlapping registrations',
      `SELECT count(*) FROM (SELECT StartDate < lag(EndDate) OVER (PARTITION BY Patient_ID ORDER BY StartDate) AS overlap FROM RegistrationHistory) WHERE overlap`,
    ],
    ['an address without an area', `SELECT count(*) FROM PatientAddress WHERE MSOACode = 'NPC'`],
    [
      'two addresses of one day',
      'SELECT count(*) FROM (SELECT 1 FROM PatientAddress GROUP BY Patient_ID, StartDate, EndDate HAVING count(*) > 1)',
    ],
    [
      'an unknown rank of deprivation',
      'SELECT count(*) FROM PatientAddress WHERE ImdRankRounded = -1',
    ],
    [
      'an opt-out',
      'SELECT count(*) FROM Patient ANTI JOIN AllowedPatientsWithTypeOneDissent USING (Patient_ID)',
    ],
    [
      'two spells of one day',
      'SELECT count(*) FROM (SELECT 1 FROM APCS_ARCHIVED GROUP BY Patient_ID, Admission_Date HAVING count(*) > 1)',
    ],
    [
      'a spell of several diagnoses',
      `SELECT count(*) FROM APCS_ARCHIVED WHERE Der_Diagnosis_All LIKE '||% ,%'`,
    ],
    [
      'a diagnosis at the very start',
      `SELECT count(*) FROM APCS_ARCHIVED WHERE Der_Diagnosis_All NOT LIKE '||%'`,
    ],
    [
      'an attendance without a diagnosis',
      'SELECT count(*) FROM EC_ARCHIVED ANTI JOIN EC_Diagnosis_ARCHIVED USING (EC_Ident)',
    ],
    [
      'an outpatient appointment without a date',
      'SELECT count(*) FROM OPA_ARCHIVED WHERE Appointment_Date IS NULL',
    ],
    [
      'two positive tests of one day',
      'SELECT count(*) FROM (SELECT 1 FROM SGSS_AllTests_Positive GROUP BY Patient_ID, Specimen_Date HAVING count(*) > 1)',
    ],
    [
      'a reference range without a bound',
      'SELECT count(*) FROM CodedEventRange WHERE LowerBound = -1 OR UpperBound = -1',
    ],
    [
      'a second vaccination',
      `SELECT count(*) FROM (SELECT 1 FROM Vaccination JOIN VaccinationReference USING (VaccinationName_ID) WHERE VaccinationContent = 'SARS-2 CORONAVIRUS' GROUP BY Patient_ID HAVING count(*) > 1)`,
    ],
    ['a household of several', 'SELECT count(*) FROM Household WHERE HouseholdSize > 1'],
    [
      'a frailty index',
      'SELECT count(*) FROM DecisionSupportValue WHERE AlgorithmType = 1 AND NumericValue > 0',
    ],
  ])('there is %s', async (_what, sql) => {
    expect(await number(sql)).toBeGreaterThan(0);
  });

  test('the waves of vaccination begin with the old', async () => {
    const [old, young] = await numbers(`SELECT
      epoch(median(day) FILTER (age >= 80)), epoch(median(day) FILTER (age < 40)) FROM (
      SELECT min(VaccinationDate) AS day, date_diff('year', any_value(DateOfBirth), DATE '2021-01-01') AS age
      FROM Vaccination JOIN VaccinationReference USING (VaccinationName_ID) JOIN Patient USING (Patient_ID)
      WHERE VaccinationContent = 'SARS-2 CORONAVIRUS' AND VaccinationDate > TIMESTAMP '2020-01-01' GROUP BY Patient_ID)`);
    expect((young ?? 0) - (old ?? 0)).toBeGreaterThan(60 * 86_400);
  });

  test('the earliest positive test is the earliest of all positive tests', async () => {
    expect(
      await number(`SELECT count(*) FROM SGSS_Positive FULL JOIN (
        SELECT Patient_ID, min(Specimen_Date) AS day FROM SGSS_AllTests_Positive GROUP BY Patient_ID) AS tests
        USING (Patient_ID) WHERE Earliest_Specimen_Date IS DISTINCT FROM day`),
    ).toBe(0);
  });

  test('dates of death in CPNS agree with each other, since the rule that reads them refuses others', async () => {
    expect(
      await number(
        'SELECT count(*) FROM (SELECT 1 FROM CPNS GROUP BY Patient_ID HAVING count(DISTINCT DateOfDeath) > 1)',
      ),
    ).toBe(0);
  });

  test('canary patients carry their marks and nobody else does', async () => {
    expect(
      await list('SELECT Patient_ID FROM Patient WHERE Patient_ID > 1900000000 ORDER BY 1'),
    ).toEqual(canaryPatientIds);
    const carriers = (sql: string): Promise<readonly number[]> =>
      list(`SELECT DISTINCT Patient_ID FROM ${sql} ORDER BY 1`);
    expect(await carriers(`PatientAddress WHERE MSOACode LIKE '%QX7CANARY%'`)).toEqual(
      canaryPatientIds,
    );
    expect(await carriers(`HighCostDrugs WHERE DrugName LIKE '%QX7CANARY%'`)).toEqual(
      canaryPatientIds,
    );
    expect(await carriers('CodedEvent_SNOMED WHERE NumericValue = 71.903847561')).toEqual(
      canaryPatientIds,
    );
    expect(await carriers('CodedEvent WHERE NumericValue = 71.903847561')).toEqual(
      canaryPatientIds,
    );
    expect(
      await carriers('AllowedPatientsWithTypeOneDissent WHERE Patient_ID > 1900000000'),
    ).toEqual(canaryPatientIds);
  });

  test('progress ends once for each table and counts its rows', () => {
    const ended = progress.filter(({ finished }) => finished);
    expect(ended.map(({ table }) => table)).toEqual(tableNames);
    expect(Object.fromEntries(ended.map(({ table, rows: count }) => [table, count]))).toEqual(rows);
    expect(progress.filter(({ table }) => table === 'CodedEvent_SNOMED').length).toBeGreaterThan(1);
  });
});

describe('the same seed', () => {
  beforeAll(async () => {
    await make('first');
  }, patience);

  test('makes the same bytes, with one processor or two', async () => {
    await make('second', { threads: 1 });
    expect(Object.keys(hashes('first'))).toHaveLength(tableNames.length);
    expect(hashes('second')).toEqual(hashes('first'));
  });

  test('makes the same rows in the same order in slices of any size, and in a file', async () => {
    await make('same.duckdb', {}, { sliceRows: 9_000 });
    const instance = await DuckDBInstance.create(join(folder, 'same.duckdb'), {
      access_mode: 'READ_ONLY',
    });
    const connection = await instance.connect();
    // The hash of each row with its place, added up: equal only if every row stands where it stood.
    const sum = async (relation: string): Promise<unknown> => {
      const reader = await connection.runAndReadAll(
        `SELECT sum(hash(rows::VARCHAR || place)::HUGEINT)::VARCHAR FROM (SELECT rows, row_number() OVER () AS place FROM ${relation} AS rows)`,
      );
      return reader.getRows()[0]?.[0];
    };
    for (const table of tableNames) {
      const expected = await sum(`read_parquet('${join(folder, 'first', table)}/*.parquet')`);
      expect(await sum(`"${table}"`), table).toBe(expected);
    }
    connection.closeSync();
    instance.closeSync();
  });

  test('and another makes others', () => {
    expect(drawsOf(8).bits('age', 'p')).not.toBe(drawsOf(7).bits('age', 'p'));
  });
});

describe('what goes wrong', () => {
  async function faultOf(work: Promise<unknown>): Promise<string | undefined> {
    const error: unknown = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof FaultError)) throw error ?? new Error('nothing went wrong');
    return error.diagnostics[0]?.code;
  }

  test('one patient is enough, and carries a canary', async () => {
    const { rows } = await make('least', { patients: 1, events: 1 });
    expect(rows.Patient).toBe(1);
    expect(rows.CodedEvent_SNOMED + rows.CodedEvent + rows.MedicationIssue).toBe(1);
  });

  test('what is there is left alone', async () => {
    writeFileSync(join(folder, 'taken.duckdb'), 'mine');
    expect(await faultOf(make('taken.duckdb'))).toBe('synth-output-exists');
    expect(readFileSync(join(folder, 'taken.duckdb'), 'utf8')).toBe('mine');
  });

  test.each([
    ['a folder that is not there', 'nowhere/x.duckdb'],
    ['a file in place of a folder', 'file/x.duckdb'],
  ])('%s', async (_what, name) => {
    writeFileSync(join(folder, 'file'), '');
    expect(await faultOf(make(name))).toBe('synth-folder-missing');
  });

  test('more events than patients can have', async () => {
    expect(await faultOf(make('many', { patients: 1, events: 1e6 }))).toBe('synth-too-many-events');
  });

  test('more patients than there are identifiers', async () => {
    expect(await faultOf(make('crowd', { patients: 7e8 }))).toBe('synth-too-many-patients');
  });

  test('too little memory leaves nothing behind', async () => {
    expect(await faultOf(make('narrow.duckdb', { memoryBytes: 8 * 2 ** 20 }))).toBe(
      'synth-memory-short',
    );
    expect(readdirSync(folder).filter((name) => name.includes('narrow'))).toEqual([]);
  });

  test('stopped halfway leaves nothing behind', async () => {
    const stop = new AbortController();
    const halfway = (one: SynthesisProgress): void => {
      if (one.table === 'CodedEvent' && one.finished) stop.abort();
    };
    expect(await faultOf(make('halfway', {}, { signal: stop.signal, onProgress: halfway }))).toBe(
      'synth-stopped',
    );
    expect(existsSync(join(folder, 'halfway'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('halfway'))).toEqual([]);
  });
});
