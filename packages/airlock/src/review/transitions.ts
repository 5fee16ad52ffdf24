/**
 * How a release request moves: one table (cli-review-and-docs §2.3). A status changes here and nowhere else, and every change is
 * one list of events that is written whole or not at all.
 */
import type { TransitionCommand } from './command.ts';
import {
  type Condition,
  confirmsPolicy,
  hasAnswered,
  hasCommentedOwnChanges,
  hasOutput,
  hasReason,
  hasVotedOnAll,
  isApproved,
  isExplained,
  isFirstReview,
  isNotCancelled,
  isUploaded,
  mayLeave,
  tellsAuthor,
  unsettledGroups,
} from './conditions.ts';
import type { Happening } from './event.ts';
import type { ReleaseRequest } from './request.ts';
import type { RequestStatus } from './status.ts';

/** One row: who may do what, where it leads, what has to be so, and what then happens. */
export interface Transition {
  readonly do: TransitionCommand['do'];
  readonly from: RequestStatus;
  readonly to: RequestStatus;
  /** `checker` is never the author; `system` is the uploader. */
  readonly by: 'author' | 'checker' | 'system';
  readonly needs: readonly Condition[];
  readonly happens: (request: ReleaseRequest, command: TransitionCommand) => Happening;
}

const submits: Pick<Transition, 'do' | 'by' | 'to' | 'happens'> = {
  do: 'submit',
  by: 'author',
  to: 'submitted',
  happens: () => ({ kind: 'submitted' }),
};
const withdraws: Omit<Transition, 'from'> = {
  do: 'withdraw',
  by: 'author',
  to: 'withdrawn',
  needs: [],
  happens: () => ({ kind: 'withdrawn' }),
};
const reviews: Omit<Transition, 'from' | 'to'> = {
  do: 'submit-review',
  by: 'checker',
  needs: [isFirstReview, hasVotedOnAll, hasCommentedOwnChanges],
  happens: () => ({ kind: 'review-submitted' }),
};
const returnsEarly: Omit<Transition, 'from'> = {
  do: 'return',
  by: 'checker',
  to: 'returned',
  needs: [],
  happens: () => ({ kind: 'returned-early' }),
};

/** All the ways there are. A command from a status without a row is refused. */
export const transitions: readonly Transition[] = [
  { ...submits, from: 'pending', needs: [hasOutput, isExplained, confirmsPolicy] },
  { ...submits, from: 'returned', needs: [hasOutput, isExplained, hasAnswered, isNotCancelled] },
  { ...withdraws, from: 'pending' },
  { ...withdraws, from: 'returned' },
  { ...reviews, from: 'submitted', to: 'partially-reviewed' },
  { ...reviews, from: 'partially-reviewed', to: 'reviewed' },
  // A third checker breaks a tie.
  { ...reviews, from: 'reviewed', to: 'reviewed' },
  { ...returnsEarly, from: 'submitted' },
  { ...returnsEarly, from: 'partially-reviewed' },
  {
    do: 'return',
    from: 'reviewed',
    to: 'returned',
    by: 'checker',
    needs: [tellsAuthor],
    happens: (request) => ({ kind: 'returned', groups: [...unsettledGroups(request)].toSorted() }),
  },
  {
    do: 'approve',
    from: 'reviewed',
    to: 'approved',
    by: 'checker',
    needs: [isApproved, mayLeave, isNotCancelled],
    happens: () => ({ kind: 'approved' }),
  },
  {
    do: 'reject',
    from: 'reviewed',
    to: 'rejected',
    by: 'checker',
    needs: [hasReason],
    happens: (_, command) => ({
      kind: 'rejected',
      reason: command.do === 'reject' ? command.reason.trim() : '',
    }),
  },
  {
    do: 'recall',
    from: 'approved',
    to: 'reviewed',
    by: 'checker',
    needs: [],
    happens: (_, command) => ({
      kind: 'recalled',
      isCancelled: command.do === 'recall' && command.isCancelled,
    }),
  },
  {
    do: 'finish',
    from: 'approved',
    to: 'released',
    by: 'system',
    needs: [isUploaded],
    happens: () => ({ kind: 'released' }),
  },
];

/** The row of a command in a status, if there is one. */
export function transitionOf(
  command: TransitionCommand['do'],
  status: RequestStatus,
): Transition | undefined {
  return transitions.find((row) => row.do === command && row.from === status);
}
