/** Categories with their expressions, as `categorised_as` and `care_home_status_as_of` take them (cohort-extractor §1.7). */

import type { Place } from '@vitrine/pipeline';
import { didYouMean } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { RecordedValue } from '../record/document.ts';
import type { ColumnType } from '../table.ts';
import type { Expression } from './expression.ts';
import { studyFaults } from './faults.ts';
import { namesIn, parseExpression } from './parse-expression.ts';
import { asText, describe, kindOf, numberOf, pairsOf } from './recorded-value.ts';
import { lookUp, type Scope } from './scope.ts';

type CategoryValue = string | number | boolean;

export interface Categories {
  readonly type: ColumnType;
  readonly categories: readonly { readonly value: CategoryValue; readonly when: Expression }[];
  readonly otherwise: CategoryValue;
  /** Every category as text, in the order of the study. */
  readonly labels: readonly string[];
}

/** The value that stands for "none of the others". */
const DEFAULT = 'DEFAULT';

/** Text that begins like an ISO date was meant as one. */
export const looksLikeDate = (text: string): boolean => /^\d{4}-\d\d-\d\d/.test(text);

/**
 * Reads a mapping of categories to expressions. `allowed` are the names that the expressions may use; without it they are
 * the columns above. Reports every fault and gives null when there was one.
 */
export function readCategories(
  scope: Scope,
  column: string,
  mapping: RecordedValue,
  place: Place,
  allowed: readonly string[] | null = null,
): Categories | null {
  const refuse = (problem: string, remedy: string): null => {
    scope.faults.push(studyFaults.diagnose('bad-categories', { column, problem, remedy }, place));
    return null;
  };
  const pairs = pairsOf(mapping);
  if (pairs === null || pairs.length === 0) {
    return refuse(
      pairs === null
        ? `the categories are ${describe(mapping)}, not a dictionary`
        : 'there are no categories',
      'Write a dictionary such as {"child": "age < 18", "adult": "DEFAULT"}.',
    );
  }

  const faultsBefore = scope.faults.length;
  const type = typeOfKeys(
    pairs.map(([key]) => key),
    refuse,
  );
  const defaults = pairs.filter(([, expression]) => expression === DEFAULT);
  if (defaults.length !== 1) {
    refuse(
      defaults.length === 0
        ? 'no category has the expression "DEFAULT"'
        : `${defaults.length} categories have the expression "DEFAULT"`,
      'Give exactly one category "DEFAULT"; it is for everybody whom no other category takes.',
    );
  }

  const categories: { value: CategoryValue; when: Expression }[] = [];
  for (const [key, text] of pairs) {
    if (text === DEFAULT) continue;
    const name = asText(key) ?? describe(key);
    if (typeof text !== 'string') {
      refuse(
        `the expression of category ${name} is ${describe(text)}, not text`,
        'Write the expression in quotes.',
      );
      continue;
    }
    const when = readExpression(scope, column, text, place, allowed);
    if (when !== null && type !== null) categories.push({ value: categoryValue(key, type), when });
  }

  const otherwise = defaults[0];
  if (type === null || otherwise === undefined || scope.faults.length > faultsBefore) return null;
  return {
    type,
    categories,
    otherwise: categoryValue(otherwise[0], type),
    labels: pairs.map(([key]) => asText(key) ?? ''),
  };
}

/** Reads one expression and looks its names up. Reports every fault and gives null when there was one. */
export function readExpression(
  scope: Scope,
  column: string,
  text: string,
  place: Place,
  allowed: readonly string[] | null = null,
): Expression | null {
  const parsed = parseExpression(text);
  if ('trouble' in parsed) {
    scope.faults.push(
      studyFaults.diagnose(
        'bad-expression',
        { column, expression: text, ...parsed.trouble },
        place,
      ),
    );
    return null;
  }
  const faultsBefore = scope.faults.length;
  for (const name of namesIn(parsed.expression)) {
    if (allowed === null) {
      lookUp(scope, column, name, 'an expression', place);
    } else if (!allowed.includes(name)) {
      const near = didYouMean(name, allowed) ?? null;
      scope.faults.push(
        studyFaults.diagnose(
          'bad-categories',
          {
            column,
            problem: `an expression uses "${name}", which is not available here`,
            remedy:
              near === null ? `Only ${allowed.join(', ')} can be used.` : `Did you mean "${near}"?`,
          },
          place,
        ),
      );
    }
  }
  return scope.faults.length === faultsBefore ? parsed.expression : null;
}

/** The type of a column with these categories (cohort-extractor §1.3). */
function typeOfKeys(
  keys: readonly RecordedValue[],
  refuse: (problem: string, remedy: string) => null,
): ColumnType | null {
  const kinds = new Set<string>();
  for (const key of keys) {
    const kind = kindOf(key);
    if (typeof key === 'string' && looksLikeDate(key)) {
      if (dayOf(key) === null) {
        return refuse(`the category "${key}" is not a date that exists`, 'Write it as YYYY-MM-DD.');
      }
      kinds.add('date');
    } else {
      kinds.add(kind);
    }
  }
  const [kind, another] = kinds;
  if (another !== undefined) {
    return refuse(
      `categories of different types: ${[...kinds].join(' and ')}`,
      'Make all of them text, all whole numbers, all decimal numbers or all dates.',
    );
  }
  switch (kind) {
    case 'str':
    case 'date':
    case 'float':
      return kind;
    case 'int': {
      const numbers = new Set(keys.map(numberOf));
      return numbers.size === 2 && numbers.has(0) && numbers.has(1) ? 'bool' : 'int';
    }
    case 'bool':
      return refuse('categories that are True or False', 'Write 1 and 0 instead.');
    default:
      return refuse(
        `a category that is ${describe(keys[0])}`,
        'Categories are text, whole numbers, decimal numbers or dates.',
      );
  }
}

function categoryValue(key: RecordedValue, type: ColumnType): CategoryValue {
  const number = numberOf(key);
  if (number === null) return String(key);
  return type === 'bool' ? number === 1 : number;
}
