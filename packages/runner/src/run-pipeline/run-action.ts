/**
 * One action from start to end: a scratch folder, a program in isolation (or the cohort engine), and its outputs
 * published, whole or not at all.
 */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCohortextractor } from '@vitrine/cohort';
import {
  type Action,
  compilePattern,
  type Diagnostic,
  FaultError,
  isDatabaseAction,
  type Pipeline,
  type RunCommand,
} from '@vitrine/pipeline';
import type { Executor, LimitName, Limits, Usage } from '../executor/executor.ts';
import { launchOf } from '../runtime/launch.ts';
import {
  findRuntime,
  type Runtime,
  type RuntimeSetting,
  runtimeNames,
} from '../runtime/runtimes.ts';
import { actionLogPath, formatActionLog, logTail } from '../workspace/action-log.ts';
import {
  type CollectedFile,
  type Collection,
  collectOutputs,
  type OutputLimits,
} from '../workspace/collect.ts';
import { workspaceFaults } from '../workspace/faults.ts';
import type { FinishedJob } from '../workspace/history.ts';
import type { Level4Rules } from '../workspace/level4.ts';
import { type PreparedWorkspace, prepareWorkspace } from '../workspace/prepare.ts';
import type { CodeSource } from '../workspace/study-code.ts';
import type { Workspace } from '../workspace/workspace.ts';
import {
  type ActionOutput,
  type ActionResult,
  type FailureReason,
  NO_USAGE,
} from './action-result.ts';
import { cohortArguments } from './cohort-command.ts';
import { executorRecorder, recordingFolder } from './executor-recorder.ts';
import { explainExit } from './explain-exit.ts';
import { resolveReusableAction } from './reusable-action.ts';

/** One action to run. */
export interface ActionJob {
  readonly id: string;
  /** Id of the request that it belongs to. */
  readonly request: string;
  readonly action: Action;
}

/** What an action has around it; the same for all of a run. */
export interface ActionContext {
  readonly workspace: Workspace;
  readonly pipeline: Pipeline;
  readonly code: CodeSource;
  readonly executor: Executor;
  readonly limits: Limits;
  readonly outputLimits: OutputLimits;
  readonly level4Rules: Level4Rules;
  readonly runtimes: Readonly<Record<string, RuntimeSetting>>;
  readonly reusableActions: { readonly sources: readonly string[]; readonly cacheFolder: string };
  /** `expectations` for a run on dummy data. */
  readonly backend: string;
  /** Seed of dummy data; null for the fixed default. */
  readonly seed: number | null;
  readonly user: string | null;
  readonly repo: string | null;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ActionProgress) => void;
}

export type ActionProgress =
  | { readonly stage: 'preparing' }
  | { readonly stage: 'running'; readonly startedAt: Date; readonly usage: Usage }
  /** The cohort engine made a file. */
  | {
      readonly stage: 'extracting';
      readonly file: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly stage: 'collecting' };

/** Lines of the log that a failure shows. */
export const TAIL_LINES = 32;

/** Between two looks at what a running program uses. */
const USAGE_MILLISECONDS = 1000;

/**
 * Runs one action. Whatever happens is in the result; only a defect of ours is thrown.
 * What a cancelled action had made is gone, and the workspace is as it was.
 */
export async function runAction(job: ActionJob, context: ActionContext): Promise<ActionResult> {
  const startedAt = context.now();
  const progress = context.onProgress ?? (() => {});
  const { workspace, signal } = context;
  try {
    signal?.throwIfAborted();
    progress({ stage: 'preparing' });
    await workspace.begin({
      job: job.id,
      action: job.action.name,
      started: startedAt.toISOString(),
    });
    const plan = await planExecution(job.action, context);
    const prepared = await prepare(job, plan, context);
    const ran = await execute(job, plan, prepared, context, progress);
    signal?.throwIfAborted();
    progress({ stage: 'collecting' });
    const judged = await judge(job, plan, prepared, ran, context);
    signal?.throwIfAborted();
    return await publish({ job, plan, ran, judged, startedAt, context });
  } catch (error) {
    await context.executor.stop(job.id);
    await workspace.abandon(job.id);
    return failure(job, error, startedAt, context);
  } finally {
    await context.executor.remove(job.id);
  }
}

/** What will run, after reusable actions are resolved. */
interface ExecutionPlan {
  readonly run: RunCommand;
  readonly code: CodeSource;
  readonly runtime: Runtime;
}

async function planExecution(action: Action, context: ActionContext): Promise<ExecutionPlan> {
  const { name, tag } = action.run.image;
  const own = findRuntime(name, tag, context.runtimes);
  if (own !== null) return { run: action.run, code: context.code, runtime: own };
  const { run, code } = await resolveReusableAction(action, {
    ...context.reusableActions,
    runtimes: runtimeNames(context.runtimes),
    signal: context.signal,
  });
  const runtime = findRuntime(run.image.name, run.image.tag, context.runtimes);
  if (runtime === null) {
    const reason = `it runs on ${run.image.name}, which is no runtime`;
    throw workspaceFaults.error('reusable-invalid', { name, reason }, action.place);
  }
  return { run, code, runtime };
}

function prepare(
  job: ActionJob,
  plan: ExecutionPlan,
  context: ActionContext,
): Promise<PreparedWorkspace> {
  const { pipeline, workspace, signal } = context;
  const patterns = [...pipeline.actions.values()].flatMap(({ outputs }) =>
    outputs.map(({ pattern }) => compilePattern(pattern)),
  );
  return prepareWorkspace({
    folder: join(workspace.jobFolder(job.id), 'workspace'),
    code: plan.code,
    level3: workspace.store.level3,
    manifest: workspace.manifest,
    needs: job.action.needs.map((action) => ({
      action,
      declaresOutputs: (pipeline.actions.get(action)?.outputs.length ?? 0) > 0,
    })),
    isOutput: (path) => patterns.some((matches) => matches(path)),
    signal,
  });
}

