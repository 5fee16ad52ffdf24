/**
 * Whether what an airlock announces may leave (promise P4). The server takes nobody's word for it: neither the airlock nor its
 * database can release a file without two output checkers who signed in on the site and approved these very bytes.
 */
import { type Diagnostic, level4FileTypes } from '@vitrine/pipeline';
import { sameSecret } from '@vitrine/platform';
import {
  type AnnouncedFile,
  type ReleaseAnnouncement,
  type ReleaseApproval,
  signApproval,
} from '@vitrine/protocol';
import { may, type Person } from '../people/actor.ts';
import { isOutputChecker } from './airlock-rights.ts';
import type { AnnouncementFacts, KnownGrant } from './announcement-facts.ts';
import { releaseFaults } from './faults.ts';

/** Most that the files of a release may have together, in bytes. */
export const RELEASE_TOTAL_LIMIT: number = 1024 ** 3;

/** How far the clock of an airlock may be from ours, in milliseconds. */
const CLOCK_TOLERANCE = 5 * 60_000;

/** Approvals that a file needs. */
const NEEDED = 2;

/**
 * Every reason why the announcement is refused; none where it is not. Pure.
 * @param limit most bytes of all files together
 */
export function verifyAnnouncement(
  announcement: ReleaseAnnouncement,
  facts: AnnouncementFacts,
  now: Date,
  limit: number = RELEASE_TOTAL_LIMIT,
): readonly Diagnostic[] {
  const paths = new Set<string>();
  const sizes = new Map<string, number>();
  return [
    ...peopleFaults(announcement, facts),
    ...sizeFaults(announcement, limit),
    ...announcement.files.flatMap((file) => {
      const isRepeated = paths.has(file.path);
      const size = sizes.get(file.sha256) ?? file.size;
      paths.add(file.path);
      sizes.set(file.sha256, size);
      return [
        ...(isRepeated
          ? [releaseFaults.diagnose('release-file-repeated', { file: file.path })]
          : []),
        ...(size === file.size
          ? []
          : [releaseFaults.diagnose('release-file-sizes-differ', { file: file.path })]),
        ...typeFaults(file),
        ...jobFaults(file, facts),
        ...approvalFaults(announcement, file, facts, now),
      ].map((fault) => ({ ...fault, place: { file: file.path } }));
    }),
  ];
}

function peopleFaults(
  { author, released_by: releaser, workspace }: ReleaseAnnouncement,
  { people, place }: AnnouncementFacts,
): readonly Diagnostic[] {
  const faults: Diagnostic[] = [];
  const person = people.get(author);
  if (person === undefined) {
    faults.push(releaseFaults.diagnose('release-author-unknown', { author }));
  } else if (!may(person, 'unreleased_outputs_view', place)) {
    faults.push(releaseFaults.diagnose('release-author-without-right', { author, workspace }));
  }
  const reason = whyNotReleaser(people.get(releaser), author);
  if (reason !== null) {
    faults.push(releaseFaults.diagnose('release-releaser-refused', { releaser, reason }));
  }
  return faults;
}

function sizeFaults({ files }: ReleaseAnnouncement, limit: number): readonly Diagnostic[] {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return bytes > limit ? [releaseFaults.diagnose('release-too-large', { bytes, limit })] : [];
}

function whyNotReleaser(person: Person | undefined, author: string): string | null {
  if (person === undefined) return 'there is no such account, or it is disabled';
  if (person.username === author) return 'nobody releases what is theirs';
  return isOutputChecker(person) ? null : 'only output checkers may';
}

function typeFaults({ path }: AnnouncedFile): readonly Diagnostic[] {
  const [, type = ''] = /[^/]\.([^./]+)$/.exec(path) ?? [];
  return level4FileTypes.includes(type)
    ? []
    : [
        releaseFaults.diagnose('release-file-type-refused', {
          file: path,
          allowed: level4FileTypes,
        }),
      ];
}

function jobFaults(
  { path: file, job, commit }: AnnouncedFile,
  { jobs }: AnnouncementFacts,
): readonly Diagnostic[] {
  const known = jobs.get(job);
  if (known === undefined) return [releaseFaults.diagnose('release-job-unknown', { file, job })];
  return [
    ...(known.hasSucceeded
      ? []
      : [releaseFaults.diagnose('release-job-unfinished', { file, job })]),
    ...(known.commit === commit
      ? []
      : [releaseFaults.diagnose('release-commit-differs', { file, job })]),
  ];
}

function approvalFaults(
  announcement: ReleaseAnnouncement,
  file: AnnouncedFile,
  facts: AnnouncementFacts,
  now: Date,
): readonly Diagnostic[] {
  const seen = new Set<string>();
  const faults: Diagnostic[] = [];
  let good = 0;
  for (const approval of file.approvals) {
    const { reviewer } = approval;
    const code = seen.has(reviewer)
      ? 'release-approval-repeated'
      : whatIsWrong(announcement, file, approval, facts, now);
    seen.add(reviewer);
    if (code === null) good += 1;
    else faults.push(releaseFaults.diagnose(code, { file: file.path, reviewer }));
  }
  if (good < NEEDED) {
    const missing = { file: file.path, count: good };
    faults.push(releaseFaults.diagnose('release-approvals-missing', missing));
  }
  return faults;
}

type ApprovalFault =
  | 'release-approval-own'
  | 'release-approval-not-checker'
  | 'release-approval-grant'
  | 'release-approval-time'
  | 'release-approval-forged';

function whatIsWrong(
  { release, workspace, author }: ReleaseAnnouncement,
  { path, sha256 }: AnnouncedFile,
  { reviewer, grant: name, at, signature }: ReleaseApproval,
  { people, grants }: AnnouncementFacts,
  now: Date,
): ApprovalFault | null {
  if (reviewer === author) return 'release-approval-own';
  const person = people.get(reviewer);
  if (person === undefined || !isOutputChecker(person)) return 'release-approval-not-checker';
  const grant = grants.get(name);
  if (grant === undefined || grant.personId !== person.id) return 'release-approval-grant';
  const signed = { release, workspace, author, reviewer, path, sha256 };
  if (!sameSecret(signApproval(grant.approvalKey, signed), signature)) {
    return 'release-approval-forged';
  }
  return wasValid(grant, Date.parse(at), now) ? null : 'release-approval-time';
}

/** Whether a grant was valid at a moment that has come. The moment is a whole second of another clock. */
function wasValid({ issuedAt, endsAt }: KnownGrant, at: number, now: Date): boolean {
  return (
    at >= issuedAt.getTime() - CLOCK_TOLERANCE &&
    at <= endsAt.getTime() &&
    at <= now.getTime() + CLOCK_TOLERANCE
  );
}
