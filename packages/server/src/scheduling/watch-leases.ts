import type { Context } from '../context.ts';
import { expireLeases, nextLeaseEnd } from './expire-leases.ts';

/** Shortest and longest wait between two looks (milliseconds). */
const SHORTEST = 100;
const LONGEST = 30_000;
/** Wait after a look that failed. */
const AFTER_FAILURE = 1_000;

/**
 * Gives up lost attempts when their leases run out, until `signal` is aborted. Several servers may do so at once.
 * @param onFailure told when the database cannot be asked; it is asked again, and agents then get a whole lease to be heard.
 */
export async function watchLeases(
  context: Context,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  let aliveSince = context.clock();
  while (!signal.aborted) {
    try {
      await expireLeases(context, aliveSince);
      const end = await nextLeaseEnd(context);
      const left = end === null ? LONGEST : end.getTime() - context.clock().getTime();
      await pause(Math.min(Math.max(left, SHORTEST), LONGEST), signal);
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error);
      await pause(AFTER_FAILURE, signal);
      aliveSince = context.clock();
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
