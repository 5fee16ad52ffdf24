/** What the job server tells who waits (see the platform's changes). */
import { announce as announceTopics, announcing as announcingTopics } from '@vitrine/platform';
import type { QueryExecutorProvider, RawBuilder } from 'kysely';

/** What a piece of news is about; the numbers are keys of rows. */
export type Topic =
  /** There may be work or orders for the agents of a backend. */
  | `backend:${number}`
  /** A job of a job request has changed. */
  | `request:${number}`
  /** Any job request has changed or come. */
  | 'requests'
  /** There are messages to people to be sent. */
  | 'messages';

export const announce: (tx: QueryExecutorProvider, topics: Iterable<Topic>) => Promise<void> =
  announceTopics;

export const announcing: (topics: readonly Topic[]) => RawBuilder<unknown> = announcingTopics;
