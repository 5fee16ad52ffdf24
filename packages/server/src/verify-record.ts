/** Whether the record of a job server is whole: what was decided, what became of jobs, and what was released (promise P6). */
import { type ChainVerdict, verifyDecisions } from '@vitrine/platform';
import type { QueryExecutorProvider } from 'kysely';
import { sql } from 'kysely';
import { type ReleasesVerdict, verifyReleases } from './releases/verify-releases.ts';
import { type JobEventsVerdict, verifyJobEvents } from './states/verify-job-events.ts';

export interface RecordVerdict {
  readonly decisions: ChainVerdict;
  readonly jobs: JobEventsVerdict;
  /** Null in a database from before there were releases. */
  readonly releases: ReleasesVerdict | null;
}

/**
 * Judges a whole database; `db` is best a transaction that sees one moment.
 * @param head see `verifyDecisions`
 */
export async function verifyRecord(
  db: QueryExecutorProvider,
  head: string | null,
): Promise<RecordVerdict> {
  const { rows } = await sql<{ readonly has: boolean }>`
    select to_regclass('release_approval') is not null as has`.execute(db);
  return {
    decisions: await verifyDecisions(db, head),
    jobs: await verifyJobEvents(db),
    releases: rows[0]?.has === true ? await verifyReleases(db) : null,
  };
}
