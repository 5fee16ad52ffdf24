/** Values as SQL expressions. */

import type { Dialect } from '../dialect/dialect.ts';
import type {
  InSetValue,
  Operation,
  OperationValue,
  PatientValue,
  RowValue,
  TextSet,
} from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';
import { lowerCase } from '../oracle/texts.ts';
import { constantAt } from './window.ts';

/** Sets of at most that many elements are written into the statement; larger ones become tables. */
const INLINE_ELEMENTS = 20;

export type Value = PatientValue | RowValue;

/** What an expression may stand on. */
export interface Scope {
  readonly dialect: Dialect;
  readonly sets: SetTables;
  /** SQL of the index date. */
  readonly indexDate: string;
  /** Its day number, where the scope stands for one date; undefined where it does not. */
  readonly day?: number | null | undefined;
  /** SQL of a node that the scope knows itself: columns, leaves, values of patients; null for all others. */
  own(value: Value): string | null;
}

/** Tables of the elements of sets. */
export interface SetTables {
  /** Name of a table with the columns `element` and `category`, each element once. */
  tableOf(set: TextSet, ignoreCase: boolean): string;
}

/** A bool as a condition, as it stands in WHERE. */
export function conditionSql(value: Value, scope: Scope): string {
  return scope.dialect.valueCondition(valueSql(value, scope));
}

export function valueSql(value: Value, scope: Scope): string {
  const own = scope.own(value);
  if (own !== null) return own;
  const { dialect } = scope;
  const sql = (operand: Value): string => valueSql(operand, scope);
  switch (value.kind) {
    case 'constant':
      return dialect.literal(value.value, value.type);
    case 'index-date':
      return scope.indexDate;
    case 'operation': {
      const known = constantAt(value, scope.day);
      if (known !== undefined) return dialect.literal(known, value.type);
      const ofMoment = momentCompared(value, scope);
      if (ofMoment !== null) return valueSql(ofMoment, scope);
      const type = value.operands.some((operand) => typeOf(operand) === 'float')
        ? 'float'
        : value.type;
      return dialect.operation(value.operation, type, value.operands.map(sql));
    }
    case 'case': {
      if (value.branches.length === 0) return sql(value.otherwise);
      const branches = value.branches.map(
        ({ when, then }) => `WHEN ${conditionSql(when, scope)} THEN ${sql(then)}`,
      );
      return `(CASE ${branches.join(' ')} ELSE ${sql(value.otherwise)} END)`;
    }
    case 'in-set':
      return inSetSql(value, sql(value.operand), scope);
    case 'category-of': {
      const ignoreCase = value.match === 'ignore-case';
      const operand = ignoreCase
        ? dialect.operation('lower-case', 'str', [sql(value.operand)])
        : sql(value.operand);
      const table = dialect.ownTable(scope.sets.tableOf(value.set, ignoreCase));
      return `(SELECT c.category FROM ${table} c WHERE c.element = ${operand})`;
    }
    default:
      throw new Error(`A value of kind ${value.kind} has no place in this scope.`);
  }
}

const MILLISECONDS_PER_DAY = 86_400_000;

/** Comparisons of days that are comparisons of moments with a midnight: of the day itself, or of the next. */
const midnights: Partial<Record<Operation, { readonly later: number; readonly as: Operation }>> = {
  less: { later: 0, as: 'less' },
  'less-or-equal': { later: 1, as: 'less' },
  greater: { later: 1, as: 'greater-or-equal' },
  'greater-or-equal': { later: 0, as: 'greater-or-equal' },
};

/** A moment's day compared with a known day, as a comparison of the moment itself, which a database can look up. */
function momentCompared(value: OperationValue<Value>, { day }: Scope): Value | null {
  const midnight = midnights[value.operation];
  const [left, right] = value.operands;
  if (midnight === undefined || left?.kind !== 'operation' || left.operation !== 'day-of') {
    return null;
  }
  const limit = right === undefined ? undefined : constantAt(right, day);
  const [moment] = left.operands;
  if (typeof limit !== 'number' || moment === undefined) return null;
  const milliseconds = (limit + midnight.later) * MILLISECONDS_PER_DAY;
  return {
    kind: 'operation',
    operation: midnight.as,
    type: 'bool',
    operands: [moment as RowValue, { kind: 'constant', type: 'datetime', value: milliseconds }],
  };
}

function inSetSql({ set, match }: InSetValue<Value>, operand: string, scope: Scope): string {
  const { dialect } = scope;
  const unlessNull = (condition: string): string =>
    `(CASE WHEN ${operand} IS NULL THEN NULL WHEN ${condition} THEN ${dialect.literal(true, 'bool')} ELSE ${dialect.literal(false, 'bool')} END)`;
  if (set.elements.length === 0) return unlessNull('1 = 0');
  if (match !== 'exact' && match !== 'ignore-case') {
    return dialect.conditionValue(dialect.matches(operand, set.elements, match));
  }
  const ignoreCase = match === 'ignore-case';
  const text = ignoreCase ? dialect.operation('lower-case', 'str', [operand]) : operand;
  if (isInline(set)) {
    const elements = [...new Set(ignoreCase ? set.elements.map(lowerCase) : set.elements)];
    const list = elements.map((element) => dialect.literal(element, 'str')).join(', ');
    return dialect.conditionValue(`(${text} IN (${list}))`);
  }
  const table = dialect.ownTable(scope.sets.tableOf(set, ignoreCase));
  return unlessNull(`${text} IN (SELECT element FROM ${table})`);
}

/** Whether a set is written into the statement where it is only asked for membership. */
export function isInline(set: TextSet): boolean {
  return set.elements.length <= INLINE_ELEMENTS && !set.expandVirtualProducts;
}
