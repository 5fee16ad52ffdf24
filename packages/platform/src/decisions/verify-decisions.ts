/** Whether a log of decisions is whole (promise P6). */
import type { QueryExecutorProvider } from 'kysely';
import { auditHash, BEGINNING, decisionsAfter, type LoggedDecision } from './decision-log.ts';

export interface ChainVerdict {
  /** Entries that were read: up to the first that does not fit, and with it. */
  readonly entries: number;
  /** The hash that covers all entries that fit; who writes it down can later tell whether anything was cut off. */
  readonly head: string;
  /** The first entry that does not fit the one before it: it, or what stood before it, was changed, removed or put in. */
  readonly broken: Pick<LoggedDecision, 'id' | 'at' | 'kind'> | null;
  /** Whether the hash that was asked for covers a part of these entries; null where none was asked for. */
  readonly holdsHead: boolean | null;
}

/**
 * Judges entries in the order in which they were written.
 * @param head a hash that somebody wrote down earlier. The chain alone cannot tell that its end was cut off; this can
 */
export async function verifyChain(
  entries: AsyncIterable<LoggedDecision>,
  head: string | null = null,
): Promise<ChainVerdict> {
  let previous = BEGINNING;
  let count = 0;
  let holdsHead = head === null ? null : head === BEGINNING;
  for await (const entry of entries) {
    count += 1;
    const { id, at, kind, hash } = entry;
    if (auditHash(previous, at, entry) !== hash) {
      return { entries: count, head: previous, broken: { id, at, kind }, holdsHead };
    }
    previous = hash;
    if (hash === head) holdsHead = true;
  }
  return { entries: count, head: previous, broken: null, holdsHead };
}

/** The same of the log of a database. */
export async function verifyDecisions(
  db: QueryExecutorProvider,
  head: string | null = null,
): Promise<ChainVerdict> {
  return await verifyChain(decisionsAfter(db), head);
}

/** The number of the first decision that does not fit the one before it; null where all do. */
export async function findBrokenDecision(db: QueryExecutorProvider): Promise<number | null> {
  return (await verifyDecisions(db)).broken?.id ?? null;
}
