/** How a release stands, for the airlock that announced it. */
import { httpFaults } from '@vitrine/platform';
import type { ReleaseStanding } from '@vitrine/protocol';
import type { Selectable } from 'kysely';
import type { Context } from '../context.ts';
import type { Queries } from '../database/database.ts';
import type { ReleaseTable } from '../database/schema.ts';
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
  const receivedOf = ({ sha256, size, received_at }: AwaitedBytes): number => {
    if (state === 'cancelled') return 0;
    return received_at === null ? Math.min(coming.get(sha256) ?? 0, size) : size;
  };
  return {
    release: identifier,
    state,
    files: files.map((file) => ({
      sha256: file.sha256,
      size: file.size,
      received: receivedOf(file),
    })),
  };
}
