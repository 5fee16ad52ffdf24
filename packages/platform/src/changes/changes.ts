/**
 * Who waits for a change hears of it at once. PostgreSQL carries the news (NOTIFY, sent when a transaction commits), so every
 * server hears what any of them did; nobody asks again and again.
 */
import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';

/** The channel of NOTIFY. */
export const CHANNEL = 'vitrine';

/** The listeners of one process; a topic is what a piece of news is about. */
export class Changes<Topic extends string> {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls `listener` at every change of any of the topics, until the function that it gives is called. */
  listen(topics: readonly Topic[], listener: () => void): () => void {
    for (const topic of topics) {
      const listeners = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, listeners.add(listener));
    }
    return () => {
      for (const topic of topics) {
        const listeners = this.#listeners.get(topic);
        listeners?.delete(listener);
        if (listeners?.size === 0) this.#listeners.delete(topic);
      }
    };
  }

  /** Passes on what came over the channel. */
  heard(topic: string): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener();
  }

  /** For when news may have been missed: everybody looks again. */
  heardNothingForSure(): void {
    for (const topic of [...this.#listeners.keys()]) this.heard(topic);
  }
}

/** Tells of changes, when the transaction commits. */
export async function announce<Topic extends string>(
  tx: QueryExecutorProvider,
  topics: Iterable<Topic>,
): Promise<void> {
  const distinct = [...new Set(topics)];
  if (distinct.length === 0) return;
  await announcing(distinct).execute(tx);
}

/** The same as a query, for the end of a statement that makes the changes. */
export function announcing<Topic extends string>(topics: readonly Topic[]): RawBuilder<unknown> {
  return sql`select pg_notify(${CHANNEL}, topic) from unnest(${topics}::text[]) as topic`;
}
