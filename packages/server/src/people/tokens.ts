import { hashSecret, newSecret } from '@vitrine/platform';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { type Actor, anonymous, type Membership } from './actor.ts';

/** What a token may be used for. A person's token never does more than the person may. */
export const TOKEN_SCOPES = {
  read: 'Read what you may read',
  run: 'Create, cancel and re-run job requests where you may',
  rap: 'Act as a client of the RAP controller',
  agent: 'Claim jobs and report on them, for one backend',
  airlock: 'Sign people in to the airlock and release files, for one backend',
} as const;

export type TokenScope = keyof typeof TOKEN_SCOPES;

/** The scopes that a person's token can have. */
export const PERSON_TOKEN_SCOPES: readonly TokenScope[] = ['read', 'run', 'rap'];

/** The scopes that a backend's token can have: one each, so that neither program can do the other's work. */
export const BACKEND_TOKEN_SCOPES: readonly BackendTokenScope[] = ['agent', 'airlock'];

export type BackendTokenScope = Extract<TokenScope, 'agent' | 'airlock'>;

/** How long a token lasts at most, in days (job-server §1.1). */
export const TOKEN_DAYS = 90;

export interface NewToken {
  readonly owner: { readonly personId: number } | { readonly backendId: number };
  readonly label: string;
  readonly scopes: readonly TokenScope[];
  readonly createdBy: number | null;
  readonly now: Date;
  readonly days?: number;
}

/** Makes a token and gives its secret, which is shown once and stored nowhere. */
export async function issueToken(db: Kysely<Tables>, token: NewToken): Promise<string> {
  const secret = `vitrine_${newSecret()}`;
  const days = Math.min(TOKEN_DAYS, Math.max(1, token.days ?? TOKEN_DAYS));
  await db
    .insertInto('token')
    .values({
      hash: hashSecret(secret),
      prefix: secret.slice(0, 14),
      label: token.label,
      person_id: 'personId' in token.owner ? token.owner.personId : null,
      backend_id: 'backendId' in token.owner ? token.owner.backendId : null,
      scopes: token.scopes,
      created_by: token.createdBy,
      created_at: token.now,
      expires_at: new Date(token.now.getTime() + days * 86_400_000),
    })
    .execute();
  return secret;
}

/**
 * Whom a token stands for. The search is by the hash of what was sent, so that its time says nothing about the secret. A token
 * that is over or revoked, whose person is disabled or whose backend is switched off, is nobody (promise P11).
 */
export async function findToken(db: Kysely<Tables>, secret: string, now: Date): Promise<Actor> {
  const { rows } = await sql<{
    readonly id: number;
    readonly scopes: readonly string[];
    readonly person_id: number | null;
    readonly username: string;
    readonly name: string;
    readonly email: string | null;
    readonly backend_id: number | null;
    readonly slug: string;
    readonly memberships: readonly Membership[];
  }>`
    with used as (
      update token set last_used_at = ${now}
      where hash = ${hashSecret(secret)} and (last_used_at is null or last_used_at < ${minuteBefore(now)})
    )
    select token.id, token.scopes, token.person_id, person.username, person.name, person.email, token.backend_id, backend.slug,
      coalesce((select json_agg(json_build_object('role', m.role, 'scope', m.scope, 'on', coalesce(m.project_id, m.organisation_id, m.backend_id)))
        from membership m where m.person_id = person.id), '[]'::json) as memberships
    from token
    left join person on person.id = token.person_id and not person.is_disabled
    left join backend on backend.id = token.backend_id and backend.is_active
    where token.hash = ${hashSecret(secret)} and token.revoked_at is null and token.expires_at > ${now}
  `.execute(db);
  const row = rows[0];
  if (row === undefined) return anonymous;
  const { id: tokenId, scopes } = row;
  if (row.backend_id !== null && row.slug !== null) {
    return { kind: 'backend', backendId: row.backend_id, slug: row.slug, tokenId, scopes };
  }
  if (row.person_id === null || row.username === null) return anonymous;
  const { username, name, email, memberships } = row;
  return {
    kind: 'token',
    person: { id: row.person_id, username, name, email, memberships },
    tokenId,
    scopes,
  };
}

export async function revokeToken(db: Kysely<Tables>, id: number, now: Date): Promise<void> {
  await db
    .updateTable('token')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
}

/** `last_used_at` is for people who tidy up; it is written once a minute at most. */
function minuteBefore(now: Date): Date {
  return new Date(now.getTime() - 60_000);
}
