/** What follows a sign-in to an airlock: asking what it is worth now, and ending it. */
import { inTransaction, recordDecision } from '@vitrine/platform';
import type { AirlockRights } from '@vitrine/protocol';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Queries } from '../database/database.ts';
import { findPerson } from '../people/find-person.ts';
import { airlockRightsOf, mayEnterAirlock } from './airlock-rights.ts';
import { releaseFaults } from './faults.ts';
import type { AskingBackend } from './sign-in-to-airlock.ts';

/**
 * What the person of a grant may do now (promise P11: whatever is in doubt is refused).
 * @throws FaultError airlock-grant-over where the grant, the account or all roles have ended
 */
export async function readAirlockRights(
  { database: { db }, clock }: Context,
  backend: AskingBackend,
  grant: string,
): Promise<AirlockRights> {
  const now = clock();
  const found = await db
    .selectFrom('airlock_grant')
    .innerJoin('person', 'person.id', 'airlock_grant.person_id')
    .select('person.username')
    .where('identifier', '=', grant)
    .where('backend_id', '=', backend.id)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  const person = found === undefined ? null : await findPerson(db, found.username);
  if (person === null || !mayEnterAirlock(person)) {
    throw releaseFaults.error('airlock-grant-over', {});
  }
  return await airlockRightsOf(db, person, backend.id);
}

/** Ends a grant: it signs nothing from now on. One that is over stays so, and one that never was is as good as over. */
export async function signOutOfAirlock(
  { database, clock }: Context,
  backend: AskingBackend,
  grant: string,
): Promise<void> {
  const now = clock();
  await inTransaction(database, async (tx) => {
    const { rows } = await sql<{ readonly username: string }>`
      update airlock_grant g set ended_at = ${now} from person
      where g.identifier = ${grant} and g.backend_id = ${backend.id} and g.ended_at is null
        and g.expires_at > ${now} and person.id = g.person_id
      returning person.username`.execute(tx);
    const [ended] = rows;
    if (ended === undefined) return;
    await recordDecision(tx, now, {
      actor: ended.username,
      kind: 'airlock-signed-out',
      target: ['backend', backend.slug],
      details: { grant },
    });
  });
}

/** Ends all that somebody was let in with, and the token that they have not used: part of closing or securing an account. */
export async function endAirlockGrants(tx: Queries, personId: number, now: Date): Promise<void> {
  await sql`update airlock_grant set ended_at = ${now}
    where person_id = ${personId} and ended_at is null and expires_at > ${now}`.execute(tx);
  await sql`delete from airlock_token where person_id = ${personId} and used_at is null`.execute(
    tx,
  );
}
