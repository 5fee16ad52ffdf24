/** What a program that ended made, and what is to be said about it. */
import {
  type Action,
  compilePattern,
  type Diagnostic,
  isDatabaseAction,
  type Pipeline,
} from '@vitrine/pipeline';
import { logTail } from '../workspace/action-log.ts';
import { type CollectedFile, type Collection, collectOutputs } from '../workspace/collect.ts';
import type { FailureReason } from '../workspace/history.ts';
import type { PreparedWorkspace } from '../workspace/prepare.ts';
import { type ActionContext, type ActionJob, executionId } from './action-context.ts';
import type { ExecutionPlan, Ran } from './execute-action.ts';
import { explainExit } from './explain-exit.ts';

/** Lines of the log that a failure shows. */
export const TAIL_LINES = 32;

/** What is to be said and published about a program that ended. */
export interface Judged {
  readonly reason: FailureReason | null;
  readonly message: string;
  readonly hint: string | null;
  readonly files: readonly CollectedFile[];
  readonly warnings: readonly Diagnostic[];
  readonly unmatched: readonly string[];
  readonly didYouMean: readonly string[];
}

export async function judge(
  job: ActionJob,
  plan: ExecutionPlan,
  prepared: PreparedWorkspace,
  ran: Ran,
  context: ActionContext,
): Promise<Judged> {
  const nothing = { files: [], unmatched: [], didYouMean: [], warnings: prepared.warnings };
  const { exitCode, limit, printed } = ran;
  if (exitCode !== 0) {
    const explanation = explainExit({
      exitCode,
      limit,
      limits: context.limits,
      tail: logTail(printed, TAIL_LINES),
      isDatabaseAction: isDatabaseAction({ ...job.action, run: plan.run }),
      undeclaredProducer: (path) => undeclaredProducer(path, job.action, context.pipeline),
      isOwnOutput: (path) => declares(job.action, path),
    });
    const reason = limit === null || limit === 'log' ? 'nonzero-exit' : 'limit';
    return { ...nothing, ...explanation, reason };
  }
  const collection = await collectOutputs({
    prepared,
    patterns: job.action.outputs,
    staging: context.workspace.stagingFolder(executionId(job)),
    limits: context.outputLimits,
    rules: context.level4Rules,
    signal: context.signal,
  });
  return { ...nothing, ...judgeCollection(collection, prepared.warnings) };
}

function judgeCollection(
  collection: Collection,
  earlier: readonly Diagnostic[],
): Partial<Judged> & Pick<Judged, 'reason' | 'message' | 'hint'> {
  switch (collection.kind) {
    case 'limit':
      return { reason: 'limit', message: collection.message, hint: collection.hint };
    case 'unmatched': {
      const unmatched = collection.patterns.map(({ pattern }) => pattern);
      const { didYouMean } = collection;
      return {
        reason: 'unmatched-patterns',
        message: `No file that the action made matches ${unmatched.join(', ')}.`,
        hint:
          didYouMean.length === 0
            ? 'The action made no other files; check where the program writes its outputs.'
            : `Did you mean one of these, which nobody declared: ${didYouMean.slice(0, 8).join(', ')}?`,
        unmatched,
        didYouMean,
        warnings: [...earlier, ...collection.warnings],
      };
    }
    case 'collected': {
      const refused = collection.files.filter(({ level4 }) => (level4?.refusal ?? null) !== null);
      const suffix =
        refused.length === 0 ? '' : `, but ${refused.length} may not be seen at level 4`;
      return {
        reason: null,
        message: `Completed successfully with ${counted(collection.files.length, 'output')}${suffix}.`,
        hint: null,
        files: collection.files,
        warnings: [...earlier, ...collection.warnings],
      };
    }
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function undeclaredProducer(path: string, action: Action, pipeline: Pipeline): string | null {
  for (const other of pipeline.actions.values()) {
    if (other.name === action.name || action.needs.includes(other.name)) continue;
    if (declares(other, path)) return other.name;
  }
  return null;
}

function declares({ outputs }: Action, path: string): boolean {
  return outputs.some(({ pattern }) => compilePattern(pattern)(path));
}
