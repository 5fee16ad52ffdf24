import { inTransaction, recordDecision } from '@vitrine/platform';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { forgetBytes, lockReleasedBytes } from '../releases/forget-bytes.ts';
import type { ReleaseStore } from '../releases/release-store.ts';
import { publicationFaults } from './faults.ts';

export interface TakeBack {
  /** Identifier of the release. */
  readonly release: string;
  readonly path: string;
  readonly reason: string;
  readonly by: { readonly id: number; readonly username: string };
}

/**
 * Takes a released file back: its bytes go, unless another file needs them, and its name stays with the reason, in every publication
 * too. A file that was taken back already stays as it is.
 *
 * @throws FaultError publication-reason-missing, released-file-unknown
 */
export async function takeBackFile(
  site: {
    readonly db: Kysely<Tables>;
    readonly clock: () => Date;
    readonly releases: ReleaseStore;
  },
  { release, path, reason, by }: TakeBack,
): Promise<void> {
  if (reason.trim() === '') throw publicationFaults.error('publication-reason-missing', {});
  const sha256 = await inTransaction(site, async (tx) => {
    // Taken before the log's lock, as announcements of releases do.
    await lockReleasedBytes(tx);
    const { rows } = await sql<{
      readonly id: number;
      readonly sha256: string;
      readonly withdrawn_at: Date | null;
    }>`
      select f.id, f.sha256, f.withdrawn_at from release_file f join release r on r.id = f.release_id
      where r.identifier = ${release} and r.state = 'released' and f.path = ${path} for update of f`.execute(
      tx,
    );
    const file = rows[0];
    if (file === undefined) throw publicationFaults.error('released-file-unknown', { path });
    if (file.withdrawn_at !== null) return file.sha256;
    const now = site.clock();
    await tx
      .updateTable('release_file')
      .set({ withdrawn_at: now, withdrawn_by: by.id, withdrawal_reason: reason.trim() })
      .where('id', '=', file.id)
      .execute();
    await recordDecision(tx, now, {
      actor: by.username,
      kind: 'released-file-taken-back',
      target: ['release', release],
      details: { path, sha256: file.sha256, reason: reason.trim() },
    });
    return file.sha256;
  });
  await forgetBytes(site, [sha256]);
}
