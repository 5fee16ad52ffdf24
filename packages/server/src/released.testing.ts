/** Releases for tests, as they stand once an airlock has sent them: rows, and bytes in the store. */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { newIdentifier } from './database/identifiers.ts';
import type { Tables } from './database/schema.ts';
import type { ReleaseStore } from './releases/release-store.ts';

export interface TestRelease {
  readonly workspace: string;
  /** Content by path. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly at?: Date;
  /** Slug; the backend on which the workspace's newest job ran, unless told. */
  readonly backend?: string;
  readonly author?: string;
  readonly reviewers?: readonly string[];
  readonly state?: 'receiving' | 'released' | 'cancelled';
}

export interface Released {
  readonly id: number;
  readonly identifier: string;
  /** Keys of its files by path. */
  readonly files: ReadonlyMap<string, number>;
}

interface Server {
  readonly db: Kysely<Tables>;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly releases: ReleaseStore;
}

/** The workspace must have had a job on the backend; people are named by their user names. */
export async function releaseForTest(server: Server, given: TestRelease): Promise<Released> {
  const { db } = server;
  const at = given.at ?? new Date();
  const author = given.author ?? 'project-developer';
  const reviewers = given.reviewers ?? ['output-checker', 'staff'];
  const state = given.state ?? 'released';
  const identifier = newIdentifier(server.randomBytes);
  const contents = Object.entries(given.files).map(([path, content]) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  const { rows } = await sql<{ readonly id: number }>`
    insert into release (identifier, workspace_id, backend_id, author_id, released_by, announcement_hash, state,
      announced_at, released_at, cancelled_at)
    select ${identifier}, w.id, b.id, author.id, releaser.id, ${'0'.repeat(64)}, ${state}, ${at}::timestamptz,
      ${state === 'released' ? at : null}::timestamptz, ${state === 'cancelled' ? at : null}::timestamptz
    from workspace w, backend b, person author, person releaser
    where w.name = ${given.workspace} and author.username = ${author} and releaser.username = ${reviewers[0]}
      and b.id = (select coalesce((select id from backend where slug = ${given.backend ?? ''}),
        (select backend_id from job where workspace_id = w.id order by id desc limit 1)))
    returning id`.execute(db);
  const id = rows[0]?.id ?? 0;
  const files = await sql<{ readonly id: number; readonly path: string }>`
    insert into release_file (release_id, path, size, sha256, job_id, commit, received_at)
    select r.id, file.path, file.size, file.sha256, j.id, q.commit, ${state === 'released' ? at : null}::timestamptz
    from release r
    join lateral (select * from job where workspace_id = r.workspace_id order by id desc limit 1) j on true
    join job_request q on q.id = j.job_request_id
    cross join rows from (jsonb_to_recordset(${JSON.stringify(
      contents.map(({ path, bytes, sha256 }) => ({ path, size: bytes.length, sha256 })),
    )}::jsonb) as (path text, size bigint, sha256 text)) as file
    where r.id = ${id} returning id, path`.execute(db);
  for (const reviewer of reviewers) await approve(server, id, reviewer, at);
  if (state === 'released') {
    for (const { sha256, bytes } of contents) await keepBytes(server.releases, sha256, bytes);
  }
  return { id, identifier, files: new Map(files.rows.map((file) => [file.path, file.id])) };
}

/** The signature is not one: it was checked before such rows are written. */
async function approve(server: Server, id: number, reviewer: string, at: Date): Promise<void> {
  await sql`
    with grant_of as (
      insert into airlock_grant (identifier, person_id, backend_id, approval_key, issued_at, expires_at)
      select ${newIdentifier(server.randomBytes)}, person.id, r.backend_id, 'key', ${at}::timestamptz, ${at}::timestamptz
      from release r, person where r.id = ${id} and person.username = ${reviewer} returning id, person_id)
    insert into release_approval (release_file_id, reviewer_id, grant_id, approved_at, signature)
    select f.id, grant_of.person_id, grant_of.id, ${at}::timestamptz, ${'0'.repeat(64)}
    from release_file f, grant_of where f.release_id = ${id}`.execute(server.db);
}

/** Puts bytes where a release would have put them. */
export async function keepBytes(
  store: ReleaseStore,
  sha256: string,
  bytes: Uint8Array,
): Promise<void> {
  const release = sha256.slice(0, 16);
  await store.receive({
    release,
    sha256,
    size: bytes.length,
    offset: 0,
    bytes: new Blob([Uint8Array.from(bytes)]).stream(),
  });
  if (!(await store.keep(release, sha256))) throw new Error('The bytes do not have that hash.');
  await store.drop(release);
}

/** Very many files of a release at once, without bytes. */
export async function addFilesForTest(
  db: Kysely<Tables>,
  release: number,
  count: number,
): Promise<void> {
  await sql`
    insert into release_file (release_id, path, size, sha256, job_id, commit, received_at)
    select f.release_id, 'output/many/table_' || lpad(n::text, 5, '0') || '.csv', n, f.sha256, f.job_id, f.commit, f.received_at
    from (select * from release_file where release_id = ${release} order by id limit 1) f, generate_series(1, ${count}) n`.execute(
    db,
  );
}
