/** How a release stands, for the airlock that announced it. */
import { httpFaults } from '@vitrine/platform';
import type { ReceivedFile, ReleaseFileStanding, ReleaseStanding } from '@vitrine/protocol';
import type { Selectable } from 'kysely';
import type { Context } from '../context.ts';
import type { Queries } from '../database/database.ts';
import type { ReleaseTable } from '../database/schema.ts';
import { releaseFaults } from './faults.ts';
import type { ReleaseStore } from './release-store.ts';
import type { AskingBackend } from './sign-in-to-airlock.ts';

export type ReleaseRow = Selectable<ReleaseTable>;

/** What is to come, or has come, of bytes that a release names; under however many paths. */
export interface AwaitedBytes {
  readonly sha256: string;
  readonly size: number;
  readonly received_at: Date | null;
}

/**
 * A release of the backend.
 * @throws FaultError thing-unknown
 */
export async function findRelease(
  { database: { db } }: Context,
  backend: AskingBackend,
  name: string,
): Promise<ReleaseRow> {
  const release = await db
    .selectFrom('release')
    .selectAll()
    .where('identifier', '=', name)
    .where('backend_id', '=', backend.id)
    .executeTakeFirst();
  if (release === undefined) throw httpFaults.error('thing-unknown', { what: 'release', name });
  return release;
}

/** The bytes of a release, each once, in the order of their hashes. */
export async function bytesOf(db: Queries, releaseId: number): Promise<readonly AwaitedBytes[]> {
  return await db
    .selectFrom('release_file')
    .select(['sha256', 'size', 'received_at'])
    .distinctOn('sha256')
    .where('release_id', '=', releaseId)
    .orderBy('sha256')
    .execute();
}

export async function standingOf(
  context: Context & { readonly releases: ReleaseStore },
  { id, identifier, state }: ReleaseRow,
): Promise<ReleaseStanding> {
  const files = await bytesOf(context.database.db, id);
  const coming =
    state === 'receiving'
      ? await context.releases.receivedOf(identifier)
      : new Map<string, number>();
  return {
    release: identifier,
    state,
    files: files.map((file) => receivedFile(state, file, coming.get(file.sha256) ?? 0)),
  };
}

/**
 * How a release stands, with one of its files: what it costs does not grow with their number.
 * @throws FaultError release-file-unannounced
 */
export async function fileStandingOf(
  { database: { db }, releases }: Context & { readonly releases: ReleaseStore },
  { id, identifier, state }: ReleaseRow,
  sha256: string,
): Promise<ReleaseFileStanding> {
  const file = await awaitedBytes(db, id, sha256);
  const coming = state === 'receiving' ? await releases.received(identifier, sha256) : 0;
  return { release: identifier, state, file: receivedFile(state, file, coming) };
}

/**
 * The bytes with this hash.
 * @throws FaultError release-file-unannounced
 */
export async function awaitedBytes(
  db: Queries,
  releaseId: number,
  sha256: string,
): Promise<AwaitedBytes> {
  const file = await db
    .selectFrom('release_file')
    .select(['sha256', 'size', 'received_at'])
    .where('sha256', '=', sha256)
    .where('release_id', '=', releaseId)
    .limit(1)
    .executeTakeFirst();
  if (file === undefined) throw releaseFaults.error('release-file-unannounced', { sha256 });
  return file;
}

/** @param coming bytes that have come, of a file that is not kept yet */
function receivedFile(
  state: ReleaseRow['state'],
  { sha256, size, received_at }: AwaitedBytes,
  coming: number,
): ReceivedFile {
  const here = received_at === null ? Math.min(coming, size) : size;
  return { sha256, received: state === 'cancelled' ? 0 : here, size };
}
