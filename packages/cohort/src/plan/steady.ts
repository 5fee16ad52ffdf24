/** Which values of patients stay as they are between the dates at which stretches begin. */
import type { PatientValue } from '../model/model.ts';
import { operandsOf } from '../model/operands.ts';
import { isLeaf, type Leaf } from './graph.ts';
import type { Place } from './plan.ts';

/**
 * Tells whether a value is constant, or changes only where one of the stretches begins or ends that it is made of. Answers are
 * kept for each value: many are parts of many others.
 */
export function steadiness(
  dates: number,
  kindOf: (leaf: Leaf) => Place['kind'],
): (value: PatientValue) => boolean {
  const known = new WeakMap<PatientValue, boolean>();
  const isSteady = (value: PatientValue): boolean => {
    const found = known.get(value) ?? isSteadyItself(value);
    known.set(value, found);
    return found;
  };
  const isSteadyItself = (value: PatientValue): boolean => {
    if (value.kind === 'index-date') return dates === 1;
    return isLeaf(value)
      ? ['constant', 'stretch'].includes(kindOf(value))
      : operandsOf(value).every(([, operand]) => isSteady(operand));
  };
  return isSteady;
}
