/**
 * What one person may see of a request. Before reviews are consolidated a reviewer sees nothing that another reviewer did, and the
 * author nothing that any did (cli-review-and-docs §2.5).
 */
import { type Decision, decisionOf } from './decision.ts';
import { quietKinds, type RequestEvent } from './event.ts';
import type { Comment, Group, ReleaseRequest, RequestFile, Review } from './request.ts';
import type { Part } from './standing.ts';
import { type Phase, type RequestStatus, statusFacts } from './status.ts';

/** A file as one person sees it. */
export interface FileView extends Omit<RequestFile, 'reviews'> {
  /** Null where nothing is decided that this person may know. */
  readonly decision: Decision | null;
  /** Votes by user: all, the person's own, or none. */
  readonly reviews: ReadonlyMap<string, Review>;
}

export interface RequestView {
  readonly id: string;
  readonly workspace: string;
  readonly author: string;
  readonly status: RequestStatus;
  readonly phase: Phase;
  readonly turn: number;
  readonly revision: number;
  readonly groups: readonly Group[];
  readonly files: readonly FileView[];
  readonly comments: readonly Comment[];
  /** How many reviews were handed in; who did is told to checkers when they consolidate. */
  readonly reviewsSubmitted: number;
  readonly reviewers: readonly string[];
  readonly rejection: string | null;
}

/** The view of a person, or null for a stranger. */
export function viewOf(request: ReleaseRequest, user: string, part: Part): RequestView | null {
  if (part === 'stranger') return null;
  const { status } = request;
  const { phase } = statusFacts[status];
  const isChecker = part === 'checker';
  const seesReviewers = isChecker && phase !== 'independent';
  return {
    id: request.id,
    workspace: request.workspace,
    author: request.author,
    status,
    phase,
    turn: request.turn,
    revision: request.revision,
    groups: [...request.groups.values()],
    files: [...request.files.values()].map((file) => ({
      ...file,
      decision: decisionFor(file, request, isChecker),
      reviews: new Map(
        [...file.reviews].filter(([reviewer]) => isChecker && (seesReviewers || reviewer === user)),
      ),
    })),
    comments: request.comments.filter((comment) => seesComment(comment, request, user, part)),
    reviewsSubmitted: request.submitted.length,
    reviewers: seesReviewers
      ? [...(phase === 'author' ? request.submittedBefore : request.submitted)]
      : [],
    rejection: request.rejection,
  };
}

function decisionFor(
  file: RequestFile,
  request: ReleaseRequest,
  isChecker: boolean,
): Decision | null {
  if (file.type !== 'output') return null;
  const { phase } = statusFacts[request.status];
  if (phase === 'independent' || (phase === 'consolidating' && !isChecker)) return null;
  const reviewers = phase === 'author' ? request.submittedBefore : request.submitted;
  if (reviewers.length === 0) return null;
  const decision = decisionOf(file, request, reviewers);
  // That two reviewers disagree is between them.
  return decision === 'conflicted' && !isChecker ? 'changes-requested' : decision;
}

function seesComment(
  comment: Comment,
  { status, turn }: ReleaseRequest,
  user: string,
  part: Part,
): boolean {
  const { phase } = statusFacts[status];
  if (part === 'checker') {
    if (comment.author === user) return true;
    if (phase === 'complete') return true;
    return !comment.discarded && (comment.turn < turn || phase !== 'independent');
  }
  if (comment.visibility === 'private' || comment.discarded) return false;
  const isUnderReview = phase === 'independent' || phase === 'consolidating';
  return comment.turn < turn || !isUnderReview;
}

/**
 * The events that a person may see. None is ever hidden for good: what was done blind is shown to checkers once it is over, what an
 * early return took back included.
 */
export function visibleEvents(
  events: readonly RequestEvent[],
  request: ReleaseRequest,
  user: string,
  part: Part,
): readonly RequestEvent[] {
  if (part === 'stranger') return [];
  const { phase } = statusFacts[request.status];
  const blindFrom = phase === 'independent' ? lastSubmission(events) : events.length;
  return events.filter((event, at) => {
    const isReviewers = event.by !== request.author && quietKinds.has(event.kind);
    if (part === 'checker') return event.by === user || at < blindFrom || !isBlind(event, request);
    return !isReviewers && event.kind !== 'review-submitted';
  });
}

/** What one reviewer does in an independent phase, that another may not know. A review handed in shows in the status. */
function isBlind(event: RequestEvent, { author }: ReleaseRequest): boolean {
  return event.by !== author && (quietKinds.has(event.kind) || event.kind === 'review-submitted');
}

function lastSubmission(events: readonly RequestEvent[]): number {
  return Math.max(
    0,
    events.findLastIndex(({ kind }) => kind === 'submitted'),
  );
}
