/** Publications as pages list and show them. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { PublicationState } from '../publications/transitions.ts';
import { fileColumns, fileOrigins, type ReleasedFile } from './released-files.ts';

export interface PublicationDetail {
  readonly id: number;
  readonly identifier: string;
  readonly title: string;
  readonly description: string;
  readonly state: PublicationState;
  readonly prepared_by: number;
  readonly preparer: string;
  readonly preparer_username: string;
  readonly prepared_at: Date;
  readonly publisher: string | null;
  readonly publisher_username: string | null;
  readonly published_at: Date | null;
  readonly withdrawer: string | null;
  readonly withdrawn_at: Date | null;
  readonly withdrawal_reason: string | null;
  readonly workspace_id: number;
  readonly workspace: string;
  readonly repository: string;
  readonly project_id: number;
  readonly project: string;
  readonly project_slug: string;
  readonly project_number: string | null;
  readonly organisation_id: number;
  readonly organisation: string;
  readonly organisation_slug: string;
  /** Those that were taken back included. */
  readonly files: number;
  readonly taken_back: number;
  /** Bytes of the files that are there. */
  readonly size: number;
}

const details = sql`
  p.id, p.identifier, p.title, p.description, p.state, p.prepared_by, preparer.name as preparer,
  preparer.username as preparer_username, p.prepared_at, publisher.name as publisher,
  publisher.username as publisher_username, p.published_at, withdrawer.name as withdrawer, p.withdrawn_at,
  p.withdrawal_reason, w.id as workspace_id, w.name as workspace, w.repository, project.id as project_id,
  project.name as project, project.slug as project_slug, project.number as project_number, o.id as organisation_id,
  o.name as organisation, o.slug as organisation_slug, held.files, held.taken_back, held.size`;

const around = sql`
  join workspace w on w.id = p.workspace_id
  join project on project.id = w.project_id
  join organisation o on o.id = project.lead_organisation_id
  join person preparer on preparer.id = p.prepared_by
  left join person publisher on publisher.id = p.published_by
  left join person withdrawer on withdrawer.id = p.withdrawn_by
  cross join lateral (
    select count(*)::int as files, count(f.withdrawn_at)::int as taken_back,
      coalesce(sum(f.size) filter (where f.withdrawn_at is null), 0)::bigint as size
    from publication_file pf join release_file f on f.id = pf.release_file_id where pf.publication_id = p.id) held`;

export async function findPublication(
  db: Kysely<Tables>,
  identifier: string,
): Promise<PublicationDetail | null> {
  const { rows } = await sql<PublicationDetail>`
    select ${details} from publication p ${around} where p.identifier = ${identifier}`.execute(db);
  return rows[0] ?? null;
}

export interface PublicationQuery {
  readonly workspaceId?: number;
  readonly projectId?: number;
  readonly states: readonly PublicationState[];
  readonly limit: number;
  readonly offset?: number;
}

/** Publications, those that changed last first. */
export async function listPublications(
  db: Kysely<Tables>,
  { workspaceId, projectId, states, limit, offset = 0 }: PublicationQuery,
): Promise<readonly PublicationDetail[]> {
  const { rows } = await sql<PublicationDetail>`
    select ${details} from publication p ${around}
    where p.state = any(${states}::text[])
      ${workspaceId === undefined ? sql`` : sql`and p.workspace_id = ${workspaceId}`}
      ${projectId === undefined ? sql`` : sql`and w.project_id = ${projectId}`}
    order by coalesce(p.withdrawn_at, p.published_at, p.prepared_at) desc, p.id desc
    limit ${limit} offset ${offset}`.execute(db);
  return rows;
}

/** A file of a publication, under the name that it has there. */
export interface PublishedFile extends ReleasedFile {
  /** Its path; behind the slug of its backend where the files come from several. */
  readonly name: string;
}

export interface FileInPublication extends PublishedFile {
  readonly previous: string | null;
  readonly next: string | null;
}

/** The files of a publication with their names, as `named`. Its set never changes, so neither do these. */
function namedFiles(publicationId: number): RawBuilder<unknown> {
  return sql`named as (
    select f.id as file_id,
      case when count(*) over () > count(*) over (partition by r.backend_id) then b.slug || '/' || f.path else f.path end
        collate "C" as name
    from publication_file pf
    join release_file f on f.id = pf.release_file_id
    join release r on r.id = f.release_id
    join backend b on b.id = r.backend_id
    where pf.publication_id = ${publicationId})`;
}

/** Files of a publication by their names. */
export async function filesOfPublication(
  db: Kysely<Tables>,
  publicationId: number,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<readonly PublishedFile[]> {
  const { rows } = await sql<PublishedFile>`
    with ${namedFiles(publicationId)}
    select ${fileColumns}, named.name from named
    join release_file f on f.id = named.file_id join release r on r.id = f.release_id ${fileOrigins}
    order by named.name limit ${limit} offset ${offset}`.execute(db);
  return rows;
}

export async function findPublishedFile(
  db: Kysely<Tables>,
  publicationId: number,
  name: string,
): Promise<FileInPublication | null> {
  const { rows } = await sql<FileInPublication>`
    with ${namedFiles(publicationId)}
    select ${fileColumns}, named.name,
      (select max(other.name) from named other where other.name < named.name) as previous,
      (select min(other.name) from named other where other.name > named.name) as next
    from named
    join release_file f on f.id = named.file_id join release r on r.id = f.release_id ${fileOrigins}
    where named.name = ${name}`.execute(db);
  return rows[0] ?? null;
}
