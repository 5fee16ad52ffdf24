/** Released files as pages list and show them. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';

/** A released file with what it came from. */
export interface ReleasedFile {
  readonly id: number;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly release: string;
  readonly released_at: Date;
  readonly backend: string;
  readonly backend_slug: string;
  readonly job: string;
  readonly action: string;
  readonly run_command: string;
  /** Actions whose outputs it read. */
  readonly needs: readonly string[];
  /** Content id of the image that it ran in; null where it was none, or is not known. */
  readonly image_digest: string | null;
  readonly request: number;
  readonly commit: string;
  /** When, by whom and why it was taken back; null where it was not. */
  readonly withdrawn_at: Date | null;
  readonly withdrawer: string | null;
  readonly withdrawal_reason: string | null;
}

/** `f` is the file, `r` its release. */
export const fileColumns: RawBuilder<unknown> = sql`
  f.id, f.path, f.size, f.sha256, r.identifier as release, r.released_at, b.name as backend, b.slug as backend_slug,
  j.identifier as job, j.action, j.run_command, j.needs, j.image_digest, request.number as request, f.commit, f.withdrawn_at,
  withdrawer.name as withdrawer, f.withdrawal_reason`;

export const fileOrigins: RawBuilder<unknown> = sql`
  join backend b on b.id = r.backend_id
  join job j on j.id = f.job_id
  join job_request request on request.id = j.job_request_id
  left join person withdrawer on withdrawer.id = f.withdrawn_by`;

export const OUTPUT_SORTS = {
  path: 'Name',
  released: 'Newest first',
  size: 'Largest first',
} as const;

export type OutputSort = keyof typeof OUTPUT_SORTS;

/** The collation of bytes gives the same order on every database. */
const orders: Readonly<Record<OutputSort, RawBuilder<unknown>>> = {
  path: sql`f.path collate "C", f.backend_id`,
  released: sql`f.released_at desc, f.path collate "C", f.backend_id`,
  size: sql`f.size desc, f.path collate "C", f.backend_id`,
};

/** The newest version of a path. */
export interface Output extends ReleasedFile {
  /** How often files of that path were released. */
  readonly versions: number;
  /** How many files the whole list has, and their bytes. */
  readonly total: number;
  readonly total_size: number;
}

export interface OutputQuery {
  /** Pattern of `ilike` that paths have to fit. */
  readonly pattern?: string | undefined;
  readonly sort: OutputSort;
  readonly withTakenBack: boolean;
  readonly limit: number;
  readonly offset?: number;
}

/** The released files of a workspace: of each path on each backend the newest, in one statement. */
export async function listOutputs(
  db: Kysely<Tables>,
  workspaceId: number,
  { pattern, sort, withTakenBack, limit, offset = 0 }: OutputQuery,
): Promise<readonly Output[]> {
  const { rows } = await sql<Output>`
    with newest as (
      select distinct on (r.backend_id, f.path) f.*, r.backend_id, r.released_at,
        count(*) over (partition by r.backend_id, f.path)::int as versions
      from release r
      join release_file f on f.release_id = r.id
      where r.workspace_id = ${workspaceId} and r.state = 'released'
        ${pattern === undefined ? sql`` : sql`and f.path ilike ${pattern}`}
      order by r.backend_id, f.path, r.released_at desc, r.id desc),
    wanted as (
      select f.*, count(*) over ()::int as total, sum(f.size) over ()::bigint as total_size
      from newest f ${withTakenBack ? sql`` : sql`where f.withdrawn_at is null`}
      order by ${orders[sort]} limit ${limit} offset ${offset})
    select ${fileColumns}, f.versions, f.total, f.total_size
    from wanted f
    join release r on r.id = f.release_id
    ${fileOrigins}
    order by ${orders[sort]}`.execute(db);
  return rows;
}

/** Files of a release by their paths. */
export async function filesOfRelease(
  db: Kysely<Tables>,
  releaseId: number,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<readonly ReleasedFile[]> {
  const { rows } = await sql<ReleasedFile>`
    select ${fileColumns} from release_file f join release r on r.id = f.release_id ${fileOrigins}
    where r.id = ${releaseId}
    order by f.path collate "C" limit ${limit} offset ${offset}`.execute(db);
  return rows;
}

/** A file among its neighbours. */
export interface FileInRelease extends ReleasedFile {
  readonly previous: string | null;
  readonly next: string | null;
}

export async function findFile(
  db: Kysely<Tables>,
  releaseId: number,
  path: string,
): Promise<FileInRelease | null> {
  const { rows } = await sql<FileInRelease>`
    select ${fileColumns},
      (select max(o.path collate "C") from release_file o where o.release_id = r.id and o.path collate "C" < f.path) as previous,
      (select min(o.path collate "C") from release_file o where o.release_id = r.id and o.path collate "C" > f.path) as next
    from release_file f join release r on r.id = f.release_id ${fileOrigins}
    where r.id = ${releaseId} and f.path = ${path}`.execute(db);
  return rows[0] ?? null;
}

/** Versions of a file that a page lists. */
export const VERSIONS_SHOWN = 200;

/** All releases of a path in a workspace on a backend, newest first. */
export async function versionsOf(
  db: Kysely<Tables>,
  place: { readonly workspace_id: number; readonly backend_id: number },
  path: string,
): Promise<readonly ReleasedFile[]> {
  const { rows } = await sql<ReleasedFile>`
    select ${fileColumns} from release_file f join release r on r.id = f.release_id ${fileOrigins}
    where r.workspace_id = ${place.workspace_id} and r.backend_id = ${place.backend_id} and r.state = 'released'
      and f.path = ${path}
    order by r.released_at desc, r.id desc limit ${VERSIONS_SHOWN}`.execute(db);
  return rows;
}
