import type { Style, Tone } from './terminal.ts';

/** How an action stands after its latest run. */
export type ActionState = 'succeeded' | 'failed' | 'running' | 'not run';

export interface GraphNode {
  readonly name: string;
  readonly needs: readonly string[];
  readonly state: ActionState;
  /** Privacy levels of its outputs, strictest first. */
  readonly levels: readonly string[];
}

const marks: Readonly<Record<ActionState, { mark: string; tone: Tone }>> = {
  succeeded: { mark: '✓', tone: 'good' },
  failed: { mark: '✗', tone: 'bad' },
  running: { mark: '▶', tone: 'running' },
  'not run': { mark: '·', tone: 'quiet' },
};

interface Row {
  /** Branch lines and name. */
  readonly label: string;
  readonly node: GraphNode;
  /** Needs that stand elsewhere in the drawing. */
  readonly otherNeeds: readonly string[];
}

/**
 * Draws a pipeline as a tree. An action hangs below the need that finishes last in the order of the pipeline (the
 * deepest one); its other needs are named beside it, so every action is drawn once.
 *
 * @param nodes - All actions in file order; every need exists and there are no cycles.
 */
export function drawPipeline(nodes: readonly GraphNode[], style: Style): string {
  const depths = depthsOf(nodes);
  const parentOf = (node: GraphNode): string | null =>
    node.needs.reduce<string | null>(
      (deepest, need) =>
        deepest === null || (depths.get(need) ?? 0) > (depths.get(deepest) ?? 0) ? need : deepest,
      null,
    );
  const children = Map.groupBy(nodes, parentOf);
  const rows: Row[] = [];
  const visit = (node: GraphNode, head: string, tail: string): void => {
    const parent = parentOf(node);
    rows.push({
      label: `${head}${node.name}`,
      node,
      otherNeeds: node.needs.filter((need) => need !== parent),
    });
    const below = children.get(node.name) ?? [];
    for (const [index, child] of below.entries()) {
      const last = index === below.length - 1;
      visit(child, `${tail}${last ? '└─ ' : '├─ '}`, `${tail}${last ? '   ' : '│  '}`);
    }
  };
  for (const root of children.get(null) ?? []) visit(root, '', '');

  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return rows
    .map(({ label, node, otherNeeds }) => {
      const { mark, tone } = marks[node.state];
      const also =
        otherNeeds.length === 0 ? '' : style('quiet', `  also needs ${otherNeeds.join(', ')}`);
      const levels = style('quiet', node.levels.join(', '));
      const state = style(tone, `${mark} ${node.state.padEnd(9)}`);
      return `${label.padEnd(width)}  ${state}  ${levels}${also}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** Length of the longest chain of needs above each action. */
function depthsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const depths = new Map<string, number>();
  const depthOf = (node: GraphNode): number => {
    const known = depths.get(node.name);
    if (known !== undefined) return known;
    const depth = Math.max(
      0,
      ...node.needs.map((need) => {
        const above = byName.get(need);
        return above === undefined ? 0 : depthOf(above) + 1;
      }),
    );
    depths.set(node.name, depth);
    return depth;
  };
  for (const node of nodes) depthOf(node);
  return depths;
}
