/** Who may be in the population at some date. */
import type { PatientValue } from '../model/model.ts';
import { conjuncts, isLeaf, type Leaf } from './graph.ts';
import { isFlag, isSteady, placeOf } from './patient-sql.ts';
import type { Place, Plan } from './plan.ts';
import { PATIENT, type RowsScope } from './rows-sql.ts';

/**
 * A query of the patients for whom each condition that a step of the population asks, beyond the constant steps, holds at some
 * date: all who are in the population at any date, and perhaps others, for whom conditions hold at different dates or that
 * cannot be judged from what scans made (an age). Null where none can.
 *
 * @param candidates Name of the plan's table of those who fulfil the constant steps.
 */
export function membersQuery(plan: Plan, scope: RowsScope, candidates: string): string | null {
  const { dialect } = scope;
  const patient = dialect.identifier(PATIENT);
  const asked = plan.model.population
    .slice(plan.constantSteps)
    .flatMap(({ condition }) => conjuncts(condition));
  const steady = asked.filter((condition) => isSteady(plan, condition));
  const together = steady.map((_, index) => dialect.valueCondition(`p.p${index}`)).join(' AND ');
  const queries = [
    ...(steady.length === 0
      ? []
      : [`SELECT p.${patient} FROM ${scope.stretchedValues(steady)} p WHERE ${together}`]),
    ...asked.filter(isFlagLeaf).flatMap((leaf) => {
      const place = placeOf(plan, leaf);
      const condition = onceTrue(place, plan.dates.length, scope);
      if (condition === null) return [];
      return [`SELECT m.${patient} FROM ${dialect.ownTable(place.table)} m WHERE ${condition}`];
    }),
  ];
  if (queries.length === 0) return null;
  const where = queries.map((query) => `t.${patient} IN (${query})`).join('\nAND ');
  return `SELECT t.${patient} FROM ${dialect.ownTable(candidates)} t WHERE ${where}`;
}

function isFlagLeaf(condition: PatientValue): condition is Leaf {
  return isLeaf(condition) && isFlag(condition);
}

/** Condition on a row `m` of the flag's table: whether it makes the flag true at some date. Null for steady and dated flags. */
function onceTrue({ kind, column }: Place, dates: number, { dialect }: RowsScope): string | null {
  switch (kind) {
    case 'since':
      return `m.${column} <= ${dates - 1}`;
    case 'until':
      return `m.${column} >= 0`;
    case 'moment':
      return dialect.valueCondition(`m.${column}`);
    case 'constant':
    case 'stretch':
    case 'dated':
      return null;
  }
}
