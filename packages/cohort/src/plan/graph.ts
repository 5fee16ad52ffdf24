/** Facts about the graph of a model: which nodes say the same, and what a node depends on. */
import type { PatientValue, Rows, RowValue } from '../model/model.ts';
import { nodesBelow } from '../model/operands.ts';

/** A patient value that is worked out from rows: where one row per patient is made of many. */
export type Leaf = PatientValue & { readonly kind: 'aggregate' | 'first' };

export type Node = PatientValue | RowValue | Rows;

export interface Graph {
  /** A number that structurally equal data share. */
  id(node: object): number;
  /** Whether the index date occurs anywhere below. */
  dependsOnIndexDate(node: object): boolean;
  /** Whether it occurs elsewhere than in values of patients that rows are compared with. */
  dependsItselfOnIndexDate(node: object): boolean;
  /** The leaves that a patient value is worked out from, not those within their rows. */
  leavesOf(value: PatientValue): readonly Leaf[];
  /** Values of patients that the rows, or values of rows, below need. */
  patientValuesIn(node: object): readonly PatientValue[];
}

/** Facts are kept for each node, so that a graph with many shared nodes is walked once. */
export function graphOf(): Graph {
  const identities = new Map<string, number>();
  const ids = new WeakMap<object, number>();
  const dependent = new WeakMap<object, boolean>();
  const itselfDependent = new WeakMap<object, boolean>();
  const leaves = new WeakMap<object, readonly Leaf[]>();
  const needed = new WeakMap<object, readonly PatientValue[]>();

  const number = (key: string): number => {
    const known = identities.get(key) ?? identities.size;
    identities.set(key, known);
    return known;
  };
  const id = (node: object): number =>
    remember(ids, node, () => {
      const parts = Object.entries(node).map(([key, value]) => `${key}:${identity(value)}`);
      return number(Array.isArray(node) ? `[${parts.join()}]` : `{${parts.join()}}`);
    });
  const identity = (value: unknown): string =>
    typeof value === 'object' && value !== null ? `#${id(value)}` : JSON.stringify(value);

  const dependsOnIndexDate = (node: object): boolean =>
    remember(
      dependent,
      node,
      () => isKind(node, 'index-date') || nodesBelow(node).some(dependsOnIndexDate),
    );
  const dependsItselfOnIndexDate = (node: object): boolean =>
    remember(
      itselfDependent,
      node,
      () =>
        isKind(node, 'index-date') ||
        (!isOfPatient(node) && nodesBelow(node).some(dependsItselfOnIndexDate)),
    );
  const leavesOf = (value: PatientValue): readonly Leaf[] =>
    remember(leaves, value, () =>
      isLeaf(value)
        ? [value]
        : different(nodesBelow(value).flatMap((child) => leavesOf(child as PatientValue))),
    );
  const patientValuesIn = (node: object): readonly PatientValue[] =>
    remember(needed, node, () =>
      isOfPatient(node) ? [node.value] : different(nodesBelow(node).flatMap(patientValuesIn)),
    );
  const different = <T extends object>(nodes: readonly T[]): readonly T[] => [
    ...new Map(nodes.map((node) => [id(node), node])).values(),
  ];
  return { id, dependsOnIndexDate, dependsItselfOnIndexDate, leavesOf, patientValuesIn };
}

export function isLeaf(node: object): node is Leaf {
  return isKind(node, 'aggregate') || isKind(node, 'first');
}

/** The conditions that all must hold for a condition to hold. */
export function conjuncts<V extends RowValue | PatientValue>(condition: V): readonly V[] {
  const node: RowValue | PatientValue = condition;
  return node.kind === 'operation' && node.operation === 'and'
    ? node.operands.flatMap((operand) => conjuncts(operand as V))
    : [condition];
}

/** Rows without the filters around them, and all that those ask. */
export function unfiltered(rows: Rows): { source: Rows; conditions: readonly RowValue[] } {
  if (rows.kind !== 'filter') return { source: rows, conditions: [] };
  const inner = unfiltered(rows.rows);
  return {
    source: inner.source,
    conditions: [...inner.conditions, ...conjuncts(rows.condition)],
  };
}

function isOfPatient(node: object): node is RowValue & { readonly kind: 'of-patient' } {
  return isKind(node, 'of-patient');
}

function isKind(node: object, kind: string): boolean {
  return 'kind' in node && node.kind === kind;
}

function remember<Value>(known: WeakMap<object, Value>, node: object, work: () => Value): Value {
  const value = known.get(node);
  if (value !== undefined) return value;
  const made = work();
  known.set(node, made);
  return made;
}
