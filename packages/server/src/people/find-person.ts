import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { Membership, Person } from './actor.ts';

/** All roles of the person of a row, in one column: who asks is known after one statement. */
export const membershipsOf: RawBuilder<readonly Membership[]> = sql<
  readonly Membership[]
>`coalesce((
  select json_agg(json_build_object('role', m.role, 'scope', m.scope, 'on', coalesce(m.project_id, m.organisation_id, m.backend_id)))
  from membership m where m.person_id = person.id), '[]'::json)`;

/** A person who may sign in, by user name. */
export async function findPerson(db: Kysely<Tables>, username: string): Promise<Person | null> {
  const row = await db
    .selectFrom('person')
    .select(['id', 'username', 'name', 'email', membershipsOf.as('memberships')])
    .where('username', '=', username)
    .where('is_disabled', '=', false)
    .executeTakeFirst();
  return row ?? null;
}
