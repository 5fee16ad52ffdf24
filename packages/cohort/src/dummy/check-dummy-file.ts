/** Whether a file that a researcher brings can stand for the study's output (cohort-extractor §4.6). */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { isoOf, yearMonthDay } from '../calendar.ts';
import type { Study, StudyColumn } from '../cohortextractor/study.ts';
import { formatOf, type OutputFormatName } from '../formats/output-format.ts';
import type { RawColumn, RawTable } from '../formats/raw-table.ts';
import { readTable } from '../formats/read-table.ts';
import { type DateFormat, NO_DATE } from '../table.ts';
import { dateIn, flagIn, isMissing, numberIn } from './cell-text.ts';
import { dateFormatOf, generatorKind } from './compile-column.ts';
import { dummyFaults } from './faults.ts';
import { visibleColumns } from './plan-dummy.ts';

/** Faulty values that are told one by one: of one column, and in all. */
const TOLD_OF_COLUMN = 5;
const TOLD = 20;

/** What the values of a column have to be. */
type Need =
  | { readonly kind: 'anything' | 'text' | 'bool' | 'int' | 'float' | 'patient' }
  | { readonly kind: 'date'; readonly format: DateFormat };

/** `fraction`: it passes for a whole number in the original, but is none. */
type Verdict = 'good' | 'fraction' | 'bad';

/** One value that does not fit. */
interface Finding {
  readonly column: string;
  /** Index from 0. */
  readonly row: number;
  readonly value: string;
  readonly need: Need;
  readonly verdict: Exclude<Verdict, 'good'>;
}

/**
 * Checks the file against the study: format, columns, and every value. Errors first, then warnings, at most 20 of them
 * and one more that counts the rest; none when the file is good.
 *
 * @param path from the working directory, and as messages name it.
 * @param format of the output that the file is to become.
 */
export async function checkDummyFile(
  study: Study,
  path: string,
  format: OutputFormatName,
): Promise<readonly Diagnostic[]> {
  if (formatOf(path) !== format) {
    return [dummyFaults.diagnose('dummy-file-extension', { file: path, format }, { file: path })];
  }
  let table: RawTable;
  try {
    table = await readTable(path, format);
  } catch (error) {
    if (error instanceof FaultError) return error.diagnostics;
    throw error;
  }

  const needs = new Map<string, Need>(
    visibleColumns(study).map((column) => [column.name, needOf(column)]),
  );
  needs.set('patient_id', { kind: 'patient' });
  const binary = !format.startsWith('csv');
  return [
    ...columnDiagnostics(table, needs, path),
    ...valueDiagnostics(table, needs, binary, path),
  ];
}

/** Columns that are missing, and columns too many. */
function columnDiagnostics(
  table: RawTable,
  needs: ReadonlyMap<string, Need>,
  file: string,
): readonly Diagnostic[] {
  const present = new Set(table.columns.map(({ name }) => name));
  return [
    ...[...needs.keys()]
      .filter((column) => !present.has(column))
      .map((column) =>
        dummyFaults.diagnose('dummy-file-column-missing', { file, column }, { file }),
      ),
    ...[...present]
      .filter((column) => !needs.has(column))
      .map((column) =>
        dummyFaults.diagnose('dummy-file-column-unexpected', { file, column }, { file }),
      ),
  ];
}

function valueDiagnostics(
  table: RawTable,
  needs: ReadonlyMap<string, Need>,
  binary: boolean,
  file: string,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let found = 0;
  for (const column of table.columns) {
    const need = needs.get(column.name);
    if (need === undefined) continue;
    // Counted apart, so that no number of warnings hides an error.
    const told = { bad: 0, fraction: 0 };
    for (const finding of findingsOf(column, need, binary)) {
      found++;
      if (told[finding.verdict]++ < TOLD_OF_COLUMN) diagnostics.push(diagnosisOf(finding, file));
    }
    if (need.kind !== 'patient') continue;
    const repeated = repeatedPatients(column, file);
    found += repeated.length;
    diagnostics.push(...repeated);
  }
  const bySeverity = diagnostics.toSorted((a, b) => a.severity.localeCompare(b.severity));
  const first = bySeverity.slice(0, TOLD);
  const more = found - first.length;
  if (more === 0) return first;
  // Errors come first: when none is told there is none, and what remains must not refuse the file.
  const rest = dummyFaults.diagnose('dummy-file-more', { file, more }, { file });
  return [...first, { ...rest, severity: first[0]?.severity ?? 'error' }];
}

function needOf(column: StudyColumn): Need {
  if (column.type === 'date') return { kind: 'date', format: dateFormatOf(column) };
  // Deprivation and rural-urban class: whatever the expectations may give passes.
  if (column.type !== 'str' && generatorKind(column) === 'category') return { kind: 'anything' };
  return { kind: column.type === 'str' ? 'text' : column.type };
}

function* findingsOf(column: RawColumn, need: Need, binary: boolean): Generator<Finding> {
  const judge = judgeOf(column, need, binary);
  for (let row = 0; row < column.values.length; row++) {
    const verdict = judge(row);
    if (verdict === 'good') continue;
    yield { column: column.name, row, value: valueAt(column, row), need, verdict };
  }
}

