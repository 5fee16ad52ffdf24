/** What the lowering of one call of the study language works with, and what it gives. */
import { constant } from '../../model/build.ts';
import type { Constant, PatientValue } from '../../model/model.ts';
import type { ColumnType, DateFormat } from '../../table.ts';
import type { ArgumentValue } from '../study.ts';
import type { Bounds, DateScope } from './dates.ts';
import type { Operand } from './expressions.ts';
import { type Refuse, recordFaults } from './faults.ts';

/** A call with its dates lowered. */
export interface Call extends DateScope {
  /** Name of the column that it makes. */
  readonly name: string;
  readonly function: string;
  /** Type of the column. */
  readonly type: ColumnType;
  readonly given: Readonly<Record<string, ArgumentValue>>;
  /** Inclusive. */
  readonly period: Bounds;
  /** The date in an argument, for example `reference_date`. */
  readonly date: (argument: string) => PatientValue;
  /** The call that made a column above, where one did. */
  readonly callOf: (column: string) => Call | null;
  readonly refuse: Refuse;
}

/** What a call gives. */
export interface Answer {
  /** Null for patients of whom there is nothing to say. */
  readonly value: PatientValue;
  /** The date that belongs to the value, where `date_of` may ask for it. */
  readonly date?: PatientValue;
  /** What stands for nothing, where it is not what is usual for the type. */
  readonly empty?: Constant;
  /** The value as expressions see it, where that is not the one that is written. Never null. */
  readonly seen?: Operand;
}

export type Lower = (call: Call) => Answer;

/** A column as those below it may use it. */
export interface LoweredColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Of dates. */
  readonly dateFormat: DateFormat | null;
  /** Never null, but for dates. */
  readonly value: PatientValue;
  /** What stands for nothing; null for dates. */
  readonly empty: Constant;
  readonly date: PatientValue | null;
  readonly seen: Operand | null;
  /** Whether no text ends with blanks, which comparisons pass over. */
  readonly tidy: boolean;
}

/** The answer to a `returning` that the records do not have, which is noted. */
export function noSuchValue(call: Call): Answer {
  const { name, function: of, given, type } = call;
  const values = { column: name, function: of, value: String(given['returning']) };
  call.refuse((place) => recordFaults.diagnose('value-not-in-records', values, place));
  return { value: constant(type, null) };
}

/** Texts of an argument; null where it restricts nothing. */
export function textsIn(value: ArgumentValue | undefined): readonly string[] | null {
  return Array.isArray(value) ? value.map(String) : null;
}
