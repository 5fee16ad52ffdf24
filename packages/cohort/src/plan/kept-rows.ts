/**
 * Rows that dated scans read again and again but that do not depend on the date themselves: they are kept as tables, so
 * that a date reads the few rows of its codes instead of all events.
 */
import type { Rows } from '../model/model.ts';
import { nodesBelow } from '../model/operands.ts';
import type { Plan } from './plan.ts';

export interface KeptRows {
  /** Name of the table that holds the rows. */
  tableOf(rows: Rows): string | null;
  /** What is to be kept. */
  rows(): readonly { readonly table: string; readonly rows: Rows }[];
}

export function keptRows({ datedScans, graph }: Plan): KeptRows {
  const kept = new Map<number, { table: string; rows: Rows }>();
  const visit = (node: object): void => {
    if (isRows(node) && isLasting(node)) {
      if (node.kind !== 'table' && node.kind !== 'file' && !kept.has(graph.id(node))) {
        kept.set(graph.id(node), { table: `kept_${kept.size + 1}`, rows: node });
      }
      return;
    }
    for (const part of nodesBelow(node)) visit(part);
  };
  const isLasting = (rows: Rows): boolean =>
    !graph.dependsOnIndexDate(rows) && graph.patientValuesIn(rows).length === 0;
  for (const { source } of datedScans) visit(source);
  return {
    tableOf: (rows) => kept.get(graph.id(rows))?.table ?? null,
    rows: () => [...kept.values()],
  };
}

const kinds: Readonly<Record<Rows['kind'], true>> = {
  table: true,
  file: true,
  filter: true,
  join: true,
  select: true,
  union: true,
  distinct: true,
  group: true,
  previous: true,
};

function isRows(node: object): node is Rows {
  return 'kind' in node && Object.hasOwn(kinds, node.kind as string);
}
