import { setTimeout as delay } from 'node:timers/promises';

/** Pauses that grow while something does not work. */
export interface BackOffOptions {
  readonly firstMilliseconds: number;
  readonly mostMilliseconds: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export class BackOff {
  readonly #options: BackOffOptions;
  #failures = 0;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** It worked: the next pause is the first again. */
  reset(): void {
    this.#failures = 0;
  }

  /** Length of the next pause: between half and all of what has doubled with each failure, so that many do not come as one. */
  next(): number {
    const { firstMilliseconds, mostMilliseconds, random } = this.#options;
    const full = Math.min(mostMilliseconds, firstMilliseconds * 2 ** this.#failures);
    this.#failures += 1;
    return full / 2 + (full / 2) * random();
  }

  /** Waits the next pause; returns early, and quietly, when the signal is aborted. */
  async pause(signal?: AbortSignal): Promise<void> {
    await delay(this.next(), undefined, { signal }).catch(() => {});
  }
}
