/** Who is signed in here, and what the job server said that they may do. */
import { hashSecret, newSecret } from '@vitrine/platform';
import type { AirlockGrant, AirlockRights, AirlockWorkspace } from '@vitrine/protocol';
import type { Queries } from '../database/database.ts';
import type { Rights, Standing } from '../review/standing.ts';

/** A person with a session. */
export interface SignedIn {
  readonly sessionHash: string;
  readonly username: string;
  readonly name: string;
  readonly grant: string;
  readonly approvalKey: string;
  /** When the job server last confirmed what follows. */
  readonly confirmedAt: Date;
  /** What the core decides by; it counts only as long as it is fresh. */
  readonly standing: Standing;
  /** All workspaces that the person may look at, by name. */
  readonly workspaces: ReadonlyMap<string, AirlockWorkspace>;
}

/** Begins a session and gives the secret for the cookie. Sessions of everybody that are over go at the same time. */
export async function beginSession(db: Queries, granted: AirlockGrant, now: Date): Promise<string> {
  const secret = newSecret();
  const { grant, approval_key, expires_at, rights } = granted;
  await db.deleteFrom('session').where('expires_at', '<=', now).execute();
  await db
    .insertInto('session')
    .values({
      hash: hashSecret(secret),
      username: rights.username,
      name: rights.name,
      grant,
      approval_key,
      rights: JSON.stringify(rights),
      confirmed_at: now,
      created_at: now,
      expires_at: new Date(expires_at),
    })
    .execute();
  return secret;
}

/** Whom a cookie's secret stands for; null for nobody. */
export async function findSession(
  db: Queries,
  secret: string,
  now: Date,
): Promise<SignedIn | null> {
  const row = await db
    .selectFrom('session')
    .selectAll()
    .where('hash', '=', hashSecret(secret))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { hash, username, name, grant, approval_key, rights, confirmed_at } = row;
  return {
    sessionHash: hash,
    username,
    name,
    grant,
    approvalKey: approval_key,
    confirmedAt: confirmed_at,
    standing: { kind: 'confirmed', rights: rightsOf(rights), at: confirmed_at.getTime() },
    workspaces: new Map(rights.workspaces.map((workspace) => [workspace.name, workspace])),
  };
}

/** Notes what the job server says of a person now. */
export async function confirmSession(
  db: Queries,
  sessionHash: string,
  rights: AirlockRights,
  now: Date,
): Promise<void> {
  await db
    .updateTable('session')
    .set({ rights: JSON.stringify(rights), confirmed_at: now })
    .where('hash', '=', sessionHash)
    .execute();
}

export async function endSession(db: Queries, sessionHash: string): Promise<void> {
  await db.deleteFrom('session').where('hash', '=', sessionHash).execute();
}

function rightsOf({ is_checker, reads_all, roles }: AirlockRights): Rights {
  return { isChecker: is_checker, readsAll: reads_all, projects: new Map(Object.entries(roles)) };
}
