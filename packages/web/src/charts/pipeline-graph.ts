import { Graph, layout } from '@dagrejs/dagre';
import type { Tone } from '../components/pill.ts';
import { type Html, html, nothing } from '../html.ts';

export interface GraphNode {
  readonly name: string;
  readonly needs: readonly string[];
  readonly tone: Tone;
  /** Its state in words, read out and shown below the name. */
  readonly words: string;
  readonly href: string | null;
  /** Not part of what the page is about: drawn faintly. */
  readonly faint?: boolean;
}

interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, PlacedNode>;
  readonly edges: readonly string[];
}

const nodeHeight = 48;
const characterWidth = 7.3;
const longestLabel = 46;

/** The largest pipeline that is drawn. Beyond it a picture explains nothing, and laying it out takes seconds. */
export const largestGraph = 150;

/** Layouts by shape: a page that is asked for again while its jobs change state is not laid out again. */
const layouts = new Map<string, Placed>();
const layoutsKept = 200;

/** The pipeline as a picture, from left to right, each action a link to its job. Empty for one action or very many. */
export function pipelineGraph(nodes: readonly GraphNode[], label: string): Html {
  if (nodes.length < 2 || nodes.length > largestGraph) return nothing;
  const placed = placedLayout(nodes);
  return html`<div class="graph-scroll" tabindex="0" role="region" aria-label="${label}">
<svg class="graph" viewBox="0 0 ${placed.width} ${placed.height}" width="${placed.width}" height="${placed.height}" role="group" aria-label="${label}">
<g class="graph-edges" aria-hidden="true">${placed.edges.map((path) => html`<path d="${path}"/>`)}</g>
${nodes.map((node) => drawNode(node, placed.nodes.get(node.name)))}
</svg></div>`;
}

function drawNode(node: GraphNode, at: PlacedNode | undefined): Html {
  if (at === undefined) return nothing;
  const left = at.x - at.width / 2;
  const top = at.y - nodeHeight / 2;
  const name =
    node.name.length > longestLabel ? `${node.name.slice(0, longestLabel - 1)}…` : node.name;
  const drawing = html`<title>${node.name}: ${node.words}</title>
<rect x="${left}" y="${top}" width="${at.width}" height="${nodeHeight}" rx="6"/>
<text class="graph-name" x="${left + 14}" y="${at.y - 4}">${name}</text>
<text class="graph-words" x="${left + 14}" y="${at.y + 13}">${node.words}</text>`;
  const className = `graph-node tone-${node.tone}${node.faint ? ' faint' : ''}`;
  return node.href === null
    ? html`<g class="${className}">${drawing}</g>`
    : html`<a class="${className}" href="${node.href}">${drawing}</a>`;
}

function placedLayout(nodes: readonly GraphNode[]): Placed {
  const shape = JSON.stringify(
    nodes.map(({ name, needs, words }) => [name, needs, Math.max(0, words.length - name.length)]),
  );
  const known = layouts.get(shape);
  if (known) return known;
  const placed = place(nodes);
  if (layouts.size >= layoutsKept) layouts.delete(layouts.keys().next().value ?? '');
  layouts.set(shape, placed);
  return placed;
}

function place(nodes: readonly GraphNode[]): Placed {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 56, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(nodes.map(({ name }) => name));
  for (const { name, words } of nodes) {
    const characters = Math.min(longestLabel, Math.max(name.length, words.length));
    graph.setNode(name, {
      width: Math.round(characters * characterWidth) + 28,
      height: nodeHeight,
    });
  }
  for (const { name, needs } of nodes) {
    for (const need of needs) if (names.has(need)) graph.setEdge(need, name);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const placed = asColumns(nodes.map(({ name }) => [name, graph.node(name) as PlacedNode]));
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: placed,
    edges: graph.edges().map((edge: { v: string; w: string }) => {
      const { points } = graph.edge(edge) as { points: readonly Point[] };
      const from = placed.get(edge.v);
      const to = placed.get(edge.w);
      if (from === undefined || to === undefined) return edgePath(points);
      // Lines leave and arrive in the middle of a side; on the way they go round other nodes as they were laid out.
      return edgePath([
        { x: from.x + from.width / 2, y: from.y },
        ...points
          .slice(1, -1)
          .filter(({ x }) => x > from.x + from.width / 2 && x < to.x - to.width / 2),
        { x: to.x - to.width / 2, y: to.y },
      ]);
    }),
  };
}

/** All nodes of a column get the width of its widest: the layout has left them that room. */
function asColumns(
  nodes: readonly (readonly [name: string, node: PlacedNode])[],
): ReadonlyMap<string, PlacedNode> {
  const widest = new Map<number, number>();
  for (const [, { x, width }] of nodes) {
    widest.set(Math.round(x), Math.max(width, widest.get(Math.round(x)) ?? 0));
  }
  return new Map(
    nodes.map(([name, { x, y, width }]) => [
      name,
      { x: Math.round(x), y: Math.round(y), width: widest.get(Math.round(x)) ?? width },
    ]),
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through the points that leaves and arrives level. */
function edgePath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let from = first;
  let path = `M${Math.round(first.x)} ${Math.round(first.y)}`;
  for (const point of rest) {
    const middle = Math.round((from.x + point.x) / 2);
    path += `C${middle} ${Math.round(from.y)} ${middle} ${Math.round(point.y)} ${Math.round(point.x)} ${Math.round(point.y)}`;
    from = point;
  }
  return path;
}
