/** All that the server knows of what an announcement names, in a handful of statements. */
import type { ReleaseAnnouncement } from '@vitrine/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { Person } from '../people/actor.ts';
import { membershipsOf } from '../people/find-person.ts';

/** A workspace of which something ran on a backend. */
export interface ReleasePlace {
  readonly workspaceId: number;
  readonly projectId: number;
  readonly organisationId: number;
}

export interface KnownJob {
  readonly id: number;
  readonly identifier: string;
  readonly hasSucceeded: boolean;
  readonly commit: string;
}

export interface KnownGrant {
  readonly id: number;
  readonly identifier: string;
  readonly personId: number;
  readonly approvalKey: string;
  readonly issuedAt: Date;
  /** When it expires, or was ended before. */
  readonly endsAt: Date;
}

export interface AnnouncementFacts {
  readonly place: ReleasePlace;
  /** By user name; disabled accounts are not among them. */
  readonly people: ReadonlyMap<string, Person>;
  /** Jobs of the workspace on the backend. */
  readonly jobs: ReadonlyMap<string, KnownJob>;
  /** Grants of the backend. */
  readonly grants: ReadonlyMap<string, KnownGrant>;
}

export async function findReleasePlace(
  db: Kysely<Tables>,
  workspace: string,
  backendId: number,
): Promise<ReleasePlace | null> {
  const { rows } = await sql<ReleasePlace>`
    select w.id as "workspaceId", p.id as "projectId", p.lead_organisation_id as "organisationId"
    from workspace w join project p on p.id = w.project_id
    where w.name = ${workspace}
      and exists (select from job j where j.workspace_id = w.id and j.backend_id = ${backendId})`.execute(
    db,
  );
  return rows[0] ?? null;
}

export async function findAnnouncementFacts(
  db: Kysely<Tables>,
  announcement: ReleaseAnnouncement,
  place: ReleasePlace,
  backendId: number,
): Promise<AnnouncementFacts> {
  const { author, released_by, files } = announcement;
  const approvals = files.flatMap((file) => file.approvals);
  const usernames = [author, released_by, ...approvals.map(({ reviewer }) => reviewer)];
  const people = await db
    .selectFrom('person')
    .select(['id', 'username', 'name', 'email', membershipsOf.as('memberships')])
    .where(sql<boolean>`username = any(${distinct(usernames)}::text[])`)
    .where('is_disabled', '=', false)
    .execute();
  const { rows: jobs } = await sql<KnownJob>`
    select j.id, j.identifier, j.state = 'succeeded' as "hasSucceeded", r.commit
    from job j join job_request r on r.id = j.job_request_id
    where j.identifier = any(${distinct(files.map(({ job }) => job))}::text[])
      and j.workspace_id = ${place.workspaceId} and j.backend_id = ${backendId}`.execute(db);
  const { rows: grants } = await sql<KnownGrant>`
    select id, identifier, person_id as "personId", approval_key as "approvalKey", issued_at as "issuedAt",
      least(expires_at, ended_at) as "endsAt"
    from airlock_grant
    where identifier = any(${distinct(approvals.map(({ grant }) => grant))}::text[])
      and backend_id = ${backendId}`.execute(db);
  return {
    place,
    people: new Map(people.map((person) => [person.username, person])),
    jobs: new Map(jobs.map((job) => [job.identifier, job])),
    grants: new Map(grants.map((grant) => [grant.identifier, grant])),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
