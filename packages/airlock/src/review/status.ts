/** The statuses of a release request, who holds each, and the phase it belongs to (cli-review-and-docs §2.3, §2.5). */

export const requestStatuses = [
  'pending',
  'submitted',
  'partially-reviewed',
  'reviewed',
  'returned',
  'approved',
  'rejected',
  'released',
  'withdrawn',
] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** Whose turn it is. A request that the system holds is no longer active. */
export type StatusOwner = 'author' | 'reviewer' | 'system';

/** Author: the request is made or mended. Independent: reviewers judge blind. Consolidating: they see each other. */
export type Phase = 'author' | 'independent' | 'consolidating' | 'complete';

/** Total and disjoint by its type: every status has one owner and one phase. */
export const statusFacts: Readonly<
  Record<
    RequestStatus,
    { readonly owner: StatusOwner; readonly phase: Phase; readonly final: boolean }
  >
> = {
  pending: { owner: 'author', phase: 'author', final: false },
  submitted: { owner: 'reviewer', phase: 'independent', final: false },
  'partially-reviewed': { owner: 'reviewer', phase: 'independent', final: false },
  reviewed: { owner: 'reviewer', phase: 'consolidating', final: false },
  returned: { owner: 'author', phase: 'author', final: false },
  // Approved is not final: the files are still on their way.
  approved: { owner: 'system', phase: 'complete', final: false },
  rejected: { owner: 'system', phase: 'complete', final: true },
  released: { owner: 'system', phase: 'complete', final: true },
  withdrawn: { owner: 'system', phase: 'complete', final: true },
};

/** Whether the request takes the author's one place in the workspace. */
export function isActive(status: RequestStatus): boolean {
  return statusFacts[status].owner !== 'system';
}
