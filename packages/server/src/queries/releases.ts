/** Releases as pages tell of them. Nothing of a release is known here before all of its bytes are. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';

export interface ReleaseDetail {
  readonly id: number;
  readonly identifier: string;
  readonly announced_at: Date;
  readonly released_at: Date;
  readonly author: string;
  readonly author_username: string;
  readonly releaser: string;
  readonly releaser_username: string;
  readonly backend_id: number;
  readonly backend: string;
  readonly backend_slug: string;
  readonly workspace_id: number;
  readonly workspace: string;
  readonly repository: string;
  readonly project_id: number;
  readonly project: string;
  readonly project_slug: string;
  readonly organisation_id: number;
  readonly files: number;
  /** Of them, those that were taken back. */
  readonly taken_back: number;
  /** Bytes of all files together. */
  readonly size: number;
}

const details = sql`
  r.id, r.identifier, r.announced_at, r.released_at, author.name as author, author.username as author_username,
  releaser.name as releaser, releaser.username as releaser_username, b.id as backend_id, b.name as backend,
  b.slug as backend_slug, w.id as workspace_id, w.name as workspace, w.repository, p.id as project_id, p.name as project,
  p.slug as project_slug, p.lead_organisation_id as organisation_id, held.files, held.taken_back, held.size`;

const around = sql`
  join person author on author.id = r.author_id
  join person releaser on releaser.id = r.released_by
  join backend b on b.id = r.backend_id
  join workspace w on w.id = r.workspace_id
  join project p on p.id = w.project_id
  cross join lateral (
    select count(*)::int as files, count(f.withdrawn_at)::int as taken_back, coalesce(sum(f.size), 0)::bigint as size
    from release_file f where f.release_id = r.id) held`;

export async function findRelease(
  db: Kysely<Tables>,
  identifier: string,
): Promise<ReleaseDetail | null> {
  const { rows } = await sql<ReleaseDetail>`
    select ${details} from release r ${around}
    where r.identifier = ${identifier} and r.state = 'released'`.execute(db);
  return rows[0] ?? null;
}

/** Releases of a workspace, newest first. */
export async function listReleases(
  db: Kysely<Tables>,
  workspaceId: number,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<readonly ReleaseDetail[]> {
  const { rows } = await sql<ReleaseDetail>`
    select ${details} from release r ${around}
    where r.workspace_id = ${workspaceId} and r.state = 'released'
    order by r.released_at desc, r.id desc limit ${limit} offset ${offset}`.execute(db);
  return rows;
}

/** What was released of the outputs of a job request. */
export interface RequestRelease {
  readonly identifier: string;
  readonly released_at: Date;
  /** Files that jobs of the request made; the release may hold others. */
  readonly files: number;
}

export async function releasesOfRequest(
  db: Kysely<Tables>,
  jobRequestId: number,
): Promise<readonly RequestRelease[]> {
  const { rows } = await sql<RequestRelease>`
    select r.identifier, r.released_at, count(*)::int as files
    from job j
    join release_file f on f.job_id = j.id
    join release r on r.id = f.release_id
    where j.job_request_id = ${jobRequestId} and r.state = 'released'
    group by r.id order by r.released_at desc, r.id desc limit 50`.execute(db);
  return rows;
}

/** Somebody who approved files, from when to when. */
export interface Approver {
  readonly name: string;
  readonly username: string;
  readonly files: number;
  readonly first_at: Date;
  readonly last_at: Date;
}

/** Who approved files of a release; of one file where it is named. */
export async function approversOf(
  db: Kysely<Tables>,
  releaseId: number,
  fileId?: number,
): Promise<readonly Approver[]> {
  const { rows } = await sql<Approver>`
    select person.name, person.username, count(*)::int as files, min(a.approved_at) as first_at,
      max(a.approved_at) as last_at
    from release_file f
    join release_approval a on a.release_file_id = f.id
    join person on person.id = a.reviewer_id
    where f.release_id = ${releaseId} ${fileId === undefined ? sql`` : sql`and f.id = ${fileId}`}
    group by person.id order by min(a.approved_at), person.username`.execute(db);
  return rows;
}

/** One approval of one file. */
export interface FileApproval {
  readonly file: number;
  readonly name: string;
  readonly username: string;
  readonly approved_at: Date;
}

/** Every approval of every file of a release. */
export async function approvalsOfRelease(
  db: Kysely<Tables>,
  releaseId: number,
): Promise<readonly FileApproval[]> {
  const { rows } = await sql<FileApproval>`
    select a.release_file_id as file, person.name, person.username, a.approved_at
    from release_file f
    join release_approval a on a.release_file_id = f.id
    join person on person.id = a.reviewer_id
    where f.release_id = ${releaseId} order by a.approved_at, person.username`.execute(db);
  return rows;
}
