import { NO_CATEGORY } from '../table.ts';

export interface SeenLabels {
  /** Index into `labels` for every row, or NO_CATEGORY. */
  readonly values: Int32Array;
  /** Only labels that occur, in the order of their first row. */
  readonly labels: readonly string[];
}

/**
 * Renumbers categories in the order of first appearance, without those that no row has; the blank label counts as
 * missing (cohort-extractor §5.6).
 */
export function labelsAsSeen(values: Int32Array, labels: readonly string[]): SeenLabels {
  const codes = new Int32Array(labels.length).fill(NO_CATEGORY);
  const seen: string[] = [];
  const renumbered = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const label = values[row] ?? NO_CATEGORY;
    if (label === NO_CATEGORY || labels[label] === '') {
      renumbered[row] = NO_CATEGORY;
      continue;
    }
    let code = codes[label] ?? NO_CATEGORY;
    if (code === NO_CATEGORY) {
      code = seen.push(labels[label] ?? '') - 1;
      codes[label] = code;
    }
    renumbered[row] = code;
  }
  return { values: renumbered, labels: seen };
}
