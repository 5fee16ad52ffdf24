import { recordDecision } from '@vitrine/platform';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../../database/schema.ts';
import type { RoleName } from '../roles.ts';
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
    if (known !== undefined) {
      if (known.is_disabled) return null;
      if (identity.isFirstAdministrator === true) await makeAdministrator(tx, known.id, now);
      return known.id;
    }
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
    if (identity.isFirstAdministrator === true) await makeAdministrator(tx, person.id, now);
    return person.id;
  });
}

/** Any fixed number that nothing else uses: of two who sign in at once only one finds no administrator. */
const FIRST_LOCK = 7_463_203;

/** Gives the person the role that gives all others, where nobody has it: so a new site gets its first administrator. */
async function makeAdministrator(
  tx: Transaction<Tables>,
  personId: number,
  now: Date,
): Promise<void> {
  const role: RoleName = 'staff-area-administrator';
  await sql`select pg_advisory_xact_lock(${FIRST_LOCK})`.execute(tx);
  const other = await tx
    .selectFrom('membership')
    .innerJoin('person', 'person.id', 'membership.person_id')
    .select('membership.id')
    .where('role', '=', role)
    .where('scope', '=', 'global')
    .where('person.is_disabled', '=', false)
    .limit(1)
    .executeTakeFirst();
  if (other !== undefined) return;
  const { username } = await tx
    .selectFrom('person')
    .select('username')
    .where('id', '=', personId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('membership')
    .values({ person_id: personId, role, scope: 'global', created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await recordDecision(tx, now, {
    actor: null,
    kind: 'role-given',
    target: ['person', username],
    details: { role, scope: 'global', because: 'the configuration names the first administrator' },
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
