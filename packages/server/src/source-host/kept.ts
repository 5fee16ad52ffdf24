/** Values that never change for their key, as many as there is room for; those not asked for longest go first. */
export class Kept<V extends object | string> {
  readonly #values = new Map<string, { readonly value: V; readonly size: number }>();
  readonly #room: number;
  #used = 0;

  /** @param room - Sum of the sizes that are kept, in whatever unit `set` is told. */
  constructor(room: number) {
    this.#room = room;
  }

  get(key: string): V | undefined {
    const entry = this.#values.get(key);
    if (entry === undefined) return undefined;
    // Taken out and put in again, so that the first key is always the one not asked for longest.
    this.#values.delete(key);
    this.#values.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V, size: number): V {
    this.#drop(key);
    if (size > this.#room) return value;
    this.#values.set(key, { value, size });
    this.#used += size;
    for (const oldest of this.#values.keys()) {
      if (this.#used <= this.#room) break;
      this.#drop(oldest);
    }
    return value;
  }

  #drop(key: string): void {
    this.#used -= this.#values.get(key)?.size ?? 0;
    this.#values.delete(key);
  }
}
