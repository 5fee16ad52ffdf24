/** What happens during a run, as it happens: for the live table, plain lines, or nobody. */
import type { Diagnostic } from '@vitrine/pipeline';
import type { ActionProgress } from './action-context.ts';
import type { ActionResult } from './action-result.ts';

/** A job of this run. */
export interface JobName {
  readonly job: string;
  readonly action: string;
}

export type RunEvent =
  /** Something that a person should know, and that stops nothing. */
  | { readonly kind: 'noticed'; readonly diagnostic: Diagnostic }
  | {
      readonly kind: 'planned';
      /** In the order in which they may start. */
      readonly jobs: readonly (JobName & { readonly reason: string })[];
      /** Needed actions whose outputs are used as they are. */
      readonly reused: readonly { readonly action: string; readonly reason: string }[];
    }
  | (JobName & {
      readonly kind: 'waiting';
      /** Actions of this run that have to succeed first; empty when it waits for its turn. */
      readonly on: readonly string[];
    })
  | (JobName & { readonly kind: 'progress'; readonly progress: ActionProgress })
  | (JobName & { readonly kind: 'finished'; readonly result: ActionResult });
