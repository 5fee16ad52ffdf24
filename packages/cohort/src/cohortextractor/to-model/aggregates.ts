/** `maximum_of` and `minimum_of` (cohort-extractor §1.8, 46 and 47; §7.6). */
import { caseOf, constant, operation } from '../../model/build.ts';
import type { PatientValue } from '../../model/model.ts';
import type { ColumnType } from '../../table.ts';
import type { Answer, LoweredColumn } from './lowering.ts';
import { any } from './nodes.ts';

/**
 * The largest or smallest input that is not empty. What is empty is its input's own matter: 0 for numbers, so that a recorded 0
 * is passed over (§7.6), but −1 for ranks of deprivation. Nothing but empty inputs gives what is empty to all of them, or else
 * to the type.
 */
export function aggregateColumns(
  name: 'maximum' | 'minimum',
  type: ColumnType,
  inputs: readonly LoweredColumn[],
): Answer {
  // A flag that is not empty is true, whichever of them is asked for.
  if (type === 'bool') return { value: any(...inputs.map(({ value }) => value)) };
  const value = operation(name === 'maximum' ? 'greatest' : 'least', ...inputs.map(present));
  const [first, ...others] = inputs;
  const alike = others.every(({ empty }) => empty === first?.empty);
  return { value, ...(alike && first !== undefined ? { empty: first.empty } : {}) };
}

function present({ type, value, empty }: LoweredColumn): PatientValue {
  if (type === 'date') return value;
  const nothing = constant(type, empty);
  return caseOf<PatientValue>(
    [[operation('not-equal', value, nothing), value]],
    constant(type, null),
  );
}
