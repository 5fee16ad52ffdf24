/**
 * Constructors of the query model's nodes, which work out types and freeze what they make.
 *
 * They throw a TypeError where types do not fit: that is a fault of the code that builds, not of a study. What only a
 * schema can tell is left to `checkModel`.
 */
import type {
  AggregateFunction,
  CaseValue,
  CategoryValue,
  Constant,
  ConstantValue,
  IndexDate,
  InSetValue,
  MatchMode,
  Operation,
  OperationValue,
  PatientValue,
  RowOrder,
  Rows,
  RowValue,
  TextSet,
  ValueType,
} from './model.ts';
import { aggregateType, commonType, signatures, typeOf } from './signatures.ts';

type Kind<Node extends { kind: string }, Name extends Node['kind']> = Extract<Node, { kind: Name }>;

export const indexDate: IndexDate = Object.freeze({ kind: 'index-date' });
export const patientId: Kind<PatientValue, 'patient-id'> = Object.freeze({ kind: 'patient-id' });

export function constant(type: ValueType, value: Constant): ConstantValue {
  return Object.freeze({ kind: 'constant', type, value });
}

/** An operation, with the type that its operands give it. */
export function operation<const Operands extends readonly (RowValue | PatientValue)[]>(
  name: Operation,
  ...operands: Operands
): OperationValue<Operands[number]> {
  const types = operands.map(typeOf);
  const type = signatures[name].result(types);
  if (type === null) {
    throw new TypeError(
      `"${name}" takes ${signatures[name].words}, and was given ${types.join(', ') || 'nothing'}.`,
    );
  }
  return Object.freeze({
    kind: 'operation',
    operation: name,
    type,
    operands: Object.freeze([...operands]),
  });
}

/** The value of the first pair whose condition is true. */
export function caseOf<V extends RowValue | PatientValue>(
  branches: readonly (readonly [when: V, then: V])[],
  otherwise: V,
): CaseValue<V> {
  const types = [...branches.map(([, then]) => then), otherwise].map(typeOf);
  const type = commonType(types);
  if (type === null) throw new TypeError(`A case cannot give ${types.join(', ')} at once.`);
  return Object.freeze({
    kind: 'case',
    type,
    branches: Object.freeze(branches.map(([when, then]) => Object.freeze({ when, then }))),
    otherwise,
  });
}

/** A set of texts; what occurs twice is taken once, with its first category. */
export function textSet(
  elements: readonly string[],
  { categories = null, expandVirtualProducts = false }: Partial<Omit<TextSet, 'elements'>> = {},
): TextSet {
  const first = new Map<string, string>();
  elements.forEach((element, index) => {
    if (!first.has(element)) first.set(element, categories?.[index] ?? '');
  });
  return Object.freeze({
    elements: Object.freeze([...first.keys()]),
    categories: categories === null ? null : Object.freeze([...first.values()]),
    expandVirtualProducts,
  });
}

export function inSet<V extends RowValue | PatientValue>(
  operand: V,
  set: TextSet,
  match: MatchMode,
): InSetValue<V> {
  return Object.freeze({ kind: 'in-set', operand, set, match });
}

export function categoryOf<V extends RowValue | PatientValue>(
  operand: V,
  set: TextSet,
  match: CategoryValue<V>['match'],
): CategoryValue<V> {
  return Object.freeze({ kind: 'category-of', operand, set, match });
}

export function column(name: string, type: ValueType): Kind<RowValue, 'column'> {
  return Object.freeze({ kind: 'column', name, type });
}

export function ofPatient(value: PatientValue): Kind<RowValue, 'of-patient'> {
  return Object.freeze({ kind: 'of-patient', value });
}

function typeOfAggregate(name: AggregateFunction, of: RowValue | null): ValueType {
  const type = aggregateType(name, of === null ? null : typeOf(of));
  if (type === null) {
    throw new TypeError(`There is no "${name}" of ${of === null ? 'rows' : typeOf(of)}.`);
  }
  return type;
}

/** `of` is left out for `exists` and `count`. */
export function aggregate(
  name: AggregateFunction,
  rows: Rows,
  of: RowValue | null = null,
): Kind<PatientValue, 'aggregate'> {
  const type = typeOfAggregate(name, of);
  return Object.freeze({ kind: 'aggregate', function: name, type, rows, of });
}

export function ascending(by: RowValue): RowOrder {
  return Object.freeze({ by, direction: 'ascending' });
}

export function descending(by: RowValue): RowOrder {
  return Object.freeze({ by, direction: 'descending' });
}

export function first(
  rows: Rows,
  order: readonly RowOrder[],
  take: RowValue,
): Kind<PatientValue, 'first'> {
  return Object.freeze({
    kind: 'first',
    type: typeOf(take),
    rows,
    order: Object.freeze([...order]),
    take,
  });
}

export function table(name: string): Kind<Rows, 'table'> {
  return Object.freeze({ kind: 'table', table: name });
}

/** Identifiers of a file of the study, and perhaps a column of it as `value`. */
export function file(
  path: string,
  value: { readonly column: string; readonly type: ValueType } | null = null,
): Kind<Rows, 'file'> {
  return Object.freeze({
    kind: 'file',
    path,
    column: value?.column ?? null,
    type: value?.type ?? null,
  });
}

export function filter(rows: Rows, condition: RowValue): Kind<Rows, 'filter'> {
  return Object.freeze({ kind: 'filter', rows, condition });
}

/** `on` gives the right column for each left one. */
export function join(
  left: Rows,
  right: Rows,
  on: Readonly<Record<string, string>>,
  { outer = false }: { readonly outer?: boolean } = {},
): Kind<Rows, 'join'> {
  const pairs = Object.entries(on).map(([a, b]) => Object.freeze({ left: a, right: b }));
  return Object.freeze({ kind: 'join', left, right, on: Object.freeze(pairs), outer });
}

export function select(
  rows: Rows,
  columns: Readonly<Record<string, RowValue>>,
): Kind<Rows, 'select'> {
  const named = Object.entries(columns).map(([name, value]) => Object.freeze({ name, value }));
  return Object.freeze({ kind: 'select', rows, columns: Object.freeze(named) });
}

export function union(...inputs: readonly Rows[]): Kind<Rows, 'union'> {
  return Object.freeze({ kind: 'union', inputs: Object.freeze([...inputs]) });
}

export function distinct(rows: Rows): Kind<Rows, 'distinct'> {
  return Object.freeze({ kind: 'distinct', rows });
}

/** Aggregates by name: the function, and what it is of. */
export function group(
  rows: Rows,
  by: readonly string[],
  aggregates: Readonly<Record<string, readonly [name: AggregateFunction, of?: RowValue]>>,
): Kind<Rows, 'group'> {
  const named = Object.entries(aggregates).map(([name, [how, of = null]]) =>
    Object.freeze({ name, function: how, type: typeOfAggregate(how, of), of }),
  );
  return Object.freeze({
    kind: 'group',
    rows,
    by: Object.freeze([...by]),
    aggregates: Object.freeze(named),
  });
}

/** The rows with `name`: `of` on the patient's row before. */
export function previous(
  rows: Rows,
  order: readonly RowOrder[],
  name: string,
  of: RowValue,
): Kind<Rows, 'previous'> {
  return Object.freeze({
    kind: 'previous',
    rows,
    order: Object.freeze([...order]),
    name,
    type: typeOf(of),
    of,
  });
}
