import { hashSecret, newSecret } from '@vitrine/platform';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { type Actor, anonymous } from './actor.ts';
import { membershipsOf } from './find-person.ts';

/** How long a session lasts, in seconds: two working weeks (job-server §5). */
export const SESSION_SECONDS: number = 14 * 24 * 3600;

/** Begins a session and gives the secret for the cookie. Sessions of everybody that are over go at the same time. */
export async function beginSession(
  db: Kysely<Tables>,
  personId: number,
  now: Date,
): Promise<string> {
  const secret = newSecret();
  const expires = new Date(now.getTime() + SESSION_SECONDS * 1000);
  await db.deleteFrom('session').where('expires_at', '<', now).execute();
  await db
    .insertInto('session')
    .values({ hash: hashSecret(secret), person_id: personId, created_at: now, expires_at: expires })
    .execute();
  await db
    .updateTable('person')
    .set({ last_signed_in_at: now })
    .where('id', '=', personId)
    .execute();
  return secret;
}

/** Who the cookie's secret stands for. A disabled account and a session that is over are nobody. */
export async function findSession(db: Kysely<Tables>, secret: string, now: Date): Promise<Actor> {
  const hash = hashSecret(secret);
  const row = await db
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person_id')
    .select(['person.id', 'username', 'name', 'email', membershipsOf.as('memberships')])
    .where('session.hash', '=', hash)
    .where('session.expires_at', '>', now)
    .where('person.is_disabled', '=', false)
    .executeTakeFirst();
  return row === undefined ? anonymous : { kind: 'person', person: row, sessionHash: hash };
}

export async function endSession(db: Kysely<Tables>, hash: string): Promise<void> {
  await db.deleteFrom('session').where('hash', '=', hash).execute();
}
