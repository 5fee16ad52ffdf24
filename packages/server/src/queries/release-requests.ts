import type { ReviewNewsKind } from '@vitrine/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';

/** A release request as it is known outside of its backend. */
export interface KnownReleaseRequest {
  readonly identifier: string;
  readonly status: ReviewNewsKind;
  readonly status_since: Date;
  readonly author: string;
  readonly backend: string;
}

/** The newest release requests of a workspace, the latest change first. */
export async function newestReleaseRequests(
  db: Kysely<Tables>,
  workspaceId: number,
): Promise<readonly KnownReleaseRequest[]> {
  const { rows } = await sql<KnownReleaseRequest>`
    select r.identifier, r.status, r.status_since, person.name as author, b.name as backend
    from release_request r join person on person.id = r.author_id join backend b on b.id = r.backend_id
    where r.workspace_id = ${workspaceId}
    order by r.status_since desc, r.id desc limit 3`.execute(db);
  return rows;
}
