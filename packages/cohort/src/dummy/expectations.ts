/** The expectations of one column, merged with the defaults and checked (cohort-extractor §4.1). */
import type { Diagnostic, Place } from '@vitrine/pipeline';
import type { ArgumentValue, StudyColumn } from '../cohortextractor/study.ts';
import { dummyFaults } from './faults.ts';
import { blankCount } from './incidence.ts';
import {
  type GeneratorKind,
  readValueExpectations,
  type ValueExpectations,
} from './value-expectations.ts';
import {
  type Dict,
  dictOf,
  isTrue,
  numberOf,
  shown,
  tellNotADict,
  type Written,
  writtenExpectations,
} from './written-expectations.ts';

export type Rate = 'exponential_increase' | 'uniform' | 'universal';

/** One end of the expected dates, not yet worked out. Null was written as None. */
export interface ExpectedDate {
  readonly value: ArgumentValue;
  /** Whether the column itself says so; otherwise the study's defaults do. */
  readonly own: boolean;
}

export interface Expectations {
  readonly rate: Rate;
  /** How many rows have no value; 0 where a date decides. */
  readonly blanks: number;
  readonly earliest: ExpectedDate;
  readonly latest: ExpectedDate;
  readonly values: ValueExpectations;
}

export interface ExpectationsQuestion {
  readonly column: StudyColumn;
  readonly kind: GeneratorKind;
  /** The expectations that the column itself gives: for date_of, those of its source. */
  readonly own: Dict | null;
  readonly defaults: Dict | null;
  /** Where a fault of the defaults lies. */
  readonly defaultsPlace: Place;
  /** Rows of a table. */
  readonly rows: number;
  /** Whether a date column decides which rows are blank, so that the incidence is not used. */
  readonly masked: boolean;
}

const KEYS = new Set(['rate', 'incidence', 'date', 'category', 'int', 'float', 'bool']);

/** Reads and checks the expectations of one column. Faults are added to `faults`; null when there is one. */
export function readExpectations(
  { column, kind, own, defaults, defaultsPlace, rows, masked }: ExpectationsQuestion,
  faults: Diagnostic[],
): Expectations | null {
  const { definition, place } = column;
  // A fault is told of the column whose expectations they are.
  const name = definition.kind === 'date-of' ? definition.source : column.name;
  const written = writtenExpectations(
    { ...column, name },
    own ?? {},
    defaults ?? {},
    defaultsPlace,
    faults,
  );
  if (Object.keys(written.all).length === 0) {
    faults.push(dummyFaults.diagnose('column-expectations-missing', { column: name }, place));
    return null;
  }
  const before = faults.length;
  for (const key of Object.keys(written.all)) {
    if (KEYS.has(key)) continue;
    const { subject, place } = written.origin(key);
    faults.push(dummyFaults.diagnose('expectation-unknown', { subject, key }, place));
  }
  const rate = readRate(written);
  const blanks = rate === 'universal' ? 0 : readBlanks(written, rows, masked);
  const earliest = readDate(written, 'earliest');
  const latest = readDate(written, 'latest');
  const values = readValueExpectations(written, kind, column.labels);
  if (kind === 'date' && rate === 'universal') {
    faults.push(dummyFaults.diagnose('rate-universal-date', { column: column.name }, place));
  }
  const sound = rate !== null && blanks !== null && earliest !== null && latest !== null;
  return sound && values !== null && faults.length === before
    ? { rate, blanks, earliest, latest, values }
    : null;
}

function readRate({ all, origin, faults }: Written): Rate | null {
  const rate = 'rate' in all ? all['rate'] : 'exponential_increase';
  if (rate === 'exponential_increase' || rate === 'uniform' || rate === 'universal') return rate;
  const { subject, place } = origin('rate');
  faults.push(dummyFaults.diagnose('rate-unknown', { subject, rate: shown(rate) }, place));
  return null;
}

function readBlanks(
  { column, all, origin, faults }: Written,
  rows: number,
  masked: boolean,
): number | null {
  const value = all['incidence'];
  if (!isTrue(value)) {
    faults.push(dummyFaults.diagnose('incidence-missing', { column: column.name }, column.place));
    return null;
  }
  if (masked) return 0;
  // A number in quotes is a slip whose meaning is plain (decision 0003).
  const incidence = typeof value === 'string' ? Number(value) : numberOf(value);
  const blanks = blankCount(incidence, rows);
  if (incidence > 0 && blanks >= 0) return blanks;
  const { subject, place } = origin('incidence');
  faults.push(
    dummyFaults.diagnose('incidence-invalid', { subject, incidence: shown(value) }, place),
  );
  return null;
}

function readDate(written: Written, side: 'earliest' | 'latest'): ExpectedDate | null {
  const { column, own, all, faults } = written;
  const date = dictOf(all['date']);
  if ('date' in all && date === null) {
    // Told for one side only.
    if (side === 'earliest') tellNotADict(written, 'date', 'date');
    return null;
  }
  const value = date?.[side];
  if (value === undefined) {
    faults.push(
      dummyFaults.diagnose('expectation-date-missing', { column: column.name, side }, column.place),
    );
    return null;
  }
  return { value, own: side in (dictOf(own['date']) ?? {}) };
}
