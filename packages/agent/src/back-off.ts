import { setTimeout as delay } from 'node:timers/promises';
import { type BackOffLimits, backOffMilliseconds } from '@vitrine/protocol';

/** Pauses that grow while something does not work. */
export class BackOff {
  readonly #limits: BackOffLimits;
  #failures = 0;

  constructor(limits: BackOffLimits) {
    this.#limits = limits;
  }

  /** It worked: the next pause is the first again. */
  reset(): void {
    this.#failures = 0;
  }

  /** Length of the next pause, in milliseconds. */
  next(): number {
    this.#failures += 1;
    return backOffMilliseconds(this.#failures - 1, this.#limits);
  }

  /** Waits the next pause; returns early, and quietly, when the signal is aborted. */
  async pause(signal?: AbortSignal): Promise<void> {
    await delay(this.next(), undefined, { signal }).catch(() => {});
  }
}
