import type { Kysely } from 'kysely';
import type { Tables } from '../../database/schema.ts';
import { recordDecision } from '../record-audit.ts';
import type { ProvenIdentity } from './methods.ts';

/**
 * The person whom a provider has proven, made where it is the first time. Only the provider's own key recognises somebody: a
 * name or an address that is the same proves nothing. Null for a disabled account.
 */
export async function recognise(
  db: Kysely<Tables>,
  identity: ProvenIdentity,
  now: Date,
): Promise<number | null> {
  return await db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('identity')
      .innerJoin('person', 'person.id', 'identity.person_id')
      .select(['person.id', 'person.is_disabled'])
      .where('identity.provider', '=', identity.provider)
      .where('identity.subject', '=', identity.subject)
      .executeTakeFirst();
    if (known !== undefined) return known.is_disabled ? null : known.id;
    const username = await freeUsername(tx, identity.username);
    const email = identity.email?.toLowerCase() ?? null;
    const taken =
      email !== null &&
      (await tx.selectFrom('person').select('id').where('email', '=', email).executeTakeFirst()) !==
        undefined;
    const person = await tx
      .insertInto('person')
      .values({
        username,
        name: identity.name.slice(0, 200),
        email: taken ? null : email,
        created_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { provider, subject } = identity;
    await tx
      .insertInto('identity')
      .values({ person_id: person.id, provider, subject, created_at: now })
      .execute();
    await recordDecision(tx, now, {
      actor: null,
      kind: 'person-joined',
      target: ['person', username],
      details: { provider },
    });
    return person.id;
  });
}

/** The wanted user name, or the same with a number where somebody has it. */
async function freeUsername(tx: Kysely<Tables>, wanted: string): Promise<string> {
  const base =
    wanted
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 60) || 'person';
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    const taken = await tx
      .selectFrom('person')
      .select('id')
      .where('username', '=', name)
      .executeTakeFirst();
    if (taken === undefined) return name;
  }
}
