/** The part of an action's road on which its program runs: plan, scratch folder, execution. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ExtractRecord, runCohortextractor } from '@vitrine/cohort';
import { type Action, compilePattern, type RunCommand } from '@vitrine/pipeline';
import type { Executor, LimitName, Usage } from '../executor/executor.ts';
import { launchOf } from '../runtime/launch.ts';
import { findRuntime, type Runtime, runtimeNames } from '../runtime/runtimes.ts';
import { workspaceFaults } from '../workspace/faults.ts';
import { type PreparedWorkspace, prepareWorkspace } from '../workspace/prepare.ts';
import { forgetPrepared, readPrepared, writePrepared } from '../workspace/prepared-record.ts';
import type { WantedCode } from '../workspace/spare-code.ts';
import type { CodeSource } from '../workspace/study-code.ts';
import {
  type ActionContext,
  type ActionJob,
  type ActionProgress,
  executionId,
} from './action-context.ts';
import { NO_USAGE } from './action-result.ts';
import { cohortArguments } from './cohort-command.ts';
import { executorRecorder, recordingFolder } from './executor-recorder.ts';
import { keepExtracts, keptExtracts, noteExtract } from './kept-extracts.ts';
import { resolveReusableAction } from './reusable-action.ts';

/** Between two looks at what a running program uses. */
const USAGE_MILLISECONDS = 1000;

/** What will run, after reusable actions are resolved. */
export interface ExecutionPlan {
  readonly run: RunCommand;
  readonly code: CodeSource;
  readonly runtime: Runtime;
  readonly executor: Executor;
}

export async function planExecution(
  action: Action,
  context: ActionContext,
): Promise<ExecutionPlan> {
  const { name, tag } = action.run.image;
  const own = findRuntime(name, tag, context.runtimes);
  if (own !== null) {
    const executor = await context.executors.executorFor(name, tag);
    return { run: action.run, code: context.code, runtime: own, executor };
  }
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
  const executor = await context.executors.executorFor(run.image.name, run.image.tag);
  return { run, code, runtime, executor };
}

/** What an attempt had when its caller went: its scratch folder, and the executor that has its program. */
export interface Standing {
  readonly prepared: PreparedWorkspace;
  readonly executor: Executor;
}

/** Finds the attempt as an earlier caller left it, if its program was started and still counts. */
export async function findStanding(
  job: ActionJob,
  { workspace, executors }: ActionContext,
): Promise<Standing | null> {
  const id = executionId(job);
  const running = workspace.history.running[id];
  if (running === undefined) return null;
  const prepared = await readPrepared(workspace.jobFolder(id));
  if (prepared === null) return null;
  const executor = executors.executor(running.executor);
  return (await executor.inspect(id)).state === 'absent' ? null : { prepared, executor };
}

export async function prepare(
  job: ActionJob,
  plan: ExecutionPlan,
  context: ActionContext,
): Promise<PreparedWorkspace> {
  const { pipeline, workspace, spareCode, signal } = context;
  const folder = workspace.jobFolder(executionId(job));
  await forgetPrepared(folder);
  const scratch = join(folder, 'workspace');
  await keepExtracts(folder, scratch);
  const prepared = await prepareWorkspace({
    folder: scratch,
    wanted: wantedCode(plan, context),
    spareCode,
    level3: workspace.store.level3,
    manifest: workspace.manifest,
    needs: job.action.needs.map((action) => ({
      action,
      declaresOutputs: (pipeline.actions.get(action)?.outputs.length ?? 0) > 0,
    })),
    signal,
  });
  // What a crash left behind under this id works on a scratch folder that is gone.
  await plan.executor.remove(executionId(job));
  await writePrepared(folder, prepared);
  return prepared;
}

