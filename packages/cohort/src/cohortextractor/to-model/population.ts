/** The population as steps, for its attrition: how many patients each condition leaves. */
import { operation } from '../../model/build.ts';
import type { PatientValue, PopulationStep } from '../../model/model.ts';
import type { Expression } from '../expression.ts';
import { printExpression } from '../print-expression.ts';
import type { ColumnDefinition, StudyColumn } from '../study.ts';
import { lowerCondition, type Names } from './expressions.ts';
import { int } from './nodes.ts';

/**
 * One step for each condition that `satisfying` joins with AND, in the study's words and order. Any other population is one
 * step, but for everybody, who need none.
 */
export function populationSteps(
  column: StudyColumn,
  value: PatientValue,
  names: Names,
): readonly PopulationStep[] {
  const { definition } = column;
  const expression = conditionOf(definition);
  if (expression !== null) {
    return conjuncts(expression).map((conjunct) => ({
      words: printExpression(conjunct),
      condition: lowerCondition(conjunct, names),
    }));
  }
  if (definition.kind === 'records' && definition.function === 'all') return [];
  const condition = column.type === 'bool' ? value : operation('equal', value, int(1));
  return [{ words: wordsFor(definition), condition }];
}

/** The expression of a population that is there where it holds and nowhere else. */
function conditionOf(definition: ColumnDefinition): Expression | null {
  if (definition.kind !== 'category') return null;
  const { categories, otherwise } = definition;
  const [only, another] = categories;
  const isOne = (value: string | number | boolean): boolean => value === true || value === 1;
  return only !== undefined && another === undefined && isOne(only.value) && !isOne(otherwise)
    ? only.when
    : null;
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'and' ? expression.operands.flatMap(conjuncts) : [expression];
}

function wordsFor(definition: ColumnDefinition): string {
  switch (definition.kind) {
    case 'records':
      return `patients.${definition.function}(…)`;
    case 'file':
      return `patients.${definition.returning === null ? 'which_exist_in_file' : 'with_value_from_file'}("${definition.path}")`;
    case 'category':
      return 'patients.categorised_as(…)';
    case 'aggregate':
      return `patients.${definition.function}_of(${definition.inputs.join(', ')})`;
    case 'fixed':
      return `patients.fixed_value(${String(definition.value)})`;
    case 'date-of':
      return `patients.date_of("${definition.source}")`;
  }
}
