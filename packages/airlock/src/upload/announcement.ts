/** What the job server is told of an approved request: its outputs and who approved them, and nothing else of it (promise P3). */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import {
  type AnnouncedFile,
  type ReleaseAnnouncement,
  type ReleaseApproval,
  wholeSecond,
} from '@vitrine/protocol';
import { outputsOf, type ReleaseRequest, type RequestFile } from '../review/request.ts';
import { uploadFaults } from './faults.ts';

/** Approvals that a file needs. */
const NEEDED = 2;

/**
 * The announcement of an approved request: the same at every call, because nothing of it changes once it is approved.
 * @throws FaultError upload-commit-missing, upload-approvals-missing
 */
export function announcementOf(request: ReleaseRequest): ReleaseAnnouncement {
  const refusals: Diagnostic[] = [];
  const files: AnnouncedFile[] = [];
  for (const file of outputsOf(request)) {
    const { path, size, hash: sha256, job, commit } = file;
    const approvals = approvalsOf(file, request);
    if (approvals.length < NEEDED) {
      refusals.push(uploadFaults.diagnose('upload-approvals-missing', { file: path }));
    }
    if (commit === null) {
      refusals.push(uploadFaults.diagnose('upload-commit-missing', { file: path }));
    } else {
      files.push({ path, size, sha256, job, commit, approvals });
    }
  }
  if (refusals.length > 0) throw new FaultError(refusals);
  const { id: release, workspace, author } = request;
  const released_by = outputsOf(request)[0]?.released?.by ?? '';
  return { release, workspace, author, released_by, files };
}

/** Of those who handed in a review, the approvals of exactly these bytes that can be proven. */
function approvalsOf(
  { reviews, hash }: RequestFile,
  { submitted, author }: ReleaseRequest,
): readonly ReleaseApproval[] {
  return submitted.flatMap((reviewer) => {
    const review = reviews.get(reviewer);
    if (reviewer === author || review?.vote !== 'approved' || review.hash !== hash) return [];
    if (review.proof === null) return [];
    return [{ reviewer, ...review.proof, at: wholeSecond(new Date(review.at)) }];
  });
}
