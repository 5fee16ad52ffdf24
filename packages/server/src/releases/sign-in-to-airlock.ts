/** Lets somebody into the airlock of a backend, in exchange for their single-use token. */
import { inTransaction, newSecret, recordDecision } from '@vitrine/platform';
import { type AirlockGrant, type AirlockSignIn, wholeSecond } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { newIdentifier } from '../database/identifiers.ts';
import type { Tables } from '../database/schema.ts';
import type { Person } from '../people/actor.ts';
import { findPerson } from '../people/find-person.ts';
import { writeSignedIn } from '../telling/airlock-messages.ts';
import { airlockRightsOf, mayEnterAirlock } from './airlock-rights.ts';
import { AIRLOCK_TOKEN_MINUTES, hashAirlockToken } from './airlock-token.ts';
import { releaseFaults } from './faults.ts';

/** How long somebody is let in at most. */
export const GRANT_HOURS = 12;

/** Most wrong attempts for a person on a backend within `WINDOW_MINUTES`. */
export const WRONG_ATTEMPTS = 10;
const WINDOW_MINUTES = 15;

const REFUSED = 'airlock-sign-in-refused';

/** The program that asks. */
export interface AskingBackend {
  readonly id: number;
  readonly slug: string;
}

/**
 * Uses the token up and grants what its person may do now.
 * @throws FaultError airlock-sign-in-refused, airlock-sign-in-limited, airlock-nothing-to-see
 */
export async function signInToAirlock(
  context: Context,
  backend: AskingBackend,
  asked: AirlockSignIn,
): Promise<AirlockGrant> {
  const now = context.clock();
  const outcome = await inTransaction(context.database, async (tx) => {
    // One attempt for a person after another, so that their number is certain.
    await sql`select from person where username = ${asked.username} for no key update`.execute(tx);
    const person = await findPerson(tx, asked.username);
    if (person === null) return 'refused';
    if ((await wrongAttempts(tx, backend, person, now)) >= WRONG_ATTEMPTS) return 'limited';
    const token = await tx
      .updateTable('airlock_token')
      .set({ used_at: now, backend_id: backend.id })
      .where('hash', '=', hashAirlockToken(asked.token))
      .where('person_id', '=', person.id)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('id')
      .executeTakeFirst();
    if (token === undefined) {
      await recordDecision(tx, now, {
        actor: null,
        kind: REFUSED,
        target: ['person', person.username],
        details: { backend: backend.slug },
      });
      return 'refused';
    }
    // Thrown: the token stays as it was.
    if (!mayEnterAirlock(person)) {
      throw releaseFaults.error('airlock-nothing-to-see', { username: person.username });
    }
    return await grantTo(tx, context, backend, person, now);
  });
  if (outcome === 'limited') {
    throw releaseFaults.error('airlock-sign-in-limited', {
      limit: WRONG_ATTEMPTS,
      minutes: WINDOW_MINUTES,
    });
  }
  if (outcome === 'refused') {
    throw releaseFaults.error('airlock-sign-in-refused', { minutes: AIRLOCK_TOKEN_MINUTES });
  }
  return outcome;
}

/** The log of decisions knows them: whichever server was asked, and after a restart. */
async function wrongAttempts(
  tx: Transaction<Tables>,
  backend: AskingBackend,
  { username }: Person,
  now: Date,
): Promise<number> {
  const since = new Date(now.getTime() - WINDOW_MINUTES * 60_000);
  const { rows } = await sql<{ readonly count: number }>`
    select count(*)::integer as count from audit_event
    where target_kind = 'person' and target = ${username} and kind = ${REFUSED}
      and at > ${since} and details ->> 'backend' = ${backend.slug}`.execute(tx);
  return rows[0]?.count ?? 0;
}

async function grantTo(
  tx: Transaction<Tables>,
  { randomBytes }: Context,
  backend: AskingBackend,
  person: Person,
  now: Date,
): Promise<AirlockGrant> {
  const identifier = newIdentifier(randomBytes);
  const approvalKey = newSecret();
  const expires = new Date(now.getTime() + GRANT_HOURS * 3_600_000);
  await tx
    .insertInto('airlock_grant')
    .values({
      identifier,
      person_id: person.id,
      backend_id: backend.id,
      approval_key: approvalKey,
      issued_at: now,
      expires_at: expires,
    })
    .execute();
  const { username } = person;
  await recordDecision(tx, now, {
    actor: username,
    kind: 'airlock-signed-in',
    target: ['backend', backend.slug],
    details: { grant: identifier },
  });
  const at = wholeSecond(now);
  const told = { event: 'airlock.signed-in', username, backend: backend.slug, at } as const;
  await writeSignedIn(tx, { personId: person.id, grant: identifier, told }, now);
  return {
    grant: identifier,
    approval_key: approvalKey,
    expires_at: wholeSecond(expires),
    rights: await airlockRightsOf(tx, person, backend.id),
  };
}
