/**
 * One action from start to end: a scratch folder, a program in isolation (or the cohort engine), and its outputs
 * published, whole or not at all.
 */
import { FaultError } from '@vitrine/pipeline';
import { isSystemError } from '../system-error.ts';
import { actionLogPath, formatActionLog, logTail } from '../workspace/action-log.ts';
import type { CollectedFile } from '../workspace/collect.ts';
import { workspaceFaults } from '../workspace/faults.ts';
import type { FinishedJob } from '../workspace/history.ts';
import type { ActionContext, ActionJob } from './action-context.ts';
import { type ActionOutput, type ActionResult, NO_USAGE } from './action-result.ts';
import { type ExecutionPlan, execute, planExecution, prepare, type Ran } from './execute-action.ts';
import { type Judged, judge, TAIL_LINES } from './judge-action.ts';

/**
 * Runs one action. Whatever happens is in the result; only a defect of ours is thrown.
 * What a cancelled action had made is gone, and the workspace is as it was.
 */
export async function runAction(job: ActionJob, context: ActionContext): Promise<ActionResult> {
  const startedAt = context.now();
  const progress = context.onProgress ?? (() => {});
  const { workspace, signal } = context;
  let plan: ExecutionPlan | null = null;
  try {
    signal?.throwIfAborted();
    progress({ stage: 'preparing' });
    plan = await planExecution(job.action, context);
    await workspace.begin({
      job: job.id,
      action: job.action.name,
      started: startedAt.toISOString(),
      executor: plan.executor.name,
    });
    const prepared = await prepare(job, plan, context);
    const ran = await execute(job, plan, prepared, context, progress);
    signal?.throwIfAborted();
    progress({ stage: 'collecting' });
    const judged = await judge(job, plan, prepared, ran, context);
    signal?.throwIfAborted();
    return await publish({ job, plan, ran, judged, startedAt, context });
  } catch (error) {
    const fault = asFault(error, context);
    if (fault === null) throw error;
    // An engine that does not answer is most likely the very fault that is told.
    await plan?.executor.stop(job.id).catch(() => {});
    await workspace.abandon(job.id);
    return failure(job, fault, startedAt, context);
  } finally {
    await plan?.executor.remove(job.id).catch(() => {});
  }
}

interface Ending {
  readonly job: ActionJob;
  readonly plan: ExecutionPlan;
  readonly ran: Ran;
  readonly judged: Judged;
  readonly startedAt: Date;
  readonly context: ActionContext;
}

async function publish(ending: Ending): Promise<ActionResult> {
  const { job, plan, ran, judged, startedAt, context } = ending;
  const finishedAt = context.now();
  const commit = context.code.kind === 'commit' ? context.code.commit : null;
  const finished: FinishedJob = {
    job: job.id,
    request: job.request,
    action: job.action.name,
    state: judged.reason === null ? 'succeeded' : 'failed',
    started: startedAt.toISOString(),
    finished: finishedAt.toISOString(),
    commit,
    outputs: judged.files.map(({ path }) => path),
  };
  const limits = ran.limit === null ? [] : [ran.limit];
  const log = formatActionLog(ran.printed, {
    job: finished,
    image: `${plan.run.image.name}:${plan.run.image.tag}`,
    exitCode: ran.exitCode,
    message: judged.message,
    hint: judged.hint,
    limits,
    files: judged.files,
    warnings: judged.warnings,
  });
  const late = await context.workspace.publish({
    finished,
    files: judged.reason === null ? judged.files : null,
    provenance: {
      request: job.request,
      user: context.user,
      repo: context.repo,
      commit,
      timestamp: Math.floor(finishedAt.getTime() / 1000),
    },
    log,
  });
  const common = {
    job: job.id,
    action: job.action.name,
    startedAt,
    finishedAt,
    message: judged.message,
    hint: judged.hint,
    usage: ran.usage,
    limits,
    logFile: actionLogPath(job.action.name),
    diagnostics: [...judged.warnings, ...late],
  };
  if (judged.reason === null) {
    return { ...common, state: 'succeeded', outputs: judged.files.map(asOutput) };
  }
  const tail = logTail(ran.printed, TAIL_LINES);
  return {
    ...common,
    state: 'failed',
    reason: judged.reason,
    exitCode: ran.exitCode,
    tail,
    tailIsCut: logTail(ran.printed, TAIL_LINES + 1).length > tail.length,
    unmatched: judged.unmatched,
    didYouMean: judged.didYouMean,
  };
}

function asOutput({ path, level, size, hash, level4 }: CollectedFile): ActionOutput {
  const { rows = null, columns = null, refusal = null } = level4 ?? {};
  return { path, level, size, hash, rows, columns, refusal };
}

/** What a person may be told of an error; null for a defect of ours, which is not for the result. */
function asFault(error: unknown, { signal }: ActionContext): FaultError | 'stopped' | null {
  if (signal?.aborted === true) return 'stopped';
  if (error instanceof FaultError) return error;
  if (!isSystemError(error)) return null;
  return workspaceFaults.error('storage-failed', { reason: error.message });
}

/** The result of an action that did not come to an end of its own. */
function failure(
  job: ActionJob,
  fault: FaultError | 'stopped',
  startedAt: Date,
  context: ActionContext,
): ActionResult {
  const common = {
    job: job.id,
    action: job.action.name,
    startedAt,
    finishedAt: context.now(),
    usage: NO_USAGE,
    limits: [],
    logFile: null,
    state: 'failed',
    exitCode: null,
    tail: [],
    tailIsCut: false,
    unmatched: [],
    didYouMean: [],
  } as const;
  if (fault === 'stopped') {
    const message = 'The action was stopped before its end.';
    const hint = 'Its earlier outputs are as they were; run it again when you like.';
    return { ...common, reason: 'cancelled', message, hint, diagnostics: [] };
  }
  const { diagnostics } = fault;
  return {
    ...common,
    reason: diagnostics.some(({ blame }) => blame === 'platform') ? 'platform' : 'refused',
    message: diagnostics.map(({ message }) => message).join(' '),
    hint: diagnostics[0]?.hint ?? null,
    diagnostics,
  };
}