function wantedCode(
  { code }: ExecutionPlan,
  { pipeline, limits, outputLimits }: ActionContext,
): WantedCode {
  const patterns = [...pipeline.actions.values()].flatMap(({ outputs }) =>
    outputs.map(({ pattern }) => pattern),
  );
  const matchers = patterns.map((pattern) => compilePattern(pattern));
  return {
    code,
    patterns,
    isOutput: (path) => matchers.some((matches) => matches(path)),
    // Code stands in the workspace like what the action writes, and is looked through like it.
    limits: { bytes: limits.diskBytes, files: outputLimits.entries },
  };
}

/** How a program ended. */
export interface Ran {
  readonly exitCode: number;
  readonly limit: LimitName | null;
  readonly usage: Usage;
  /** All that it printed, with times. */
  readonly printed: string;
  /** What came from a database. */
  readonly extracts: readonly ExtractRecord[];
}

export async function execute(
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
  const { executor } = plan;
  const { limits, backend, signal } = context;
  const launch = launchOf(runtime, plan.run.arguments, {
    executor: executor.name,
    workspace: prepared.folder,
    cpus: limits.cpus,
    backend,
  });
  const id = executionId(job);
  await executor.start({
    id,
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
  // However soon it ends, it has run.
  progress({ stage: 'running', startedAt: context.now(), usage: NO_USAGE });
  // While it runs there is time to lay the code ready for the next.
  context.spareCode?.restock(wantedCode(plan, context));
  const ended = await waitAndWatch(executor, id, signal, progress);
  if (ended.state !== 'exited') {
    throw workspaceFaults.error('action-not-started', { reason: 'its process vanished' });
  }
  if (ended.interrupted) {
    throw workspaceFaults.error('action-interrupted', { action: job.action.name });
  }
  const { exitCode, limit, usage } = ended;
  return { exitCode, limit, usage, printed: await executor.log(id), extracts: [] };
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

/** Name of the execution that records the definitions of a job, by the name of the job's own. */
export function recordingId(execution: string): string {
  return `${execution}-record`;
}

/** The cohort engine works on the scratch folder; only the study's own Python runs behind the executor. */
async function runEngine(
  job: ActionJob,
  plan: ExecutionPlan,
  prepared: PreparedWorkspace,
  context: ActionContext,
  progress: (progress: ActionProgress) => void,
): Promise<Ran> {
  const { limits, databaseAddressFile, now, signal } = context;
  const startedAt = now();
  progress({ stage: 'running', startedAt, usage: NO_USAGE });
  const timeout = AbortSignal.timeout(limits.wallClockSeconds * 1000);
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const lines: string[] = [];
  const extracts: ExtractRecord[] = [];
  const notes: Promise<void>[] = [];
  const jobFolder = context.workspace.jobFolder(executionId(job));
  const say = (line: string): void => {
    lines.push(...line.split('\n').map((part) => `${now().toISOString()} ${part}`));
  };
  const exitCode = await runCohortextractor(
    cohortArguments(
      { ...job.action, run: plan.run },
      { populationSize: context.pipeline.populationSize, isReal: databaseAddressFile !== null },
    ),
    {
      directory: prepared.folder,
      runRecorder: executorRecorder({
        executor: plan.executor,
        runtimes: context.runtimes,
        id: recordingId(executionId(job)),
        scratch: recordingFolder(jobFolder),
        limits,
        signal: stop,
      }),
      print: say,
      log: say,
      today: startedAt.toISOString().slice(0, 10),
      seed: context.seed,
      environment: databaseAddressFile === null ? {} : { DATABASE_URL_FILE: databaseAddressFile },
      progress: (event) => progress({ stage: 'extracting', ...event }),
      recordExtract: (record) => {
        extracts.push(record);
        notes.push(noteExtract(jobFolder, record));
      },
      keptExtracts: await keptExtracts(jobFolder),
      signal: stop,
    },
  );
  await Promise.all(notes);
  const limit = timeout.aborted && signal?.aborted !== true ? 'time' : null;
  return { exitCode, limit, usage: NO_USAGE, printed: lines.join('\n'), extracts };
}
