/** How the review of a workspace's outputs stands: for its members and the staff, since the public is told of releases only. */
import type { ReviewNewsKind } from '@vitrine/protocol';
import { type Html, html, instant } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { may, type Scope } from '../people/actor.ts';
import { type KnownReleaseRequest, newestReleaseRequests } from '../queries/release-requests.ts';

/** What it means, and whose turn it is. */
const words: Readonly<Record<ReviewNewsKind, string>> = {
  submitted: 'Submitted, with the reviewers',
  'partially-reviewed': 'One of two reviews is done',
  reviewed: 'Both reviews are done, a decision is due',
  returned: 'Returned, with the author',
  approved: 'Approved, on its way out',
  rejected: 'Rejected',
  released: 'Released',
  withdrawn: 'Withdrawn',
};

/** Null for who is not told, and where there is nothing to tell. */
export async function outputReview(
  { site, person }: Call,
  workspaceId: number,
  scope: Scope,
): Promise<Html | null> {
  const isTold = may(person, 'unreleased_outputs_view', scope) || may(person, 'staff_area_access');
  const requests = isTold ? await newestReleaseRequests(site.db, workspaceId) : [];
  return requests.length === 0 ? null : html`${requests.map(line)}`;
}

function line({ status, status_since, author, backend }: KnownReleaseRequest): Html {
  return html`<p>${words[status]} since ${instant(status_since)}<span class="why">Of ${author}, on ${backend}</span></p>`;
}
