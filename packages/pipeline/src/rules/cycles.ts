import type { ActionDraft } from './draft.ts';
import type { Report } from './report.ts';

type Edges = (node: string) => readonly string[];

/** Reports actions that wait for one another in a circle, each knot of circles once. */
export function checkCycles(
  actions: ReadonlyMap<string, ActionDraft | null>,
  report: Report,
): void {
  const left = actionsLeft(actions);
  if (left.size === 0) return;
  const needsOf: Edges = (name) =>
    (actions.get(name)?.needs ?? []).map((need) => need.name).filter((need) => left.has(need));
  for (const cycle of findCycles([...left], needsOf)) {
    const [first = '', second = ''] = cycle;
    const need = actions.get(first)?.needs.find((candidate) => candidate.name === second);
    report.add('needs-cycle', { cycle }, need?.at ?? 0);
  }
}

/**
 * For every knot of nodes that can all reach one another, one shortest circle through the knot's first node: its nodes in
 * order, the first one again at the end.
 * @param edges gives only nodes of `nodes`.
 */
export function findCycles(nodes: readonly string[], edges: Edges): readonly (readonly string[])[] {
  const order = new Map(nodes.map((node, index) => [node, index]));
  const cycles: string[][] = [];
  for (const knot of knots(nodes, edges)) {
    const first = knot.reduce((a, b) => ((order.get(a) ?? 0) < (order.get(b) ?? 0) ? a : b));
    const cycle = shortestCycle(first, edges, new Set(knot));
    if (cycle !== null) cycles.push(cycle);
  }
  return cycles;
}

/** The actions that remain when those whose needs are all satisfied are taken away, again and again: almost always none. */
function actionsLeft(actions: ReadonlyMap<string, ActionDraft | null>): ReadonlySet<string> {
  const satisfied = new Set<string>();
  const open = new Map<string, number>();
  const neededBy = new Map<string, string[]>();
  for (const [name, action] of actions) {
    let count = 0;
    for (const need of action?.needs ?? []) {
      // Most actions stand below those that they need, which are satisfied by now.
      if (satisfied.has(need.name) || !actions.has(need.name)) continue;
      count += 1;
      const dependants = neededBy.get(need.name);
      if (dependants === undefined) neededBy.set(need.name, [name]);
      else dependants.push(name);
    }
    if (count === 0) satisfied.add(name);
    else open.set(name, count);
  }
  // A set goes on to what is added to it on the way.
  for (const name of satisfied) {
    for (const dependant of neededBy.get(name) ?? []) {
      const count = (open.get(dependant) ?? 0) - 1;
      open.set(dependant, count);
      if (count > 0) continue;
      open.delete(dependant);
      satisfied.add(dependant);
    }
  }
  return new Set(open.keys());
}

interface Visit {
  readonly node: string;
  readonly targets: readonly string[];
  next: number;
}

/** Strongly connected components (Tarjan 1972), without recursion so that long chains are no danger. */
function knots(nodes: readonly string[], edges: Edges): readonly (readonly string[])[] {
  const found: string[][] = [];
  const number = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const visits: Visit[] = [];
  const enter = (node: string): void => {
    number.set(node, number.size);
    lowest.set(node, number.size - 1);
    open.push(node);
    isOpen.add(node);
    visits.push({ node, targets: edges(node), next: 0 });
  };
  const lower = (node: string, value: number | undefined): void => {
    if (value !== undefined && value < (lowest.get(node) ?? 0)) lowest.set(node, value);
  };
  for (const start of nodes) {
    if (!number.has(start)) enter(start);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const target = visit.targets[visit.next];
      if (target !== undefined) {
        visit.next += 1;
        if (!number.has(target)) enter(target);
        else if (isOpen.has(target)) lower(visit.node, number.get(target));
        continue;
      }
      visits.pop();
      const parent = visits.at(-1);
      if (parent !== undefined) lower(parent.node, lowest.get(visit.node));
      if (lowest.get(visit.node) === number.get(visit.node)) {
        const knot = open.splice(open.lastIndexOf(visit.node));
        for (const member of knot) isOpen.delete(member);
        found.push(knot);
      }
    }
  }
  return found;
}

function shortestCycle(start: string, edges: Edges, within: ReadonlySet<string>): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const target of edges(node)) {
      if (target === start) {
        const path = [start];
        for (let at = node; at !== start; at = cameFrom.get(at) ?? start) path.unshift(at);
        return [start, ...path];
      }
      if (!within.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      queue.push(target);
    }
  }
  return null;
}
