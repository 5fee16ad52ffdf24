/**
 * The one table of what may become of a publication (job-server §2.8). A draft is prepared by a developer of the project; somebody
 * else, an output publisher, makes it public. What was public stays on record: it is withdrawn with a reason, and never comes back.
 */
import type { PublicationTable } from '../database/schema.ts';
import type { Permission } from '../people/roles.ts';

export type PublicationState = PublicationTable['state'];

export type PublicationStep = 'publish' | 'discard' | 'refuse' | 'withdraw';

export interface PublicationTransition {
  readonly from: PublicationState;
  readonly to: PublicationState;
  /** What whoever takes the step needs on the project. */
  readonly permission: Permission;
  /** Two people see what becomes public: the one who prepared it may not take this step. */
  readonly bySomebodyElse: boolean;
  /** A reason is asked for, and stays public. */
  readonly needsReason: boolean;
  /** As the log of decisions calls it. */
  readonly decision: string;
}

export const PUBLICATION_TRANSITIONS: Readonly<Record<PublicationStep, PublicationTransition>> = {
  publish: {
    from: 'draft',
    to: 'public',
    permission: 'snapshot_publish',
    bySomebodyElse: true,
    needsReason: false,
    decision: 'publication-published',
  },
  discard: {
    from: 'draft',
    to: 'discarded',
    permission: 'snapshot_create',
    bySomebodyElse: false,
    needsReason: false,
    decision: 'publication-discarded',
  },
  refuse: {
    from: 'draft',
    to: 'discarded',
    permission: 'snapshot_publish',
    bySomebodyElse: false,
    needsReason: false,
    decision: 'publication-refused',
  },
  withdraw: {
    from: 'public',
    to: 'withdrawn',
    permission: 'snapshot_publish',
    bySomebodyElse: false,
    needsReason: true,
    decision: 'publication-withdrawn',
  },
};

export const PUBLICATION_STEPS: readonly PublicationStep[] = Object.keys(
  PUBLICATION_TRANSITIONS,
) as PublicationStep[];

/** The steps that a state lets anybody take. */
export function stepsFrom(state: PublicationState): readonly PublicationStep[] {
  return PUBLICATION_STEPS.filter((step) => PUBLICATION_TRANSITIONS[step].from === state);
}
