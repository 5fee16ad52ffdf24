/** Decides how each value of a model is got: once, by stretches of dates, or date by date; one reading for each source. */
import type { CohortModel, PatientValue, RowValue } from '../model/model.ts';
import { type Graph, graphOf, type Leaf, unfiltered } from './graph.ts';
import type {
  Place,
  Plan,
  PlannedLeaf,
  PlannedWindow,
  ReadFor,
  Scan,
  Schema,
  WindowShape,
} from './plan.ts';
import { steadiness } from './steady.ts';
import { intersect, mostDates, type Window, windowOf } from './window.ts';

/** Dates that a row may count at and still be repeated for each of them. */
const NARROW = 3;

const readingOrder: readonly ReadFor[] = ['everybody', 'candidates', 'members'];

/** What is known of a leaf before it has a place. */
interface Shaped {
  readonly leaf: Leaf;
  readonly conditions: readonly RowValue[];
  readonly window: Window | null;
  /** Values of patients that its rows are compared with and that change between dates: the window then holds within their stretches. */
  readonly moving: readonly PatientValue[];
  readonly dated: boolean;
  /** 0, or one more than that of the leaves that its rows need. */
  readonly level: number;
}

/**
 * @param dates Day numbers, sorted, each once; or a single null for a study without an index date.
 */
export function planCohort(
  model: CohortModel,
  dates: readonly (number | null)[],
  schema: Schema,
): Plan {
  const graph = graphOf();
  const conditions = model.population.map(({ condition }) => condition);
  const shaped = shapeLeaves(
    [...conditions, ...model.columns.map(({ value }) => value)],
    dates,
    graph,
  );
  const firstMoving = conditions.findIndex(
    (condition) => dates.length > 1 && graph.dependsOnIndexDate(condition),
  );
  const constantSteps = firstMoving === -1 ? conditions.length : firstMoving;
  const forSteps = leavesFor(conditions.slice(0, constantSteps), graph);
  const forPopulation = leavesFor(conditions, graph);
  const readFor = ({ leaf }: Shaped): ReadFor =>
    forSteps.has(graph.id(leaf))
      ? 'everybody'
      : forPopulation.has(graph.id(leaf))
        ? 'candidates'
        : 'members';

  const scans = new Map<string, Shaped[]>();
  for (const leaf of shaped.values()) {
    const { source } = unfiltered(leaf.leaf.rows);
    const moving = leaf.moving.flatMap(graph.leavesOf).map(graph.id);
    const key = JSON.stringify([
      leaf.dated,
      leaf.level,
      graph.id(source),
      readFor(leaf),
      [...new Set(moving)].toSorted((a, b) => a - b),
    ]);
    scans.set(key, [...(scans.get(key) ?? []), leaf]);
  }
  const ordered = [...scans.values()]
    .map((leaves) => ({ leaves, first: leaves[0] as Shaped }))
    .toSorted(
      (a, b) =>
        readingOrder.indexOf(readFor(a.first)) - readingOrder.indexOf(readFor(b.first)) ||
        a.first.level - b.first.level,
    );
  const places = new Map<number, Place>();
  const planned = ordered.map(({ leaves, first }, index) =>
    planScan(`scan_${index + 1}`, leaves, readFor(first), dates.length, graph),
  );
  for (const { scan } of planned) {
    for (const { leaf, place } of scan.leaves) places.set(graph.id(leaf), place);
  }
  return {
    model,
    schema,
    dates,
    scans: planned.filter(({ dated }) => !dated).map(({ scan }) => scan),
    datedScans: planned.filter(({ dated }) => dated).map(({ scan }) => scan),
    constantSteps,
    graph,
    places,
  };
}

/** By the graph's number: the leaves of some values, those that these need, and so on. */
function leavesFor(values: readonly PatientValue[], graph: Graph): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (value: PatientValue): void => {
    for (const leaf of graph.leavesOf(value)) {
      if (found.has(graph.id(leaf))) continue;
      found.add(graph.id(leaf));
      for (const needed of graph.patientValuesIn(leaf)) visit(needed);
    }
  };
  for (const value of values) visit(value);
  return found;
}

/** All leaves by the graph's number, each behind those that its rows need. */
function shapeLeaves(
  values: readonly PatientValue[],
  dates: readonly (number | null)[],
  graph: Graph,
): ReadonlyMap<number, Shaped> {
  const known = new Map<number, Shaped>();
  const shapedAs = (leaf: Leaf): Shaped => known.get(graph.id(leaf)) as Shaped;
  const isSteady = steadiness(dates.length, (leaf) => kindOf(shapedAs(leaf), dates.length, graph));
  const visit = (value: PatientValue): void => {
    for (const leaf of graph.leavesOf(value)) {
      if (known.has(graph.id(leaf))) continue;
      const needed = graph.patientValuesIn(leaf);
      for (const inner of needed) visit(inner);
      const levels = needed.flatMap(graph.leavesOf).map((inner) => shapedAs(inner).level + 1);
      const level = Math.max(0, ...levels);
      known.set(graph.id(leaf), shapeLeaf(leaf, dates, graph, level, isSteady));
    }
  };
  for (const value of values) visit(value);
  return known;
}

