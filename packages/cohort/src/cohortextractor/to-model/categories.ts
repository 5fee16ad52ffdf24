/** `categorised_as`, `satisfying` and the categories of care homes (cohort-extractor §1.7). */

import { dayOf } from '../../calendar.ts';
import { caseOf } from '../../model/build.ts';
import type { ConstantValue, PatientValue } from '../../model/model.ts';
import type { ColumnType } from '../../table.ts';
import type { ArgumentValue, ColumnDefinition } from '../study.ts';
import { lowerCondition, type Names } from './expressions.ts';
import { bool, day, float, int, text } from './nodes.ts';

export type Categories = Pick<
  Extract<ColumnDefinition, { kind: 'category' }>,
  'categories' | 'otherwise'
>;

/** Whether an argument holds categories, as the reading of a call left them. */
export function isCategories(
  value: ArgumentValue | undefined,
): value is ArgumentValue & Categories {
  return (
    typeof value === 'object' && value !== null && 'categories' in value && 'otherwise' in value
  );
}

/** The first category whose expression holds, in their order, else the default. Never null. */
export function chooseCategory(
  { categories, otherwise }: Categories,
  type: ColumnType,
  names: Names,
): PatientValue {
  const branches = categories.map(
    ({ value, when }) => [lowerCondition(when, names), constantOf(type, value)] as const,
  );
  const rest = constantOf(type, otherwise);
  return branches.length === 0 ? rest : caseOf<PatientValue>(branches, rest);
}

/** A value that stands in the study. Dates are ISO text there. */
export function constantOf(type: ColumnType, value: string | number | boolean): ConstantValue {
  switch (type) {
    case 'bool':
      return bool(Boolean(value));
    case 'int':
      return int(Number(value));
    case 'float':
      return float(Number(value));
    case 'str':
      return text(String(value));
    case 'date': {
      const number = dayOf(String(value));
      if (number === null) throw new RangeError(`${value} is not a date`);
      return day(number);
    }
  }
}
