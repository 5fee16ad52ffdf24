/** `categorised_as` and `satisfying` (cohort-extractor §1.8, 44 and 45). */
import { type CallColumn, type Lowered, NOTHING, refuseValue } from './lowered.ts';
import { readArguments } from './read-arguments.ts';
import { readCategories, readExpression } from './read-categories.ts';
import type { Scope } from './scope.ts';

export function lowerCategory(scope: Scope, { name, call, rule, place }: CallColumn): Lowered {
  readArguments(scope, name, call, rule);
  if (call.function === 'satisfying') {
    const { expression } = call.arguments;
    if (expression === undefined) return { type: 'bool', definition: null };
    if (typeof expression !== 'string') {
      refuseValue(scope, name, call, 'expression', 'an expression in quotes');
      return { type: 'bool', definition: null };
    }
    const when = readExpression(scope, name, expression, place);
    return {
      type: 'bool',
      definition:
        when === null
          ? null
          : { kind: 'category', categories: [{ value: true, when }], otherwise: false },
    };
  }
  const mapping = call.arguments['category_definitions'];
  if (mapping === undefined) return NOTHING;
  const read = readCategories(scope, name, mapping, place);
  if (read === null) return NOTHING;
  const { type, categories, otherwise, labels } = read;
  return {
    type,
    definition: { kind: 'category', categories, otherwise },
    dateFormat: 'YYYY-MM-DD',
    ...(type === 'str' || type === 'date' ? { labels } : {}),
  };
}
