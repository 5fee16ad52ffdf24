/** What is known of a study while its columns are lowered one after another. */

import type { Diagnostic, Place } from '@vitrine/pipeline';
import { didYouMean } from '@vitrine/pipeline';
import type { ColumnType, DateFormat } from '../table.ts';
import { studyFaults } from './faults.ts';
import type { FlatColumn } from './flatten-columns.ts';
import type { FunctionRule, ReadCall } from './functions/function-rule.ts';
import type { CodelistRead } from './read-codelists.ts';

/** A column that was lowered already, as those below it may use it. Null is what its own faults left unknown. */
export interface KnownColumn {
  readonly kind: FlatColumn['kind'];
  readonly type: ColumnType | null;
  /** For dates. */
  readonly dateFormat: DateFormat | null;
  readonly function: string;
  readonly rule: FunctionRule | null;
  readonly call: ReadCall | null;
  /** Whether nothing is wrong with it, so that all of the above is what the study says. */
  readonly sound: boolean;
}

export interface Scope {
  /** Every column of the study, also those further down. */
  readonly names: ReadonlySet<string>;
  readonly known: Map<string, KnownColumn>;
  readonly codelists: readonly CodelistRead[];
  /** Day number, or null when the study has none. */
  readonly indexDate: number | null;
  readonly faults: Diagnostic[];
}

/** The column of this name when it is above `column`. Otherwise reports why it cannot be used there and gives null. */
export function lookUp(
  scope: Scope,
  column: string,
  name: string,
  where: string,
  place: Place,
): KnownColumn | null {
  const known = scope.known.get(name);
  if (known !== undefined) return known;
  if (scope.names.has(name)) {
    scope.faults.push(studyFaults.diagnose('later-column', { column, name, where }, place));
    return null;
  }
  const near = didYouMean(name, scope.known.keys()) ?? null;
  scope.faults.push(
    studyFaults.diagnose('unknown-column', { column, name, where, near }, place, near ?? undefined),
  );
  return null;
}
