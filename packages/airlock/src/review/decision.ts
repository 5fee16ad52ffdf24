/** From votes to a decision about a file (cli-review-and-docs §2.4). */
import type { ReleaseRequest, RequestFile } from './request.ts';

export type Decision = 'incomplete' | 'approved' | 'changes-requested' | 'conflicted';

/**
 * What the reviewers who handed in say of a file. Two approvals decide, even against a third: a third checker breaks ties.
 * An author's vote, a vote on other bytes, and the vote of somebody who has not handed in count for nothing.
 */
export function decisionOf(
  file: RequestFile,
  { author }: Pick<ReleaseRequest, 'author'>,
  submitted: readonly string[],
): Decision {
  const reviewers = new Set(submitted.filter((user) => user !== author));
  const votes = [...reviewers].flatMap((user) => {
    const review = file.reviews.get(user);
    return review === undefined || review.hash !== file.hash || review.vote === 'undecided'
      ? []
      : [review.vote];
  });
  if (votes.length < 2) return 'incomplete';
  const approvals = votes.filter((vote) => vote === 'approved').length;
  if (approvals >= 2) return 'approved';
  return approvals === 0 ? 'changes-requested' : 'conflicted';
}
