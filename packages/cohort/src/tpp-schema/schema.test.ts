import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { duckdbCreateTables } from './duckdb-tables.ts';
import { tableByName, tableNames, tppSchema } from './schema.ts';

test('words become columns', () => {
  expect(tppSchema.CodedEvent).toEqual({
    columns: {
      Patient_ID: { type: 'int', nullable: false },
      CodedEvent_ID: { type: 'int', nullable: false, wide: true },
      CTV3Code: { type: 'str', nullable: true, collation: 'binary' },
      NumericValue: { type: 'float', nullable: true },
      ConsultationDate: { type: 'datetime', nullable: true },
    },
    onePerPatient: false,
    key: 'CodedEvent_ID',
  });
});

test('codes of events compare byte by byte, dm+d ids and emergency codes without regard to case', () => {
  const byCollation = (wanted: string): readonly string[] =>
    tableNames.flatMap((table) =>
      Object.entries(tableByName[table]?.columns ?? {})
        .filter(([, { collation }]) => collation === wanted)
        .map(([column]) => `${table}.${column}`),
    );
  expect(byCollation('binary')).toEqual(['CodedEvent.CTV3Code', 'CodedEvent_SNOMED.ConceptID']);
  expect(byCollation('caseless')).toEqual(
    expect.arrayContaining([
      'MedicationDictionary.DMD_ID',
      'VmpMapping.id',
      'VmpMapping.prev_id',
      'EC_ARCHIVED.Discharge_Destination_SNOMED_CT',
      'EC_Diagnosis_ARCHIVED.EC_Diagnosis_24',
    ]),
  );
});

test('a key is a column that is never missing', () => {
  for (const name of tableNames) {
    const { key, columns } = tableByName[name] ?? { key: null, columns: {} };
    if (key !== null) expect(columns[key], `${name}.${key}`).toMatchObject({ nullable: false });
  }
});

test('ISARIC is 360 columns of text', () => {
  const { Patient_ID, ...texts } = tppSchema.ISARIC_Patient_Data_TopLine.columns;
  expect(Patient_ID).toEqual({ type: 'int', nullable: false });
  expect(Object.values(texts)).toEqual(
    Array.from({ length: 360 }, () => ({ type: 'str', nullable: true })),
  );
});

test('DuckDB takes the tables and gives back their names, types and NOT NULL', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of duckdbCreateTables()) await connection.run(statement);
  const found = await connection.runAndReadAll(
    `SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns`,
  );
  const types: Record<string, string> = { int: 'INTEGER', float: 'DOUBLE', bool: 'BOOLEAN' };
  const expected = tableNames.flatMap((table) =>
    Object.entries(tableByName[table]?.columns ?? {}).map(([column, { type, wide, nullable }]) => [
      table,
      column,
      wide
        ? 'BIGINT'
        : (types[type] ?? { str: 'VARCHAR', datetime: 'TIMESTAMP' }[String(type)] ?? 'DATE'),
      nullable,
    ]),
  );
  const inOrder = (rows: readonly unknown[]): readonly string[] =>
    rows.map((row) => JSON.stringify(row)).toSorted();
  expect(inOrder(found.getRows())).toEqual(inOrder(expected));
  connection.closeSync();
  instance.closeSync();
});
