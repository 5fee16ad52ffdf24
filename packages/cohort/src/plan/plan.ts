/** A plan: what is read when, and where each value lies afterwards. Pure data; `compile` writes it as statements. */
import type { CohortModel, Rows, RowValue } from '../model/model.ts';
import type { TableSchema } from '../tpp-schema/column.ts';
import type { Graph, Leaf } from './graph.ts';
import type { Window } from './window.ts';

export type Schema = Readonly<Record<string, TableSchema>>;

/** How the rows of a window become values by date. */
export type WindowShape =
  /** Rows never cease to count: running values over the dates at which rows enter. */
  | 'rising'
  /** Rows count from the first date on: running values backwards. */
  | 'falling'
  /** A row counts at one date at most. */
  | 'single'
  /** A row counts at a few dates: it is repeated for each. */
  | 'narrow'
  /** Values for each stretch of dates between which nothing enters or leaves. */
  | 'wide';

export interface PlannedWindow {
  /** Table of the values by date, and prefix of the tables on the way. */
  readonly name: string;
  readonly window: Window;
  readonly shape: WindowShape;
}

/** Where the value of a leaf lies. */
export type Place =
  /** One value a patient, in a column of the scan's own table. */
  | { readonly kind: 'constant'; readonly table: string; readonly column: string }
  /** `exists` from a date number on, which the column holds. */
  | { readonly kind: 'since'; readonly table: string; readonly column: string }
  /** `exists` up to a date number, which the column holds. */
  | { readonly kind: 'until'; readonly table: string; readonly column: string }
  /** A value for each stretch of date numbers, from `since` to before `until`. */
  | { readonly kind: 'stretch'; readonly table: string; readonly column: string }
  /** A value for single date numbers, in the column `since`. */
  | { readonly kind: 'moment'; readonly table: string; readonly column: string }
  /** Worked out anew for each date, in a table that is made anew. */
  | { readonly kind: 'dated'; readonly table: string; readonly column: string };

export interface PlannedLeaf {
  readonly leaf: Leaf;
  readonly place: Place;
  /** All must hold for a row to count, beside the window. */
  readonly conditions: readonly RowValue[];
  /** Index in the scan's windows; null if the row counts at all dates. */
  readonly window: number | null;
}

/**
 * Whose rows a scan reads, in the order of reading: everybody's, which the constant steps of the population need; those of the
 * candidates, who fulfil these, which its other steps need; those of the members, who may fulfil all of them at some date.
 */
export type ReadFor = 'everybody' | 'candidates' | 'members';

/** One reading of some rows, for all leaves that are worked out from them. */
export interface Scan {
  readonly name: string;
  readonly source: Rows;
  readonly readFor: ReadFor;
  /**
   * Whether its rows are compared with values of patients that change between dates. A row then counts by itself on each stretch
   * of dates on which these stay the same, and what windows say holds within a stretch.
   */
  readonly byStretch: boolean;
  readonly leaves: readonly PlannedLeaf[];
  readonly windows: readonly PlannedWindow[];
}

export interface Plan {
  readonly model: CohortModel;
  readonly schema: Schema;
  /** Sorted, each once; date numbers count from 0. A null stands alone. */
  readonly dates: readonly (number | null)[];
  /** Read once, in this order: later ones may need values of earlier ones. */
  readonly scans: readonly Scan[];
  /** Read for each date, in this order. */
  readonly datedScans: readonly Scan[];
  /** How many of the first conditions of the population hold at all dates or none. */
  readonly constantSteps: number;
  readonly graph: Graph;
  /** By the graph's number of the leaf. */
  readonly places: ReadonlyMap<number, Place>;
}
