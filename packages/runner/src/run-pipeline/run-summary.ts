/** What is said of a run as a whole, and of the jobs that it never started. */
import type { FailureReason } from '../workspace/history.ts';
import { type ActionResult, NO_USAGE } from './action-result.ts';
import type { NotStarted, ScheduledJob } from './schedule-jobs.ts';

/**
 * `failed` when an action failed or was not started because of that; `cancelled` when somebody stopped the run before all
 * had ended.
 */
export type RunState = 'succeeded' | 'nothing-to-do' | 'failed' | 'cancelled';

/** The result of a job of the plan that was never started. */
export function notStarted(
  { job, name }: ScheduledJob & { readonly job: string },
  not: NotStarted,
  results: ReadonlyMap<string, ActionResult>,
  at: Date,
): ActionResult {
  const { reason, message, hint } = explainNotStarted(not, results);
  return {
    job,
    action: name,
    startedAt: at,
    finishedAt: at,
    state: 'failed',
    reason,
    message,
    hint,
    exitCode: null,
    tail: [],
    tailIsCut: false,
    unmatched: [],
    didYouMean: [],
    usage: NO_USAGE,
    limits: [],
    logFile: null,
    diagnostics: [],
  };
}

function explainNotStarted(
  not: NotStarted,
  results: ReadonlyMap<string, ActionResult>,
): { readonly reason: FailureReason; readonly message: string; readonly hint: string | null } {
  switch (not.why) {
    case 'dependency': {
      const cause = results.get(not.of);
      const stopped = cause?.state === 'failed' && cause.reason === 'cancelled';
      return {
        reason: stopped ? 'cancelled' : 'dependency',
        message: `Not started: it needs ${not.of}, which did not succeed.`,
        hint: null,
      };
    }
    case 'failure':
      return {
        reason: 'cancelled',
        message: `Not started, because ${not.of} failed.`,
        hint: 'Use --continue-on-error to run what does not depend on a failure.',
      };
    case 'stopped':
      return { reason: 'cancelled', message: 'Not started: the run was stopped.', hint: null };
  }
}

/** How the run as a whole went. */
export function stateOf(results: readonly ActionResult[]): Exclude<RunState, 'nothing-to-do'> {
  const reasons = new Set(
    results.map((result) => (result.state === 'failed' ? result.reason : null)),
  );
  reasons.delete(null);
  if (reasons.size === 0) return 'succeeded';
  reasons.delete('cancelled');
  return reasons.size === 0 ? 'cancelled' : 'failed';
}

/** `3 actions succeeded, 1 failed, 2 were not run.` */
export function summarise(results: readonly ActionResult[]): string {
  const succeeded = results.filter(({ state }) => state === 'succeeded').length;
  const notRun = results.filter(
    (result) =>
      result.state === 'failed' &&
      (result.reason === 'cancelled' || result.reason === 'dependency'),
  ).length;
  const failed = results.length - succeeded - notRun;
  const parts = [
    `${succeeded} ${succeeded === 1 ? 'action' : 'actions'} succeeded`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(notRun === 0 ? [] : [`${notRun} ${notRun === 1 ? 'was' : 'were'} not run`]),
  ];
  return `${parts.join(', ')}.`;
}
