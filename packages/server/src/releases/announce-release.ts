/** Takes up what is to be released, after all of it was verified. The bytes follow. */
import { createHash } from 'node:crypto';
import { FaultError } from '@vitrine/pipeline';
import { inTransaction, recordDecision } from '@vitrine/platform';
import type { ReleaseAnnouncement, ReleaseStanding } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { Tables } from '../database/schema.ts';
import {
  type AnnouncementFacts,
  findAnnouncementFacts,
  findReleasePlace,
} from './announcement-facts.ts';
import { releaseFaults } from './faults.ts';
import { lockReleasedBytes } from './forget-bytes.ts';
import { findRelease, standingOf } from './read-release.ts';
import type { ReleaseStore } from './release-store.ts';
import type { AskingBackend } from './sign-in-to-airlock.ts';
import { verifyAnnouncement } from './verify-announcement.ts';

/** Most faults that one answer lists; how many more there are is said. */
const LISTED_FAULTS = 200;

/**
 * Takes up a release. The same announcement again gives how it stands, whatever has become of people's roles since.
 * @throws FaultError release-announced-differently, or with every reason why it is refused
 */
export async function announceRelease(
  context: Context & { readonly releases: ReleaseStore },
  backend: AskingBackend,
  announcement: ReleaseAnnouncement,
): Promise<ReleaseStanding> {
  const now = context.clock();
  const hash = announcementHash(announcement);
  await inTransaction(context.database, async (tx) => {
    await lockReleasedBytes(tx);
    const { release, workspace } = announcement;
    const known = await tx
      .selectFrom('release')
      .select(['backend_id', 'announcement_hash'])
      .where('identifier', '=', release)
      .executeTakeFirst();
    if (known !== undefined) {
      if (known.backend_id === backend.id && known.announcement_hash === hash) return;
      throw releaseFaults.error('release-announced-differently', { release });
    }
    const place = await findReleasePlace(tx, workspace, backend.id);
    if (place === null) throw releaseFaults.error('release-workspace-elsewhere', { workspace });
    const facts = await findAnnouncementFacts(tx, announcement, place, backend.id);
    const faults = [
      ...(await requestFaults(tx, announcement, facts, backend)),
      ...verifyAnnouncement(announcement, facts, now, context.releaseBytes),
    ];
    if (faults.length > 0) {
      const count = faults.length - LISTED_FAULTS;
      throw new FaultError([
        ...faults.slice(0, LISTED_FAULTS),
        ...(count > 0 ? [releaseFaults.diagnose('release-faults-more', { count })] : []),
      ]);
    }
    await write(tx, announcement, facts, { backend, hash, now });
  });
  return await standingOf(context, await findRelease(context, backend, announcement.release));
}

/** A release is of its release request: where that is known, nobody else's files come under its name. */
async function requestFaults(
  tx: Transaction<Tables>,
  { release, author }: ReleaseAnnouncement,
  { place, people }: AnnouncementFacts,
  backend: AskingBackend,
): Promise<FaultError['diagnostics']> {
  const known = await tx
    .selectFrom('release_request')
    .select(['workspace_id', 'backend_id', 'author_id'])
    .where('identifier', '=', release)
    .executeTakeFirst();
  const isSame =
    known === undefined ||
    (known.workspace_id === place.workspaceId &&
      known.backend_id === backend.id &&
      known.author_id === people.get(author)?.id);
  return isSame ? [] : [releaseFaults.diagnose('release-request-elsewhere', { request: release })];
}

/** The same files and approvals give the same hash, in whatever order they come. */
export function announcementHash({
  release,
  workspace,
  author,
  released_by,
  files,
}: ReleaseAnnouncement): string {
  const ordered = files
    .map(({ path, size, sha256, job, commit, approvals }) => [
      path,
      size,
      sha256,
      job,
      commit,
      approvals
        .map(({ reviewer, grant, at, signature }) => [reviewer, grant, at, signature])
        .toSorted(byText),
    ])
    .toSorted(byText);
  const text = JSON.stringify(['release', release, workspace, author, released_by, ordered]);
  return createHash('sha256').update(text).digest('hex');
}

function byText(left: unknown, right: unknown): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

async function write(
  tx: Transaction<Tables>,
  announcement: ReleaseAnnouncement,
  { place, people, jobs, grants }: AnnouncementFacts,
  { backend, hash, now }: { backend: AskingBackend; hash: string; now: Date },
): Promise<void> {
  const { release, workspace, author, released_by, files } = announcement;
  const row = await tx
    .insertInto('release')
    .values({
      identifier: release,
      workspace_id: place.workspaceId,
      backend_id: backend.id,
      author_id: people.get(author)?.id ?? 0,
      released_by: people.get(released_by)?.id ?? 0,
      announcement_hash: hash,
      state: 'receiving',
      announced_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const fileRows = files.map(({ path, size, sha256, job, commit }) => ({
    path,
    size,
    sha256,
    job_id: jobs.get(job)?.id,
    commit,
  }));
  await sql`
    insert into release_file (release_id, path, size, sha256, job_id, commit)
    select ${row.id}, path, size, sha256, job_id, commit
    from jsonb_to_recordset(${JSON.stringify(fileRows)}::jsonb)
      as file (path text, size bigint, sha256 text, job_id integer, commit text)`.execute(tx);
  const approvalRows = files.flatMap(({ path, approvals }) =>
    approvals.map(({ reviewer, grant, at, signature }) => ({
      path,
      reviewer_id: people.get(reviewer)?.id,
      grant_id: grants.get(grant)?.id,
      approved_at: at,
      signature,
    })),
  );
  await sql`
    insert into release_approval (release_file_id, reviewer_id, grant_id, approved_at, signature)
    select file.id, approval.reviewer_id, approval.grant_id, approval.approved_at, approval.signature
    from jsonb_to_recordset(${JSON.stringify(approvalRows)}::jsonb)
      as approval (path text, reviewer_id integer, grant_id integer, approved_at timestamptz, signature text)
    join release_file file on file.release_id = ${row.id} and file.path = approval.path`.execute(
    tx,
  );
  await recordDecision(tx, now, {
    actor: released_by,
    kind: 'release-announced',
    target: ['release', release],
    details: {
      workspace,
      backend: backend.slug,
      author,
      files: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      announcement: hash,
    },
  });
}
