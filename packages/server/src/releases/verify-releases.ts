/** Whether releases are what was decided: the files and approvals that were announced, each proven, and the states that the log tells of. */
import { type AnnouncedFile, signApproval, wholeSecond } from '@vitrine/protocol';
import { type QueryExecutorProvider, sql } from 'kysely';
import { announcementHash } from './announce-release.ts';

/** A release as its tables have it. */
export interface WrittenRelease {
  readonly release: string;
  readonly workspace: string;
  readonly author: string;
  readonly released_by: string;
  readonly state: 'receiving' | 'released' | 'cancelled';
  readonly files: readonly WrittenFile[];
  /** What the log says of it, by kind of decision. */
  readonly decisions: readonly { readonly kind: string; readonly announcement: string | null }[];
}

interface WrittenFile extends Omit<AnnouncedFile, 'approvals'> {
  readonly approvals: readonly (AnnouncedFile['approvals'][number] & { readonly key: string })[];
}

/** In what a release does not fit. */
export type Misfit =
  /** The log tells of no such announcement: a file, an approval or a person is another. */
  | 'announcement'
  /** A file lacks two approvals of people who are not its author, with signatures that fit. */
  | 'approvals'
  /** It stands otherwise than the log tells. */
  | 'state';

/** What does not fit in a release; empty where all does. Pure. */
export function misfitsOf(written: WrittenRelease): readonly Misfit[] {
  const { release, workspace, author, released_by, files, decisions, state } = written;
  const announced = announcementHash({
    release,
    workspace,
    author,
    released_by,
    files: files.map(announcedOf),
  });
  const told = (kind: string): readonly (string | null)[] =>
    decisions.filter((decision) => decision.kind === kind).map(({ announcement }) => announcement);
  const isAnnounced = told('release-announced').join() === announced;
  const isProven = files.length > 0 && files.every((file) => isApproved(file, written));
  const expected = { receiving: [0, 0], released: [1, 0], cancelled: [0, 1] }[state];
  const found = [told('release-completed').length, told('release-cancelled').length];
  const isCompletedAsAnnounced = told('release-completed').every((one) => one === announced);
  return [
    ...(isAnnounced ? [] : (['announcement'] as const)),
    ...(isProven ? [] : (['approvals'] as const)),
    ...(found.join() === expected.join() && isCompletedAsAnnounced ? [] : (['state'] as const)),
  ];
}

function announcedOf({ approvals, ...file }: WrittenFile): AnnouncedFile {
  return { ...file, approvals: approvals.map(({ key: _, ...approval }) => approval) };
}

function isApproved({ path, sha256, approvals }: WrittenFile, of: WrittenRelease): boolean {
  const { release, workspace, author } = of;
  const good = approvals.filter(({ reviewer, key, signature }) => {
    const signed = { release, workspace, author, reviewer, path, sha256 };
    return reviewer !== author && signApproval(key, signed) === signature;
  });
  return new Set(good.map(({ reviewer }) => reviewer)).size >= 2;
}

export interface ReleasesVerdict {
  readonly releases: number;
  readonly broken: readonly { readonly release: string; readonly misfits: readonly Misfit[] }[];
}

/** The same of every release of a database. */
export async function verifyReleases(db: QueryExecutorProvider): Promise<ReleasesVerdict> {
  let releases = 0;
  const broken: ReleasesVerdict['broken'][number][] = [];
  for await (const written of releasesOf(db)) {
    releases += 1;
    const misfits = misfitsOf(written);
    if (misfits.length > 0) broken.push({ release: written.release, misfits });
  }
  const { rows } = await sql<{ readonly release: string }>`
    select distinct target as release from audit_event
    where target_kind = 'release' and kind = 'release-announced'
      and not exists (select from release where identifier = audit_event.target)
    order by target`.execute(db);
  // The log tells of them, and they are not there.
  for (const { release } of rows) broken.push({ release, misfits: ['state'] });
  return { releases, broken };
}

async function* releasesOf(db: QueryExecutorProvider): AsyncGenerator<WrittenRelease> {
  for (let after = 0; ; ) {
    const { rows } = await sql<
      Omit<WrittenRelease, 'files'> & {
        readonly id: number;
        readonly files: readonly RowFile[] | null;
      }
    >`
      select r.id, r.identifier as release, w.name as workspace, author.username as author,
        releaser.username as released_by, r.state,
        (select json_agg(json_build_object('path', f.path, 'size', f.size, 'sha256', f.sha256, 'job', job.identifier,
            'commit', f.commit, 'approvals', (
              select json_agg(json_build_object('reviewer', p.username, 'grant', g.identifier, 'at', a.approved_at,
                'signature', a.signature, 'key', g.approval_key))
              from release_approval a join person p on p.id = a.reviewer_id join airlock_grant g on g.id = a.grant_id
              where a.release_file_id = f.id)))
          from release_file f join job on job.id = f.job_id where f.release_id = r.id) as files,
        coalesce((select json_agg(json_build_object('kind', d.kind, 'announcement', d.details ->> 'announcement') order by d.id)
          from audit_event d where d.target_kind = 'release' and d.target = r.identifier), '[]') as decisions
      from release r join workspace w on w.id = r.workspace_id
      join person author on author.id = r.author_id join person releaser on releaser.id = r.released_by
      where r.id > ${after} order by r.id limit 1`.execute(db);
    const [row] = rows;
    if (row === undefined) return;
    const { id, files, ...written } = row;
    yield { ...written, files: (files ?? []).map(fileOf) };
    after = id;
  }
}

type RowFile = Omit<WrittenFile, 'approvals'> & {
  readonly approvals: WrittenFile['approvals'] | null;
};

function fileOf({ approvals, ...file }: RowFile): WrittenFile {
  return {
    ...file,
    approvals: (approvals ?? []).map((approval) => ({
      ...approval,
      at: wholeSecond(new Date(approval.at)),
    })),
  };
}
