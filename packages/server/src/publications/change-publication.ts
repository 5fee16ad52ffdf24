import { inTransaction, recordDecision } from '@vitrine/platform';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { publicationFaults } from './faults.ts';
import {
  PUBLICATION_TRANSITIONS,
  type PublicationState,
  type PublicationStep,
} from './transitions.ts';

export interface PublicationChange {
  readonly identifier: string;
  readonly step: PublicationStep;
  readonly by: { readonly id: number; readonly username: string };
  /** Where the step needs one. */
  readonly reason?: string;
}

/** The columns that tell of a state, beside the state itself. */
type Stamp = Readonly<Partial<Record<'published' | 'withdrawn', true>>>;
const stamps: Readonly<Record<PublicationStep, Stamp>> = {
  publish: { published: true },
  discard: {},
  refuse: {},
  withdraw: { withdrawn: true },
};

/**
 * Takes a publication one step further, and writes down who did. Whether the person has the permission of the step is decided by
 * whoever calls.
 *
 * @throws FaultError publication-not-shown, publication-step-refused, publication-own, publication-reason-missing,
 *   publication-holds-nothing; nothing is changed then
 */
export async function changePublication(
  { db, clock }: { readonly db: Kysely<Tables>; readonly clock: () => Date },
  { identifier, step, by, reason = '' }: PublicationChange,
): Promise<void> {
  const { from, to, bySomebodyElse, needsReason, decision } = PUBLICATION_TRANSITIONS[step];
  if (needsReason && reason.trim() === '') {
    throw publicationFaults.error('publication-reason-missing', {});
  }
  await inTransaction({ db }, async (tx) => {
    const { rows } = await sql<{
      readonly id: number;
      readonly state: PublicationState;
      readonly prepared_by: number;
    }>`select id, state, prepared_by from publication where identifier = ${identifier} for update`.execute(
      tx,
    );
    const found = rows[0];
    if (found === undefined) {
      throw publicationFaults.error('publication-not-shown', { publication: identifier });
    }
    if (found.state !== from) {
      throw publicationFaults.error('publication-step-refused', { step, state: found.state });
    }
    if (bySomebodyElse && found.prepared_by === by.id) {
      throw publicationFaults.error('publication-own', {});
    }
    if (to === 'public') await expectFiles(tx, found.id);
    const now = clock();
    const { published = false, withdrawn = false } = stamps[step];
    await tx
      .updateTable('publication')
      .set({
        state: to,
        ...(published ? { published_by: by.id, published_at: now } : {}),
        ...(withdrawn
          ? { withdrawn_by: by.id, withdrawn_at: now, withdrawal_reason: reason.trim() }
          : {}),
      })
      .where('id', '=', found.id)
      .execute();
    await recordDecision(tx, now, {
      actor: by.username,
      kind: decision,
      target: ['publication', identifier],
      details: needsReason ? { reason: reason.trim() } : {},
    });
  });
}

async function expectFiles(tx: Kysely<Tables>, id: number): Promise<void> {
  const { rows } = await sql`
    select from publication_file pf join release_file f on f.id = pf.release_file_id
    where pf.publication_id = ${id} and f.withdrawn_at is null limit 1`.execute(tx);
  if (rows.length === 0) throw publicationFaults.error('publication-holds-nothing', {});
}
