/** `fixed_value`, and dates written where columns are expected (cohort-extractor §1.8, 49). */
import { dayOf } from '../calendar.ts';
import { studyFaults } from './faults.ts';
import type { FlatColumn } from './flatten-columns.ts';
import { type CallColumn, type Lowered, NOTHING, refuseValue } from './lowered.ts';
import { readArguments } from './read-arguments.ts';
import { looksLikeDate } from './read-categories.ts';
import { kindOf, numberOf } from './recorded-value.ts';
import type { Scope } from './scope.ts';

export function lowerFixed(scope: Scope, column: CallColumn): Lowered {
  const { name, call, rule } = column;
  readArguments(scope, name, call, rule);
  const { value } = call.arguments;
  if (value === undefined) return NOTHING;
  const kind = kindOf(value);
  if (typeof value === 'string') {
    return looksLikeDate(value)
      ? lowerDate(scope, column, value)
      : { type: 'str', definition: { kind: 'fixed', value } };
  }
  if (typeof value === 'boolean') return { type: 'bool', definition: { kind: 'fixed', value } };
  const number = numberOf(value);
  if (number !== null && Number.isFinite(number)) {
    return {
      type: kind === 'int' ? 'int' : 'float',
      definition: { kind: 'fixed', value: number },
    };
  }
  refuseValue(scope, name, call, 'value', 'text, a number or True or False');
  return NOTHING;
}

export function lowerDate(scope: Scope, column: FlatColumn, value: string): Lowered {
  if (dayOf(value) === null) {
    const problem = 'does not exist or is not in the form YYYY-MM-DD';
    const [name, argument] =
      column.kind === 'literal-date' ? [column.owner, 'column_names'] : [column.name, 'value'];
    const values = { column: name, argument, text: value, problem };
    const remedy = 'Write a date that exists, such as "2020-02-01".';
    scope.faults.push(studyFaults.diagnose('bad-date', { ...values, remedy }, column.place));
    return { type: 'date', definition: null };
  }
  return { type: 'date', dateFormat: 'YYYY-MM-DD', definition: { kind: 'fixed', value } };
}
