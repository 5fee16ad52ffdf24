/** Bytes are kept once for all releases that have them, and go when the last one that needs them is gone. */
import { inTransaction } from '@vitrine/platform';
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { ReleaseStore } from './release-store.ts';

/** Whoever says that bytes are needed, or finds that they are not, holds the lock of this number: any fixed one that nothing else uses. */
const BYTES_LOCK = 7_463_203;

/**
 * From here to the end of the transaction nobody else says that bytes are needed. A transaction takes it before it locks rows and
 * before it records decisions, so that two never wait for each other.
 */
export async function lockReleasedBytes(tx: QueryExecutorProvider): Promise<void> {
  await sql`select pg_advisory_xact_lock(${BYTES_LOCK})`.execute(tx);
}

/**
 * Removes bytes that no file of a release needs any more: none that has not been taken back, of a release that was not cancelled.
 * Call it when the transaction that took the files back is through: bytes must not go for a decision that is not written down.
 * Where a server is killed in between, the next one to start does it (`cleanReleases`).
 */
export async function forgetBytes(
  { db, releases }: { readonly db: Kysely<Tables>; readonly releases: ReleaseStore },
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return;
  await inTransaction({ db }, async (tx) => {
    await lockReleasedBytes(tx);
    const { rows } = await sql<{ readonly sha256: string }>`
      select sha256 from unnest(${[...new Set(hashes)]}::text[]) as sha256
      where not exists (
        select from release_file f join release r on r.id = f.release_id
        where f.sha256 = sha256.sha256 and f.withdrawn_at is null and r.state <> 'cancelled')`.execute(
      tx,
    );
    for (const { sha256 } of rows) await releases.remove(sha256);
  });
}

/** Hashes of all that was taken back or given up. */
export async function forgottenBytes(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly sha256: string }>`
    select distinct f.sha256 from release_file f join release r on r.id = f.release_id
    where f.withdrawn_at is not null or r.state = 'cancelled'`.execute(db);
  return rows.map(({ sha256 }) => sha256);
}
