/** Numbers for the corpus: the same seed gives the same corpus everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1 (Mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends possible. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.whole(0, values.length - 1)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  /** So many different ones, in their order. */
  some<T>(values: readonly T[], count: number): T[] {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(count, values.length))
      chosen.add(this.whole(0, values.length - 1));
    return values.filter((_, at) => chosen.has(at));
  }

  /** Counts as studies have them: many small, some very large. */
  count(): number {
    return Math.floor(Math.exp(this.next() * 9) - 1);
  }

  shuffle<T>(values: readonly T[]): T[] {
    const all = [...values];
    for (let at = all.length - 1; at > 0; at -= 1) {
      const other = this.whole(0, at);
      const [a, b] = [all[at], all[other]];
      if (a === undefined || b === undefined) continue;
      all[at] = b;
      all[other] = a;
    }
    return all;
  }
}
