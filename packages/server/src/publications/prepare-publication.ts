import { inTransaction, recordDecision } from '@vitrine/platform';
import { RELEASE_FILES_LIMIT } from '@vitrine/protocol';
import { type Kysely, sql, type Transaction } from 'kysely';
import { newIdentifier } from '../database/identifiers.ts';
import type { Tables } from '../database/schema.ts';
import { publicationFaults } from './faults.ts';

/** Most files that a publication has. */
export const PUBLICATION_FILES_LIMIT: number = RELEASE_FILES_LIMIT;

export interface PublicationInput {
  readonly workspaceId: number;
  /** For the log of decisions. */
  readonly workspace: string;
  readonly title: string;
  readonly description: string;
  /** Keys of released files. */
  readonly files: readonly number[];
  readonly preparedBy: { readonly id: number; readonly username: string };
}

export interface PreparedPublication {
  readonly identifier: string;
  /** False where a draft or a public publication of just these files was there already. */
  readonly isNew: boolean;
}

interface Clocked {
  readonly db: Kysely<Tables>;
  readonly clock: () => Date;
  readonly randomBytes: (count: number) => Uint8Array;
}

/**
 * Prepares a publication of released files of one workspace, as a draft. The same set of files again gives the draft, or the public
 * publication, that there is: nothing is published twice under two addresses by mistake.
 *
 * @throws FaultError publication-empty, publication-too-large, publication-file-unknown, publication-path-twice
 */
export async function preparePublication(
  site: Clocked,
  input: PublicationInput,
): Promise<PreparedPublication> {
  const files = [...new Set(input.files)];
  if (files.length === 0) throw publicationFaults.error('publication-empty', {});
  if (files.length > PUBLICATION_FILES_LIMIT) {
    throw publicationFaults.error('publication-too-large', {
      count: files.length,
      limit: PUBLICATION_FILES_LIMIT,
    });
  }
  return await inTransaction(site, async (tx) => {
    // Two that prepare the same set at once wait for each other here.
    await sql`select from workspace where id = ${input.workspaceId} for update`.execute(tx);
    await checkFiles(tx, input.workspaceId, files);
    const existing = await findSameSet(tx, input.workspaceId, files);
    if (existing !== null) return { identifier: existing, isNew: false };
    const identifier = newIdentifier(site.randomBytes);
    await insert(tx, site.clock(), identifier, { ...input, files });
    return { identifier, isNew: true };
  });
}

/** Files are locked, so that none is taken back before the draft is there. */
async function checkFiles(
  tx: Transaction<Tables>,
  workspaceId: number,
  files: readonly number[],
): Promise<void> {
  const { rows } = await sql<{ readonly backend_id: number; readonly path: string }>`
    select r.backend_id, f.path from release_file f join release r on r.id = f.release_id
    where f.id = any(${files}::integer[]) and r.workspace_id = ${workspaceId} and r.state = 'released'
      and f.withdrawn_at is null
    order by f.id for share of f`.execute(tx);
  const count = files.length - rows.length;
  if (count > 0) throw publicationFaults.error('publication-file-unknown', { count });
  const names = new Set<string>();
  for (const { backend_id, path } of rows) {
    const name = `${backend_id} ${path}`;
    if (names.has(name)) throw publicationFaults.error('publication-path-twice', { path });
    names.add(name);
  }
}

async function findSameSet(
  tx: Transaction<Tables>,
  workspaceId: number,
  files: readonly number[],
): Promise<string | null> {
  const { rows } = await sql<{ readonly identifier: string }>`
    select p.identifier from publication p
    join publication_file pf on pf.publication_id = p.id
    where p.workspace_id = ${workspaceId} and p.state in ('draft', 'public')
    group by p.id
    having count(*) = ${files.length} and bool_and(pf.release_file_id = any(${files}::integer[]))
    order by p.id limit 1`.execute(tx);
  return rows[0]?.identifier ?? null;
}

async function insert(
  tx: Transaction<Tables>,
  now: Date,
  identifier: string,
  { workspaceId, workspace, title, description, files, preparedBy }: PublicationInput,
): Promise<void> {
  const { id } = await tx
    .insertInto('publication')
    .values({
      identifier,
      workspace_id: workspaceId,
      title,
      description,
      state: 'draft',
      prepared_by: preparedBy.id,
      prepared_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`
    insert into publication_file (publication_id, release_file_id)
    select ${id}, file from unnest(${files}::integer[]) as file`.execute(tx);
  await recordDecision(tx, now, {
    actor: preparedBy.username,
    kind: 'publication-prepared',
    target: ['publication', identifier],
    details: { workspace, title, files: files.length },
  });
}
