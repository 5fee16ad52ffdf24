import type { Diagnostic } from '../fault.ts';
import { faults } from '../faults.ts';
import type { PlaceOf } from '../yaml/line-index.ts';

type Code = keyof typeof faults.kinds & string;
type Values<C extends Code> = Parameters<typeof faults.diagnose<C>>[1];

/** As many errors, and as many warnings, as anybody reads at once; those that come after are only counted. */
const MOST_KEPT = 1_000;

/** Collects what is wrong with one file. */
export class Report {
  readonly #placeOf: PlaceOf;
  readonly #found: { readonly at: number; readonly diagnostic: Diagnostic }[] = [];
  readonly #kept = { error: 0, warning: 0 };
  #omitted = 0;

  constructor(placeOf: PlaceOf) {
    this.#placeOf = placeOf;
  }

  /** @param at offset in the text. @param suggestion what to write there instead, where that is mechanical. */
  add<C extends Code>(code: C, values: Values<C>, at: number, suggestion?: string): void {
    const diagnostic = faults.diagnose(code, values, this.#placeOf(at), suggestion);
    if (this.#kept[diagnostic.severity] >= MOST_KEPT) {
      this.#omitted += 1;
      return;
    }
    this.#kept[diagnostic.severity] += 1;
    this.#found.push({ at, diagnostic });
  }

  /** The line of an offset, for messages that point at a second place. */
  lineOf(at: number): number {
    return this.#placeOf(at).line ?? 1;
  }

  get hasErrors(): boolean {
    return this.#kept.error > 0;
  }

  /** All of them in the order of the text. */
  diagnostics(): readonly Diagnostic[] {
    const inOrder = this.#found.toSorted((a, b) => a.at - b.at).map(({ diagnostic }) => diagnostic);
    if (this.#omitted === 0) return inOrder;
    return [...inOrder, faults.diagnose('faults-omitted', { count: this.#omitted })];
  }
}