function shapeLeaf(
  leaf: Leaf,
  dates: readonly (number | null)[],
  graph: Graph,
  level: number,
  isSteady: (value: PatientValue) => boolean,
): Shaped {
  const { source, conditions } = unfiltered(leaf.rows);
  const everything: Shaped = { leaf, conditions, window: null, moving: [], dated: true, level };
  if (dates.length === 1 || !graph.dependsOnIndexDate(leaf)) return { ...everything, dated: false };
  const ofRow = leaf.kind === 'first' ? [leaf.take, leaf.order] : leaf.of === null ? [] : [leaf.of];
  if (graph.dependsOnIndexDate(source) || ofRow.some(graph.dependsItselfOnIndexDate)) {
    return everything;
  }
  const moving = graph.patientValuesIn([conditions, ofRow]).filter(graph.dependsOnIndexDate);
  if (!moving.every(isSteady)) return everything;
  let window: Window = { enter: [], exit: [] };
  const lasting: RowValue[] = [];
  for (const condition of conditions) {
    if (!graph.dependsItselfOnIndexDate(condition)) {
      lasting.push(condition);
      continue;
    }
    const own = windowOf(condition, dates, graph);
    if (own === null) return everything;
    window = intersect(window, own);
  }
  return {
    leaf,
    conditions: [...lasting, ...outerLimits(window)],
    window,
    moving,
    dated: false,
    level,
  };
}

/** What the window asks at the most generous date: rows that never count need not be kept. */
function outerLimits({ enter, exit }: Window): readonly RowValue[] {
  const limit = (
    bound: Window['enter'][number],
    operation: 'less' | 'greater',
    value: number,
  ): RowValue => ({
    kind: 'operation',
    operation: bound.strict ? operation : `${operation}-or-equal`,
    type: 'bool',
    operands: [bound.value, { kind: 'constant', type: bound.type, value }],
  });
  return [
    ...enter.map((bound) => limit(bound, 'less', bound.limits.at(-1) ?? 0)),
    ...exit.map((bound) => limit(bound, 'greater', bound.limits[0] ?? 0)),
  ];
}

function planScan(
  name: string,
  leaves: readonly Shaped[],
  readFor: ReadFor,
  dates: number,
  graph: Graph,
): { scan: Scan; dated: boolean } {
  const dated = leaves[0]?.dated ?? false;
  const byStretch = (leaves[0]?.moving ?? []).length > 0;
  const windows: (PlannedWindow & { readonly key: string })[] = [];
  const windowIndex = (window: Window): number => {
    const key = JSON.stringify([window.enter, window.exit].map((bounds) => bounds.map(graph.id)));
    const found = windows.findIndex((known) => known.key === key);
    if (found !== -1) return found;
    windows.push({
      key,
      name: `${name}_window_${windows.length + 1}`,
      window,
      shape: shapeOf(window, dates, graph),
    });
    return windows.length - 1;
  };
  const planned = leaves.map(({ leaf, conditions, window }, index): PlannedLeaf => {
    const column = `v${index + 1}`;
    if (window === null) {
      return {
        leaf,
        conditions,
        window: null,
        place: { kind: dated ? 'dated' : 'constant', table: name, column },
      };
    }
    const at = windowIndex(window);
    const { shape, name: table } = windows[at] as PlannedWindow;
    const kind = kindByShape(leaf, shape, byStretch);
    const isOwn = kind === 'since' || kind === 'until';
    return { leaf, conditions, window: at, place: { kind, table: isOwn ? name : table, column } };
  });
  const { source } = unfiltered((leaves[0] as Shaped).leaf.rows);
  return {
    dated,
    scan: {
      name,
      source,
      readFor,
      byStretch,
      leaves: planned,
      windows: windows.map(({ key: _, ...window }) => window),
    },
  };
}

function kindOf(
  { leaf, window, moving, dated }: Shaped,
  dates: number,
  graph: Graph,
): Place['kind'] {
  if (window === null) return dated ? 'dated' : 'constant';
  return kindByShape(leaf, shapeOf(window, dates, graph), moving.length > 0);
}

function kindByShape(
  leaf: Leaf,
  shape: WindowShape,
  byStretch: boolean,
): 'since' | 'until' | 'moment' | 'stretch' {
  const isLasting = leaf.kind === 'aggregate' && leaf.function === 'exists' && !byStretch;
  switch (shape) {
    case 'single':
    case 'narrow':
      return 'moment';
    case 'rising':
      return isLasting ? 'since' : 'stretch';
    case 'falling':
      return isLasting ? 'until' : 'stretch';
    case 'wide':
      return 'stretch';
  }
}

function shapeOf(window: Window, dates: number, graph: Graph): WindowShape {
  if (window.exit.length === 0) return 'rising';
  if (window.enter.length === 0) return 'falling';
  const most = mostDates(window, graph);
  if (most !== null && most <= 1) return 'single';
  return (most !== null && most <= NARROW) || dates <= NARROW ? 'narrow' : 'wide';
}
