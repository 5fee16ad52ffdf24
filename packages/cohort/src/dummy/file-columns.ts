/** Columns that come from CSV files of the study: with_value_from_file and which_exist_in_file (cohort-extractor §4.3). */
import { gunzipSync } from 'node:zlib';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import type { ColumnDefinition, StudyColumn } from '../cohortextractor/study.ts';
import { decodeCsv } from '../formats/csv-decode.ts';
import type { RawColumn, RawTable } from '../formats/raw-table.ts';
import { READ_LIMIT } from '../formats/read-table.ts';
import { type ColumnType, NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import { flagIn, isMissing, numberIn, timestampIn } from './cell-text.ts';
import { dummyFaults } from './faults.ts';

export interface FileColumn extends StudyColumn {
  readonly definition: Extract<ColumnDefinition, { kind: 'file' }>;
}

export function isFileColumn(column: StudyColumn): column is FileColumn {
  return column.definition.kind === 'file';
}

export interface FileColumns {
  /** The patients of the first file, one a row, as they stand there: they are the rows of every table. */
  readonly patients: Float64Array;
  /** The file columns by name. */
  readonly columns: ReadonlyMap<string, TableColumn>;
}

type Text = Extract<RawColumn, { kind: 'text' }>;

/** A file, and for each row of the tables the row of the file that has that patient, or −1. */
interface OpenFile {
  readonly table: RawTable;
  readonly patients: Float64Array;
}

/**
 * Reads the files of all file columns. Further files are looked up by patient, so that their order does not matter.
 * Null, with faults added, when something is wrong; null without faults when there are no such columns.
 */
export function readFileColumns(
  columns: readonly StudyColumn[],
  readFile: (path: string) => Uint8Array,
  faults: Diagnostic[],
): FileColumns | null {
  const open = new Map<string, OpenFile | null>();
  const made = new Map<string, TableColumn>();
  let patients: Float64Array | null = null;
  for (const column of columns) {
    if (!isFileColumn(column)) continue;
    const { path, returning } = column.definition;
    let file = open.get(path);
    if (file === undefined) {
      file = openFile(column, readFile, faults);
      open.set(path, file);
    }
    if (file === null) continue;
    patients ??= file.patients;
    const rows = file.patients === patients ? null : rowsOf(patients, file.patients);
    if (returning === null) {
      const values =
        rows === null
          ? new Uint8Array(patients.length).fill(1)
          : Uint8Array.from(rows, (row) => Number(row >= 0));
      made.set(column.name, { name: column.name, type: 'bool', values });
      continue;
    }
    const source = textColumn(file.table, returning);
    if (source === null) {
      lackingColumn(column, file.table, returning, faults);
      continue;
    }
    const values =
      rows === null ? source.values : rows.map((row) => source.values[row] ?? NO_CATEGORY);
    made.set(column.name, convert(column, { ...source, values }, faults));
  }
  return patients === null ? null : { patients, columns: made };
}

/** Reads a file with its patients; faults are told at the first column that needs it. */
function openFile(
  column: FileColumn,
  readFile: (path: string) => Uint8Array,
  faults: Diagnostic[],
): OpenFile | null {
  const { path } = column.definition;
  const name = column.name;
  let table: RawTable;
  try {
    const bytes = readFile(path);
    const unpacked = path.endsWith('.gz')
      ? gunzipSync(bytes, { maxOutputLength: READ_LIMIT })
      : bytes;
    table = decodeCsv(Buffer.from(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength), {
      file: path,
      limit: READ_LIMIT,
    });
  } catch (error) {
    if (error instanceof FaultError) {
      faults.push(...error.diagnostics);
    } else {
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(
        dummyFaults.diagnose(
          'value-file-unreadable',
          { column: name, file: path, reason: `${reason.replace(/\.$/, '')}.` },
          column.place,
        ),
      );
    }
    return null;
  }
  const ids = textColumn(table, 'patient_id');
  if (ids === null) {
    lackingColumn(column, table, 'patient_id', faults);
    return null;
  }
  const before = faults.length;
  const numbers = ids.labels.map((label) => wholeNumber(String(label)) ?? Number.NaN);
  const bad = numbers.findIndex((number) => Number.isNaN(number));
  if (bad >= 0) report(column, 'patient_id', String(ids.labels[bad]), 'a whole number', faults);
  if (faults.length > before) return null;
  return { table, patients: Float64Array.from(ids.values, (code) => numbers[code] ?? Number.NaN) };
}

function lackingColumn(
  column: FileColumn,
  table: RawTable,
  missing: string,
  faults: Diagnostic[],
): void {
  const has = table.columns.map(({ name }) => `"${name}"`).join(', ');
  const { path: file } = column.definition;
  faults.push(
    dummyFaults.diagnose(
      'value-file-column',
      { column: column.name, file, missing, has },
      column.place,
    ),
  );
}

/** For each patient the row in `of` where it stands first, or −1. */
function rowsOf(patients: Float64Array, of: Float64Array): Int32Array {
  const rowOf = new Map<number, number>();
  of.forEach((patient, row) => {
    if (!rowOf.has(patient)) rowOf.set(patient, row);
  });
  return Int32Array.from(patients, (patient) => rowOf.get(patient) ?? -1);
}

function textColumn(table: RawTable, name: string): Text | null {
  const column = table.columns.find((candidate) => candidate.name === name);
  return column?.kind === 'text' ? column : null;
}

/** R writes 100000 as 1e+05, pandas writes 7 as 7.0 where others are missing: both are whole numbers. */
function wholeNumber(text: string): number | null {
  const number = numberIn(text);
  return Number.isSafeInteger(number) ? number : null;
}

const NEEDS: Readonly<Record<ColumnType, string>> = {
  bool: '0, 1, True or False',
  int: 'a whole number',
  float: 'a number',
  date: 'a date as YYYY-MM-DD',
  str: 'text',
};

/** The column in the type that the study gives it; what is missing gets the type's empty value. */
function convert(column: FileColumn, source: Text, faults: Diagnostic[]): TableColumn {
  const { name, type } = column;
  const labels = source.labels.map(String);
  const used = new Set(source.values);

  /** What each label stands for; `empty` for missing ones. Faults are told for labels that a row has. */
  function valuesOf(
    empty: number,
    read: (text: string) => number | null,
  ): (code: number) => number {
    const bad: string[] = [];
    const values = labels.map((label, code) => {
      if (isMissing(label)) return empty;
      const value = read(label);
      if (value === null && used.has(code)) bad.push(label);
      return value ?? empty;
    });
    const [first] = bad;
    if (first !== undefined) report(column, source.name, first, NEEDS[type], faults);
    return (code) => values[code] ?? empty;
  }

  switch (type) {
    case 'bool': {
      const value = valuesOf(0, (text) => {
        const flag = flagIn(text);
        return flag === null ? null : Number(flag);
      });
      return { name, type, values: Uint8Array.from(source.values, value) };
    }
    case 'int':
      return { name, type, values: Float64Array.from(source.values, valuesOf(0, wholeNumber)) };
    case 'float': {
      const value = valuesOf(0, (text) => {
        const number = numberIn(text);
        return Number.isNaN(number) ? null : number;
      });
      return { name, type, values: Float64Array.from(source.values, value) };
    }
    case 'date': {
      const values = Int32Array.from(source.values, valuesOf(NO_DATE, timestampIn));
      return { name, type, values, format: column.dateFormat ?? 'YYYY-MM-DD' };
    }
    case 'str': {
      const missing = labels.map(isMissing);
      const values = source.values.map((code) => (missing[code] === false ? code : NO_CATEGORY));
      return { name, type, values, labels };
    }
  }
}

function report(
  column: FileColumn,
  header: string,
  value: string,
  need: string,
  faults: Diagnostic[],
): void {
  faults.push(
    dummyFaults.diagnose(
      'value-file-value',
      {
        column: column.name,
        file: column.definition.path,
        header,
        value: value === '' ? 'a blank' : JSON.stringify(value),
        need,
      },
      column.place,
    ),
  );
}
