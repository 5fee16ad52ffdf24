import type { PatientValue, RowValue } from './model.ts';

/** A part of a node, and the way to it from the node. */
export type Operand<V> = readonly [path: string, value: V];

/** Nodes right below a node, whatever they are; sets hold texts only. */
export function nodesBelow(node: object): readonly object[] {
  return Object.entries(node).flatMap(([key, value]) =>
    key !== 'set' && typeof value === 'object' && value !== null ? [value as object] : [],
  );
}

/** The values of its own scope that a value is made of, with the way to each. */
export function operandsOf<V extends RowValue | PatientValue>(value: V): readonly Operand<V>[] {
  const node: RowValue | PatientValue = value;
  switch (node.kind) {
    case 'operation':
      return node.operands.map((operand, index) => [`operands[${index}]`, operand as V]);
    case 'case':
      return [
        ...node.branches.flatMap(({ when, then }, index): readonly Operand<V>[] => [
          [`branches[${index}].when`, when as V],
          [`branches[${index}].then`, then as V],
        ]),
        ['otherwise', node.otherwise as V],
      ];
    case 'in-set':
    case 'category-of':
      return [['operand', node.operand as V]];
    case 'constant':
    case 'index-date':
    case 'column':
    case 'of-patient':
    case 'patient-id':
    case 'aggregate':
    case 'first':
      return [];
  }
}
