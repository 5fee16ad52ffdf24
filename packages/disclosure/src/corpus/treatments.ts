/** What a study did, or forgot to do, to its counts before it wrote them. */
import type { RuleId } from '../rules.ts';
import type { Shown } from './case.ts';
import type { Random } from './random.ts';

/** `small`: rounded without redaction. `unrounded`: redacted without rounding. `forgotten`: as safe, but for some cells. */
export const treatments = ['safe', 'raw', 'small', 'unrounded', 'forgotten', 'midpoint6'] as const;
export type Treatment = (typeof treatments)[number];

const marks = ['[REDACTED]', 'redacted', 'n/a', '<=7', '*', 'NA', '[redacted]', '<8', 'suppressed'];

/** Shows counts of one file in one way. */
export class CountWriter {
  readonly treatment: Treatment;
  readonly #random: Random;
  readonly #mark: string;
  readonly #write: (value: number) => string;

  constructor(
    random: Random,
    treatment: Treatment,
    { plain = false }: { readonly plain?: boolean } = {},
  ) {
    this.#random = random;
    this.treatment = treatment;
    this.#mark = random.pick(marks);
    const grouped = (value: number): string =>
      value >= 1000 ? `"${value.toLocaleString('en-GB')}"` : String(value);
    this.#write = plain
      ? String
      : random.pick([
          String,
          String,
          String,
          (value) => value.toFixed(1),
          grouped,
          (value) => ` ${value} `,
        ]);
  }

  /** One count as it is shown, and what is wrong with it. */
  show(value: number): Shown {
    const kept = this.#value(value);
    if (kept === null) return { text: this.#mark, fault: null };
    return { text: this.#write(kept), fault: this.#fault(kept) };
  }

  /** The number that is shown, or null for a redacted one. */
  #value(value: number): number | null {
    switch (this.treatment) {
      case 'raw':
        return value;
      case 'small':
        return value <= 7 ? value : round(value);
      case 'unrounded':
        return value > 0 && value <= 7 ? null : value;
      case 'midpoint6':
        return value === 0 ? 0 : Math.ceil(value / 6) * 6 - 3;
      case 'forgotten':
        if (this.#random.chance(0.08)) return value;
    }
    return value > 0 && value <= 7 ? null : round(value);
  }

  #fault(value: number): RuleId | null {
    if (value === 0 || this.treatment === 'midpoint6') return null;
    if (value <= 7) return 'small-count';
    return value % 5 === 0 ? null : 'unrounded-count';
  }
}

export function round(value: number): number {
  return Math.round(value / 5) * 5;
}
