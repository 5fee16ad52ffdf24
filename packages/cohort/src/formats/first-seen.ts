import { NO_CATEGORY } from '../table.ts';
import type { TextColumn } from './table-pieces.ts';

/**
 * The texts of a column in the order of first appearance, without labels that no row has; the blank label counts as missing
 * (cohort-extractor §5.6). Takes the pieces of a column one after another, and may be shown them again.
 */
export class FirstSeen {
  readonly #codes = new Map<string, number>();

  /** The texts in their order. */
  get labels(): readonly string[] {
    return [...this.#codes.keys()];
  }

  /** For each row, the place of its text among those seen so far, or NO_CATEGORY. */
  codesOf({ values, labels }: Pick<TextColumn, 'values' | 'labels'>): Int32Array {
    const codes = new Int32Array(labels.length).fill(UNSEEN);
    return values.map((value) => {
      if (value === NO_CATEGORY) return NO_CATEGORY;
      const known = codes[value] ?? NO_CATEGORY;
      if (known !== UNSEEN) return known;
      const code = this.#codeOf(labels[value] ?? '');
      codes[value] = code;
      return code;
    });
  }

  #codeOf(label: string): number {
    if (label === '') return NO_CATEGORY;
    const known = this.#codes.get(label);
    if (known !== undefined) return known;
    const code = this.#codes.size;
    this.#codes.set(label, code);
    return code;
  }
}

const UNSEEN = -2;
