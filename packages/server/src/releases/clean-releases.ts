import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { forgetBytes, forgottenBytes } from './forget-bytes.ts';
import type { ReleaseStore } from './release-store.ts';

/**
 * Removes what processes that were killed left behind: files half kept, what came for releases that are over, and bytes of files that
 * were taken back or given up.
 */
export async function cleanReleases({
  database: { db },
  clock,
  releases,
}: Context & { readonly releases: ReleaseStore }): Promise<void> {
  await releases.cleanLeftovers(clock());
  await forgetBytes({ db, releases }, await forgottenBytes(db));
  const underway = await releases.underway();
  if (underway.length === 0) return;
  const { rows } = await sql<{ readonly identifier: string }>`
    select identifier from unnest(${underway}::text[]) as identifier
    where not exists (select from release r where r.identifier = identifier.identifier and r.state = 'receiving')`.execute(
    db,
  );
  for (const { identifier } of rows) await releases.drop(identifier);
}
