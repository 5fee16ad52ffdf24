import type { Changes } from './changes.ts';

/** After work that failed it is tried again after so long, in milliseconds. */
const PAUSE = 5_000;
/** The longest that a timer can be set to. */
const LONGEST = 2 ** 31 - 1;

export interface DueWork<Topic extends string> {
  readonly changes: Changes<Topic>;
  /** What tells that there may be something to do. */
  readonly topics: readonly Topic[];
  /** Does all that is due. @returns milliseconds until something is due next; null while nothing is known of */
  readonly work: () => Promise<number | null>;
  readonly stopping: AbortSignal;
  /** Hears what goes wrong on our side. */
  readonly onError: (error: unknown) => void;
}

/** Works at once, at every change of the topics and when something falls due, until told to stop. Nothing is asked for in vain. */
export async function workWhenDue<Topic extends string>({
  changes,
  topics,
  work,
  stopping,
  onError,
}: DueWork<Topic>): Promise<void> {
  while (!stopping.aborted) {
    const news = Promise.withResolvers<void>();
    const wake = (): void => news.resolve();
    // Heard from here on, so that nothing is missed that happens during the work.
    const forget = changes.listen(topics, wake);
    stopping.addEventListener('abort', wake, { once: true });
    let timer: NodeJS.Timeout | undefined;
    try {
      let wait: number | null = PAUSE;
      try {
        wait = await work();
      } catch (error) {
        if (!stopping.aborted) onError(error);
      }
      if (stopping.aborted) return;
      if (wait !== null) timer = setTimeout(wake, Math.min(wait, LONGEST));
      await news.promise;
    } finally {
      clearTimeout(timer);
      forget();
      stopping.removeEventListener('abort', wake);
    }
  }
}
