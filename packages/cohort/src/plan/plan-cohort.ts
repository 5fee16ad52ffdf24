/** Decides how each value of a model is got: once, by stretches of dates, or date by date; one reading for each source. */
import type { CohortModel, PatientValue, RowValue } from '../model/model.ts';
import { type Graph, graphOf, type Leaf, unfiltered } from './graph.ts';
import type { Place, Plan, PlannedLeaf, PlannedWindow, Scan, Schema, WindowShape } from './plan.ts';
import { intersect, mostDates, type Window, windowOf } from './window.ts';

/** Dates that a row may count at and still be repeated for each of them. */
const NARROW = 3;

/** What is known of a leaf before it has a place. */
interface Shaped {
  readonly leaf: Leaf;
  readonly conditions: readonly RowValue[];
  readonly window: Window | null;
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
  const values = [
    ...model.population.map(({ condition }) => condition),
    ...model.columns.map(({ value }) => value),
  ];
  const shaped = new Map<number, Shaped>();
  for (const value of values) shapeLeaves(value, dates, graph, shaped);

  const scans = new Map<string, Shaped[]>();
  for (const leaf of shaped.values()) {
    const { source } = unfiltered(leaf.leaf.rows);
    const key = `${leaf.dated ? 'dated' : 'once'} ${leaf.level} ${graph.id(source)}`;
    scans.set(key, [...(scans.get(key) ?? []), leaf]);
  }
  const ordered = [...scans.values()].toSorted((a, b) => (a[0]?.level ?? 0) - (b[0]?.level ?? 0));
  const places = new Map<number, Place>();
  const planned = ordered.map((leaves, index) =>
    planScan(`scan_${index + 1}`, leaves, dates.length, graph),
  );
  for (const { scan } of planned) {
    for (const { leaf, place } of scan.leaves) places.set(graph.id(leaf), place);
  }
  const constant = (value: PatientValue): boolean =>
    (dates.length === 1 || !graph.dependsOnIndexDate(value)) &&
    graph.leavesOf(value).every((leaf) => places.get(graph.id(leaf))?.kind === 'constant');
  const firstMoving = model.population.findIndex(({ condition }) => !constant(condition));
  return {
    model,
    schema,
    dates,
    scans: planned.filter(({ dated }) => !dated).map(({ scan }) => scan),
    datedScans: planned.filter(({ dated }) => dated).map(({ scan }) => scan),
    constantSteps: firstMoving === -1 ? model.population.length : firstMoving,
    graph,
    places,
  };
}

function shapeLeaves(
  value: PatientValue,
  dates: readonly (number | null)[],
  graph: Graph,
  known: Map<number, Shaped>,
): void {
  for (const leaf of graph.leavesOf(value)) {
    if (known.has(graph.id(leaf))) continue;
    const needed = graph.patientValuesIn(leaf);
    for (const inner of needed) shapeLeaves(inner, dates, graph, known);
    const levels = needed
      .flatMap((inner) => graph.leavesOf(inner))
      .map((inner) => (known.get(graph.id(inner))?.level ?? 0) + 1);
    known.set(graph.id(leaf), shapeLeaf(leaf, dates, graph, Math.max(0, ...levels)));
  }
}

function shapeLeaf(
  leaf: Leaf,
  dates: readonly (number | null)[],
  graph: Graph,
  level: number,
): Shaped {
  const { conditions } = unfiltered(leaf.rows);
  const everything: Shaped = { leaf, conditions, window: null, dated: true, level };
  if (dates.length === 1 || !graph.dependsOnIndexDate(leaf)) return { ...everything, dated: false };
  const { source } = unfiltered(leaf.rows);
  const ofRow = leaf.kind === 'first' ? [leaf.take, leaf.order] : leaf.of === null ? [] : [leaf.of];
  if ([source, ...ofRow].some(graph.dependsOnIndexDate)) return everything;
  let window: Window = { enter: [], exit: [] };
  const lasting: RowValue[] = [];
  for (const condition of conditions) {
    if (!graph.dependsOnIndexDate(condition)) {
      lasting.push(condition);
      continue;
    }
    const own = windowOf(condition, dates, graph);
    if (own === null) return everything;
    window = intersect(window, own);
  }
  return { leaf, conditions: [...lasting, ...outerLimits(window)], window, dated: false, level };
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
  dates: number,
  graph: Graph,
): { scan: Scan; dated: boolean } {
  const dated = leaves[0]?.dated ?? false;
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
    const oneSided = shape === 'rising' || shape === 'falling';
    if (leaf.kind === 'aggregate' && leaf.function === 'exists' && oneSided) {
      const kind = shape === 'rising' ? 'since' : 'until';
      return { leaf, conditions, window: at, place: { kind, table: name, column } };
    }
    const kind = shape === 'single' || shape === 'narrow' ? 'moment' : 'stretch';
    return { leaf, conditions, window: at, place: { kind, table, column } };
  });
  const { source } = unfiltered((leaves[0] as Shaped).leaf.rows);
  return {
    dated,
    scan: {
      name,
      source,
      leaves: planned,
      windows: windows.map(({ key: _, ...window }) => window),
    },
  };
}

function shapeOf(window: Window, dates: number, graph: Graph): WindowShape {
  if (window.exit.length === 0) return 'rising';
  if (window.enter.length === 0) return 'falling';
  const most = mostDates(window, graph);
  if (most !== null && most <= 1) return 'single';
  return (most !== null && most <= NARROW) || dates <= NARROW ? 'narrow' : 'wide';
}
