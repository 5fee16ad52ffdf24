/** Takes bytes of a file of a release. With the last byte of the last file it is released, whole. */
import { inTransaction, recordDecision } from '@vitrine/platform';
import type { ReleaseFileStanding } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { Tables } from '../database/schema.ts';
import { releaseFaults } from './faults.ts';
import { forgetBytes, lockReleasedBytes } from './forget-bytes.ts';
import { awaitedBytes, fileStandingOf, findRelease, type ReleaseRow } from './read-release.ts';
import type { ReleaseStore } from './release-store.ts';
import type { AskingBackend } from './sign-in-to-airlock.ts';

export interface SentBytes {
  /** Identifier of the release. */
  readonly release: string;
  readonly sha256: string;
  /** Where they belong in the file. */
  readonly offset: number;
  /** Null where nothing was sent. */
  readonly bytes: ReadableStream<Uint8Array> | null;
}

/**
 * Writes bytes behind those that are here. Bytes that belong elsewhere are not looked at: the answer says where to go on.
 * @throws FaultError release-cancelled, release-file-unannounced, release-file-too-long, release-bytes-differ, release-store-full
 */
export async function receiveFile(
  context: Context & { readonly releases: ReleaseStore },
  backend: AskingBackend,
  { release: name, sha256, offset, bytes }: SentBytes,
): Promise<ReleaseFileStanding> {
  const { releases, database } = context;
  const release = await findRelease(context, backend, name);
  const { size, received_at } = await awaitedBytes(database.db, release.id, sha256);
  if (release.state === 'cancelled')
    throw releaseFaults.error('release-cancelled', { release: name });
  if (received_at !== null || offset !== (await releases.received(name, sha256))) {
    return await fileStandingOf(context, release, sha256);
  }
  await releases.receive({
    release: name,
    sha256,
    size,
    offset,
    bytes: bytes ?? new Blob([]).stream(),
  });
  if ((await releases.received(name, sha256)) >= size) {
    const outcome = await releases.keep(name, sha256);
    if (outcome === 'other-bytes') throw releaseFaults.error('release-bytes-differ', { sha256 });
    if (outcome === 'kept') await complete(context, release, sha256);
  }
  return await fileStandingOf(context, await findRelease(context, backend, name), sha256);
}

/** Says that a file is here and, with the last one, that the release is out: in the transaction that records it. */
async function complete(
  { database, clock, releases }: Context & { readonly releases: ReleaseStore },
  { id, identifier }: ReleaseRow,
  sha256: string,
): Promise<void> {
  const now = clock();
  const became = await inTransaction(database, async (tx) => {
    await lockReleasedBytes(tx);
    const { state } = await tx
      .selectFrom('release')
      .select('state')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (state !== 'receiving') return state;
    await tx
      .updateTable('release_file')
      .set({ received_at: now })
      .where('release_id', '=', id)
      .where('sha256', '=', sha256)
      .where('received_at', 'is', null)
      .execute();
    return await release(tx, id, identifier, now);
  });
  // Given up meanwhile: what has just been kept is nobody's.
  if (became === 'cancelled') await forgetBytes({ db: database.db, releases }, [sha256]);
  if (became !== 'receiving') await releases.drop(identifier);
}

/** Releases what has come as a whole, and says what state the release is in then. */
async function release(
  tx: Transaction<Tables>,
  id: number,
  identifier: string,
  now: Date,
): Promise<ReleaseRow['state']> {
  const { rows } = await sql<{
    readonly released_by: string;
    readonly workspace: string;
    readonly backend: string;
    readonly announcement: string;
    readonly files: number;
    readonly bytes: number;
  }>`
    update release r set state = 'released', released_at = ${now}
    from person, workspace, backend,
      (select count(*)::integer as files, sum(size)::bigint as bytes, bool_and(received_at is not null) as are_here
       from release_file where release_id = ${id}) whole
    where r.id = ${id} and whole.are_here and person.id = r.released_by and workspace.id = r.workspace_id
      and backend.id = r.backend_id
    returning person.username as released_by, workspace.name as workspace, backend.slug as backend,
      r.announcement_hash as announcement, whole.files, whole.bytes`.execute(tx);
  const [released] = rows;
  if (released === undefined) return 'receiving';
  const { released_by: actor, ...details } = released;
  const target = ['release', identifier] as const;
  await recordDecision(tx, now, { actor, kind: 'release-completed', target, details });
  return 'released';
}