/** Judges the value of a row. Missing values are good everywhere but in patient_id. */
function judgeOf(column: RawColumn, need: Need, binary: boolean): (row: number) => Verdict {
  const { values } = column;
  const missing: Verdict = need.kind === 'patient' ? 'bad' : 'good';
  switch (column.kind) {
    case 'text': {
      const verdicts = column.labels.map((label) => {
        if (typeof label === 'number') return judgeNumber(label, need);
        if (label === '' || (!binary && isMissing(label))) return missing;
        return binary ? judgeBinaryText(need) : judgeText(label, need);
      });
      return (row) => verdicts[values[row] ?? -1] ?? missing;
    }
    case 'bool':
      return () =>
        need.kind === 'bool' || need.kind === 'int' || need.kind === 'anything' ? 'good' : 'bad';
    case 'int':
    case 'float':
      return (row) => {
        const value = values[row] ?? Number.NaN;
        return Number.isNaN(value) ? missing : judgeNumber(value, need);
      };
    case 'date':
      return (row) => {
        const day = values[row] ?? NO_DATE;
        return day === NO_DATE ? missing : judgeDay(day, need);
      };
  }
}

/** Text of a binary file is text and nothing else: there numbers and dates have types of their own. */
function judgeBinaryText(need: Need): Verdict {
  return need.kind === 'anything' || need.kind === 'text' ? 'good' : 'bad';
}

/** Text of a CSV file, which knows no other type. */
function judgeText(text: string, need: Need): Verdict {
  switch (need.kind) {
    case 'anything':
    case 'text':
      return 'good';
    case 'bool':
      return flagIn(text) === null ? 'bad' : 'good';
    case 'int':
    case 'float':
    case 'patient': {
      const number = numberIn(text);
      return Number.isNaN(number) ? 'bad' : judgeNumber(number, need);
    }
    case 'date':
      // Years are read as numbers, of which 0 counts as missing.
      return dateIn(text, need.format) !== null || (need.format === 'YYYY' && numberIn(text) === 0)
        ? 'good'
        : 'bad';
  }
}

function judgeNumber(value: number, need: Need): Verdict {
  switch (need.kind) {
    case 'anything':
    case 'float':
      return 'good';
    case 'bool':
      return value === 0 || value === 1 ? 'good' : 'bad';
    case 'int':
      return Number.isInteger(value) ? 'good' : 'fraction';
    case 'patient':
      return Number.isSafeInteger(value) ? 'good' : 'bad';
    case 'text':
    case 'date':
      return value === 0 ? 'good' : 'bad';
  }
}

/** A binary file holds whole days: months and years stand as their first one. */
function judgeDay(day: number, need: Need): Verdict {
  if (need.kind === 'anything') return 'good';
  if (need.kind !== 'date') return 'bad';
  const { month, day: dayOfMonth } = yearMonthDay(day);
  if (need.format === 'YYYY-MM-DD') return 'good';
  return dayOfMonth === 1 && (need.format === 'YYYY-MM' || month === 1) ? 'good' : 'bad';
}

function valueAt(column: RawColumn, row: number): string {
  const value = column.values[row] ?? 0;
  switch (column.kind) {
    case 'text': {
      const label = column.labels[value];
      return label === undefined || label === '' ? 'a blank' : JSON.stringify(label);
    }
    case 'bool':
      return value === 1 ? 'True' : 'False';
    case 'int':
    case 'float':
      return Number.isNaN(value) ? 'a blank' : String(value);
    case 'date':
      return value === NO_DATE ? 'a blank' : isoOf(value);
  }
}

const NEEDS: Readonly<Record<Exclude<Need['kind'], 'date'>, string>> = {
  anything: 'a value',
  text: 'text',
  bool: '0, 1, True or False',
  int: 'a whole number',
  float: 'a number',
  patient: 'a whole number',
};

const DATE_NEEDS: Readonly<Record<DateFormat, string>> = {
  YYYY: 'a year as YYYY (in a binary file, 1 January)',
  'YYYY-MM': 'a month as YYYY-MM (in a binary file, its first day)',
  'YYYY-MM-DD': 'a date as YYYY-MM-DD',
};

function diagnosisOf({ column, row, value, need, verdict }: Finding, file: string): Diagnostic {
  const values = { file, column, row: rowNumber(row), value };
  if (verdict === 'fraction') return dummyFaults.diagnose('dummy-file-fraction', values, { file });
  const words = need.kind === 'date' ? DATE_NEEDS[need.format] : NEEDS[need.kind];
  return dummyFaults.diagnose('dummy-file-value', { ...values, need: words }, { file });
}

/** Rows as a spreadsheet counts them: the header is row 1. */
function rowNumber(index: number): number {
  return index + 2;
}

/** The first row of each patient that stands in the file again, with a warning for the second. */
function repeatedPatients(column: RawColumn, file: string): Diagnostic[] {
  const rows = new Map<number, number>();
  const repeated: Diagnostic[] = [];
  const { values } = column;
  for (let row = 0; row < values.length && repeated.length < TOLD_OF_COLUMN; row++) {
    const value = values[row] ?? Number.NaN;
    const patient = column.kind === 'text' ? Number(column.labels[value]) : value;
    if (!Number.isSafeInteger(patient)) continue;
    const first = rows.get(patient);
    if (first === undefined) {
      rows.set(patient, row);
      continue;
    }
    repeated.push(
      dummyFaults.diagnose(
        'dummy-file-patient-repeated',
        { file, row: rowNumber(row), patient: String(patient), first: rowNumber(first) },
        { file },
      ),
    );
  }
  return repeated;
}
