/** What the lowering of one column finds, whatever its kind. */
import type { RecordedCall } from '../record/document.ts';
import type { ColumnType, DateFormat } from '../table.ts';
import { studyFaults } from './faults.ts';
import type { FlatColumn } from './flatten-columns.ts';
import type { ReadCall } from './functions/function-rule.ts';
import { describe } from './recorded-value.ts';
import type { Scope } from './scope.ts';
import type { ColumnDefinition } from './study.ts';

/** What lowering a column found. What its faults hid is null. */
export interface Lowered {
  readonly type: ColumnType | null;
  readonly definition: ColumnDefinition | null;
  /** As written by the study; null for dates means the year. */
  readonly dateFormat?: DateFormat | null;
  readonly labels?: readonly string[];
  readonly call?: ReadCall | null;
}

export type CallColumn = Extract<FlatColumn, { kind: 'call' }>;

/** Nothing is known of a column whose faults leave even its type open. */
export const NOTHING: Lowered = { type: null, definition: null };

/** Reports an argument with a value of the wrong kind. */
export function refuseValue(
  scope: Scope,
  column: string,
  call: RecordedCall,
  argument: string,
  expected: string,
): void {
  const found = describe(call.arguments[argument]);
  const values = { column, function: call.function, argument, expected, found };
  scope.faults.push(studyFaults.diagnose('wrong-argument', values, call.place));
}