/** How a program ended. */
interface Ran {
  readonly exitCode: number;
  readonly limit: LimitName | null;
  readonly usage: Usage;
  /** All that it printed, with times. */
  readonly printed: string;
}

async function execute(
  job: ActionJob,
  plan: ExecutionPlan,
  prepared: PreparedWorkspace,
  context: ActionContext,
  progress: (progress: ActionProgress) => void,
): Promise<Ran> {
  return plan.runtime.kind === 'engine'
    ? runEngine(job, plan, prepared, context, progress)
    : runProgram(job, plan, plan.runtime, prepared, context, progress);
}

async function runProgram(
  job: ActionJob,
  plan: ExecutionPlan,
  runtime: Extract<Runtime, { kind: 'programs' }>,
  prepared: PreparedWorkspace,
  context: ActionContext,
  progress: (progress: ActionProgress) => void,
): Promise<Ran> {
  const { executor, limits, backend, signal } = context;
  const launch = launchOf(runtime, plan.run.arguments, {
    executor: executor.name,
    workspace: prepared.folder,
    cpus: limits.cpus,
    backend,
  });
  await executor.start({
    id: job.id,
    runtime: launch.runtime,
    command: launch.command,
    mounts: [{ source: prepared.folder, target: '/workspace', writable: true }, ...launch.mounts],
    environment: launch.environment,
    limits,
    labels: {
      'vitrine.workspace': context.workspace.manifest.workspace,
      'vitrine.action': job.action.name,
    },
  });
  const ended = await waitAndWatch(executor, job.id, signal, progress);
  if (ended.state !== 'exited') {
    throw workspaceFaults.error('action-not-started', { reason: 'its process vanished' });
  }
  const { exitCode, limit, usage } = ended;
  return { exitCode, limit, usage, printed: await executor.log(job.id) };
}

async function waitAndWatch(
  executor: Executor,
  id: string,
  signal: AbortSignal | undefined,
  progress: (progress: ActionProgress) => void,
): ReturnType<Executor['wait']> {
  const done = new AbortController();
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const now = await executor.inspect(id);
      if (now.state !== 'running') return;
      progress({ stage: 'running', startedAt: now.startedAt, usage: now.usage });
      await delay(USAGE_MILLISECONDS, undefined, { signal: done.signal }).catch(() => {});
    }
  };
  const watching = watch();
  try {
    const ended = await executor.wait(id, signal);
    signal?.throwIfAborted();
    return ended;
  } finally {
    done.abort();
    await watching;
  }
}

/** The cohort engine works on the scratch folder; only the study's own Python runs behind the executor. */
async function runEngine(
  job: ActionJob,
  plan: ExecutionPlan,
  prepared: PreparedWorkspace,
  context: ActionContext,
  progress: (progress: ActionProgress) => void,
): Promise<Ran> {
  const { executor, limits, now, signal } = context;
  const startedAt = now();
  progress({ stage: 'running', startedAt, usage: NO_USAGE });
  const timeout = AbortSignal.timeout(limits.wallClockSeconds * 1000);
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(...line.split('\n').map((part) => `${now().toISOString()} ${part}`));
  };
  const exitCode = await runCohortextractor(
    cohortArguments({ ...job.action, run: plan.run }, context.pipeline.populationSize),
    {
      directory: prepared.folder,
      runRecorder: executorRecorder({
        executor,
        runtimes: context.runtimes,
        id: `${job.id}-record`,
        scratch: recordingFolder(context.workspace.jobFolder(job.id)),
        limits,
        signal: stop,
      }),
      print: say,
      log: say,
      today: startedAt.toISOString().slice(0, 10),
      seed: context.seed,
      environment: {},
      progress: (event) => progress({ stage: 'extracting', ...event }),
      signal: stop,
    },
  );
  const limit = timeout.aborted && signal?.aborted !== true ? 'time' : null;
  return { exitCode, limit, usage: NO_USAGE, printed: lines.join('\n') };
}

/** What is to be said and published about a program that ended. */
interface Judged {
  readonly reason: FailureReason | null;
  readonly message: string;
  readonly hint: string | null;
  readonly files: readonly CollectedFile[];
  readonly warnings: readonly Diagnostic[];
  readonly unmatched: readonly string[];
  readonly didYouMean: readonly string[];
}

async function judge(
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
    });
    const reason = limit === null || limit === 'log' ? 'nonzero-exit' : 'limit';
    return { ...nothing, ...explanation, reason };
  }
  const collection = await collectOutputs({
    prepared,
    patterns: job.action.outputs,
    staging: context.workspace.stagingFolder(job.id),
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
    if (other.outputs.some(({ pattern }) => compilePattern(pattern)(path))) return other.name;
  }
  return null;
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

/** The result of an action that did not come to an end of its own. */
function failure(
  job: ActionJob,
  error: unknown,
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
  if (context.signal?.aborted === true) {
    const message = 'The action was stopped before its end.';
    const hint = 'Its earlier outputs are as they were; run it again when you like.';
    return { ...common, reason: 'cancelled', message, hint, diagnostics: [] };
  }
  if (!(error instanceof FaultError)) throw error;
  const { diagnostics } = error;
  const isOurs = diagnostics.some(({ blame }) => blame === 'platform');
  return {
    ...common,
    reason: isOurs ? 'platform' : 'refused',
    message: diagnostics.map(({ message }) => message).join(' '),
    hint: diagnostics[0]?.hint ?? null,
    diagnostics,
  };
}
