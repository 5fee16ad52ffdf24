/**
 * The columns of a definition as one flat list: helper columns just before their owner, literal dates of aggregates as
 * columns of their own, and the second columns that `include_date_of_match` and its like ask for (cohort-extractor §1.2,
 * §1.5, §1.6).
 */

import type { Diagnostic, Place } from '@vitrine/pipeline';
import { didYouMean } from '@vitrine/pipeline';
import type { RecordedCall, RecordedDefinition, RecordedValue } from '../record/document.ts';
import type { DateFormat } from '../table.ts';
import { extraDateSuffix, readDateFormat } from './date-output.ts';
import { studyFaults } from './faults.ts';
import type { FunctionRule } from './functions/function-rule.ts';
import { functionRules, removedFunctions } from './functions/index.ts';
import { looksLikeDate } from './read-categories.ts';
import { callOf, describe, itemsOf } from './recorded-value.ts';

export type FlatColumn = {
  readonly name: string;
  readonly hidden: boolean;
  readonly place: Place;
} & (
  | {
      readonly kind: 'call';
      readonly call: RecordedCall;
      readonly rule: FunctionRule;
      /** Of maximum_of and minimum_of: the names given, those of helper columns and of literal dates among them. */
      readonly inputs: readonly RecordedValue[];
    }
  /** The date that belongs to the column before it, whose call asked for it. */
  | {
      readonly kind: 'implied-date';
      readonly source: string;
      readonly call: RecordedCall;
      readonly dateFormat: DateFormat | null;
    }
  /** A date written where `owner` takes columns. */
  | { readonly kind: 'literal-date'; readonly value: string; readonly owner: string }
  /** Cannot be lowered, which was reported; others may still refer to it. */
  | { readonly kind: 'unusable' }
);

const POPULATION = 'population';
const PATIENT_ID = 'patient_id';
const NAME = /^[\p{L}\p{N}_]+$/u;

/** Flattens the columns of a definition. Faults are added to `faults`. */
export function flattenColumns(
  definition: RecordedDefinition,
  faults: Diagnostic[],
): readonly FlatColumn[] {
  const flat = new Map<string, FlatColumn>();

  const add = (column: FlatColumn): void => {
    const { name, place } = column;
    const first = flat.get(name);
    if (name === PATIENT_ID) {
      faults.push(studyFaults.diagnose('reserved-column', { column: name }, place));
    } else if (first !== undefined) {
      const firstLine = first.place.line ?? 0;
      faults.push(studyFaults.diagnose('duplicate-column', { column: name, firstLine }, place));
    } else {
      if (!NAME.test(name)) {
        faults.push(studyFaults.diagnose('unsafe-column-name', { column: name }, place));
      }
      flat.set(name, column);
    }
  };

  const visit = (name: string, value: RecordedValue, hidden: boolean, owner: Place): void => {
    const call = callOf(value);
    if (call === null) {
      const found = describe(value);
      faults.push(studyFaults.diagnose('not-a-column', { column: name, found }, owner));
      add({ kind: 'unusable', name, hidden, place: owner });
      return;
    }
    const { place } = call;
    const rule = functionRules.get(call.function);
    if (rule === undefined) {
      faults.push(noSuchFunction(name, call));
      add({ kind: 'unusable', name, hidden, place });
      return;
    }
    for (const [helper, definition] of rule.takesColumns ? helpers(name, call, faults) : []) {
      visit(helper, definition, true, place);
    }
    const inputs =
      rule.makes === 'aggregate'
        ? [
            ...(itemsOf(call.arguments['column_names'] ?? []) ?? []),
            ...helpers(name, call, []).map(([helper]) => helper),
          ]
        : [];
    add({ kind: 'call', name, hidden, place, call, rule, inputs });
  };

  for (const [name, value] of definition.columns) visit(name, value, false, definition.place);
  visit(POPULATION, definition.population, false, definition.place);
  return withImpliedColumns([...flat.values()]);
}

/** Helper columns of a call. Aggregates take no expectations, which would otherwise look like one. */
function helpers(
  column: string,
  call: RecordedCall,
  faults: Diagnostic[],
): readonly (readonly [string, RecordedValue])[] {
  return call.columns.filter(([name]) => {
    if (name !== 'return_expectations') return true;
    faults.push(
      studyFaults.diagnose(
        'bad-aggregate',
        {
          column,
          problem: `patients.${call.function} takes no return_expectations`,
          remedy: 'Leave it out: dummy values follow from the columns that it is made of.',
        },
        call.place,
      ),
    );
    return false;
  });
}

function noSuchFunction(column: string, call: RecordedCall): Diagnostic {
  const remedy = removedFunctions.get(call.function);
  if (remedy !== undefined) {
    return studyFaults.diagnose(
      'removed-function',
      { column, function: call.function, remedy },
      call.place,
    );
  }
  const near = didYouMean(call.function, functionRules.keys()) ?? null;
  return studyFaults.diagnose(
    'unknown-function',
    { column, function: call.function, near },
    call.place,
    near ?? undefined,
  );
}

function withImpliedColumns(columns: readonly FlatColumn[]): readonly FlatColumn[] {
  const names = new Set(columns.map(({ name }) => name));
  let literals = 0;
  const nextLiteralName = (): string => {
    do literals += 1;
    while (names.has(`fixed_value_${literals}`));
    return `fixed_value_${literals}`;
  };

  return columns.flatMap((column): readonly FlatColumn[] => {
    if (column.kind !== 'call') return [column];
    const { name, hidden, place, call, rule } = column;
    const literalDates: FlatColumn[] = [];
    const inputs = column.inputs.map((input) => {
      if (typeof input !== 'string' || !looksLikeDate(input)) return input;
      const literal = nextLiteralName();
      const date = { kind: 'literal-date', value: input, owner: name } as const;
      literalDates.push({ ...date, name: literal, hidden: true, place });
      return literal;
    });
    const itself = [...literalDates, { ...column, inputs }];

    const suffix = extraDateSuffix(call, rule);
    const dateName = `${name}${suffix ?? ''}`;
    // A column that the study itself defines under this name stands.
    if (suffix === null || names.has(dateName)) return itself;
    const dateFormat = readDateFormat(call, rule).format;
    const date = { kind: 'implied-date', name: dateName, source: name, dateFormat } as const;
    return [...itself, { ...date, hidden, place, call }];
  });
}
