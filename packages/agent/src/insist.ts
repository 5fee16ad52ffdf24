/** Work that is tried until it is done, by a job that can be stopped or left meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { Detached } from '@vitrine/runner';
import { BackOff } from './back-off.ts';

export interface Insistence {
  /** Of the job; aborted with the reason `Detached` when the agent goes. */
  readonly signal: AbortSignal;
  /** Whether another reason to stop counts at this moment. */
  readonly mayStop: () => boolean;
  readonly onFailure: (error: unknown) => void;
}

/**
 * @throws Detached when the agent goes meanwhile; the signal's reason when the job is stopped and may be
 */
export async function insist<T>(
  work: () => Promise<T>,
  { signal, mayStop, onFailure }: Insistence,
): Promise<T> {
  const backOff = new BackOff({
    firstMilliseconds: 50,
    mostMilliseconds: 5000,
    random: Math.random,
  });
  for (;;) {
    try {
      return await work();
    } catch (error) {
      onFailure(error);
      await unlessLeft(signal, delay(backOff.next()));
      if (mayStop()) signal.throwIfAborted();
    }
  }
}

/**
 * Waits, unless the agent goes meanwhile.
 * @throws Detached
 */
export async function unlessLeft<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const left = Promise.withResolvers<never>();
  const leave = (): void => {
    if (signal.reason instanceof Detached) left.reject(signal.reason);
  };
  leave();
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([work, left.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
