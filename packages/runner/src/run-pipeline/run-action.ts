/**
 * One action from start to end: a scratch folder, a program in isolation (or the cohort engine), and its outputs
 * published, whole or not at all.
 */
import { FaultError } from '@vitrine/pipeline';
import type { Executor } from '../executor/executor.ts';
import { isSystemError } from '../system-error.ts';
import { actionLogPath, formatActionLog, logTail } from '../workspace/action-log.ts';
import type { CollectedFile } from '../workspace/collect.ts';
import { workspaceFaults } from '../workspace/faults.ts';
import type { FinishedJob } from '../workspace/history.ts';
import { type ActionContext, type ActionJob, Detached, executionId } from './action-context.ts';
import { type ActionOutput, type ActionResult, NO_USAGE } from './action-result.ts';
import {
  type ExecutionPlan,
  execute,
  findStanding,
  planExecution,
  prepare,
  type Ran,
} from './execute-action.ts';
import { type Judged, judge, TAIL_LINES } from './judge-action.ts';

/**
 * Runs one action. Whatever happens is in the result; only a defect of ours is thrown.
 * What a cancelled action had made is gone, and the workspace is as it was.
 *
 * An attempt whose caller was killed, or went with `Detached`, is called again with the same job: where its program was
 * started, it is waited for; where not, the attempt begins afresh. One that has ended is in the workspace's history and
 * is not to be called again.
 * @throws Detached when the caller goes
 */
export async function runAction(job: ActionJob, context: ActionContext): Promise<ActionResult> {
  const id = executionId(job);
  const running = context.workspace.history.running[id];
  const startedAt = running === undefined ? context.now() : new Date(running.started);
  const progress = context.onProgress ?? (() => {});
  const { workspace, signal } = context;
  let executor: Executor | null = null;
  let isLeft = false;
  try {
    signal?.throwIfAborted();
    const standing = await findStanding(job, context);
    if (standing === null) progress({ stage: 'preparing' });
    executor = standing?.executor ?? null;
    const planned = await planExecution(job.action, context);
    executor ??= planned.executor;
    const plan: ExecutionPlan = { ...planned, executor };
    if (standing === null) {
      await workspace.begin({
        job: id,
        action: job.action.name,
        started: startedAt.toISOString(),
        executor: executor.name,
      });
    }
    const prepared = standing?.prepared ?? (await prepare(job, plan, context));
    const ran = await execute(job, plan, prepared, context, progress);
    signal?.throwIfAborted();
    progress({ stage: 'collecting' });
    const judged = await judge(job, plan, prepared, ran, context);
    signal?.throwIfAborted();
    return await publish({ job, plan, ran, judged, startedAt, context });
  } catch (error) {
    if (signal?.reason instanceof Detached) {
      isLeft = true;
      throw signal.reason;
    }
    const fault = asFault(error, context);
    if (fault === null) throw error;
    // An engine that does not answer is most likely the very fault that is told.
    await executor?.stop(id).catch(() => {});
    await workspace.abandon(id);
    return failure(job, fault, startedAt, context);
  } finally {
    if (!isLeft) await executor?.remove(id).catch(() => {});
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
    ending: {
      attempt: job.attempt ?? 1,
      reason: judged.reason,
      exitCode: ran.exitCode,
      limit: ran.limit,
      usage: ran.usage,
    },
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
    execution: executionId(job),
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
    extracts: ran.extracts,
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
  const { rows = null, columns = null, refusal = null, disclosure = null } = level4 ?? {};
  return { path, level, size, hash, rows, columns, refusal, disclosure };
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
