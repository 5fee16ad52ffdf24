/** Gives up a release that is not complete: nothing of it was ever seen, and nothing of it stays. */
import { inTransaction, recordDecision } from '@vitrine/platform';
import type { ReleaseStanding } from '@vitrine/protocol';
import type { Context } from '../context.ts';
import { releaseFaults } from './faults.ts';
import { forgetBytes, lockReleasedBytes } from './forget-bytes.ts';
import { bytesOf, findRelease, standingOf } from './read-release.ts';
import type { ReleaseStore } from './release-store.ts';
import type { AskingBackend } from './sign-in-to-airlock.ts';

/**
 * Cancels; a second time changes nothing.
 * @throws FaultError release-complete
 */
export async function cancelRelease(
  context: Context & { readonly releases: ReleaseStore },
  backend: AskingBackend,
  name: string,
): Promise<ReleaseStanding> {
  const { database, releases } = context;
  const now = context.clock();
  const { id } = await findRelease(context, backend, name);
  await inTransaction(database, async (tx) => {
    await lockReleasedBytes(tx);
    const { state } = await tx
      .selectFrom('release')
      .select('state')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (state === 'released') throw releaseFaults.error('release-complete', { release: name });
    if (state === 'cancelled') return;
    await tx
      .updateTable('release')
      .set({ state: 'cancelled', cancelled_at: now })
      .where('id', '=', id)
      .execute();
    await recordDecision(tx, now, {
      actor: null,
      kind: 'release-cancelled',
      target: ['release', name],
      details: { backend: backend.slug },
    });
  });
  const hashes = (await bytesOf(database.db, id)).map(({ sha256 }) => sha256);
  await forgetBytes({ db: database.db, releases }, hashes);
  await releases.drop(name);
  return await standingOf(context, await findRelease(context, backend, name));
}
