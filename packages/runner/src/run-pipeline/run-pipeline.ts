/**
 * Runs actions of a study on this machine: reads project.yaml, plans, runs what the plan says side by side, and leaves
 * outputs and records in the study's folder. No server, no database.
 */
import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import {
  type Diagnostic,
  FaultError,
  type HistoryEntry,
  type Pipeline,
  type PlannedJob,
  planJobs,
  type ReusedAction,
} from '@vitrine/pipeline';
import type { Limits } from '../executor/executor.ts';
import type { RuntimeSetting } from '../runtime/runtimes.ts';
import type { OutputLimits } from '../workspace/collect.ts';
import { workspaceFaults } from '../workspace/faults.ts';
import { findObstacle } from '../workspace/inside.ts';
import { LEVEL4_RULES, type Level4Rules } from '../workspace/level4.ts';
import { Workspace } from '../workspace/workspace.ts';
import type { ActionContext, Executors } from './action-context.ts';
import type { ActionResult } from './action-result.ts';
import { cleanLeftovers } from './clean-leftovers.ts';
import { jobId } from './job-id.ts';
import { readProject } from './read-project.ts';
import { runAction } from './run-action.ts';
import type { RunEvent } from './run-events.ts';
import { notStarted, type RunState, stateOf, summarise } from './run-summary.ts';
import { type ScheduledJob, scheduleJobs } from './schedule-jobs.ts';

export interface RunRequest {
  /** The study's folder, with its project.yaml. */
  readonly projectDir: string;
  /** Names of actions; `run_all` stands for all. */
  readonly requested: readonly string[];
  readonly forceRunDependencies?: boolean;
  readonly continueOnError?: boolean;
  /** Actions side by side. Default 2. */
  readonly concurrency?: number;
  readonly executors: Executors;
  readonly limits: Limits;
  readonly outputLimits: OutputLimits;
  readonly level4Rules?: Level4Rules;
  readonly runtimes: Readonly<Record<string, RuntimeSetting>>;
  readonly reusableActions: ActionContext['reusableActions'];
  readonly seed?: number | null;
  /** Leaves each job's scratch folder, `.vitrine/jobs/<job>`, until the next run. */
  readonly keepJobFolders?: boolean;
  readonly onEvent?: (event: RunEvent) => void;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
  /** Identifies the run; default a new one. */
  readonly requestId?: string;
}

export interface RunResult {
  readonly state: RunState;
  readonly request: string;
  /** In the order of the plan. */
  readonly results: readonly ActionResult[];
  readonly reused: readonly ReusedAction[];
  /** One sentence. */
  readonly message: string;
  /** Warnings about the project, and about what an earlier run left behind. */
  readonly diagnostics: readonly Diagnostic[];
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/**
 * Runs a request to its end. What actions do wrong is in the result.
 * @throws FaultError when there is nothing to run from: project-not-found, the faults of project.yaml or of the request,
 * workspace-busy, manifest-unreadable
 */
export async function runPipeline(request: RunRequest): Promise<RunResult> {
  const now = request.now ?? ((): Date => new Date());
  const onEvent = request.onEvent ?? (() => {});
  const startedAt = now();
  const folder = resolve(request.projectDir);
  const { pipeline, diagnostics: warnings } = await readProject(folder);
  if (pipeline === null) throw new FaultError(warnings);
  for (const diagnostic of warnings) onEvent({ kind: 'noticed', diagnostic });
  const workspace = await Workspace.open(
    { level3: folder, level4: null },
    { workspace: basename(folder), repo: null },
    startedAt,
    { keepJobFolders: request.keepJobFolders ?? false },
  );
  try {
    const cleaned = await cleanLeftovers(workspace, request.executors);
    const leftovers = cleaned.map(({ action }) =>
      workspaceFaults.diagnose('leftover-cleaned', { action }),
    );
    for (const diagnostic of leftovers) onEvent({ kind: 'noticed', diagnostic });
    await workspace.noteActions(new Set(pipeline.actions.keys()));
    const plan = planJobs({
      pipeline,
      requested: request.requested,
      forceRunDependencies: request.forceRunDependencies ?? false,
      history: await historyOf(workspace, pipeline),
    });
    if (plan.kind === 'refused') throw new FaultError(plan.diagnostics);
    const run = { request: request.requestId ?? jobId(randomUUID(), ''), startedAt };
    const common = { ...run, reused: plan.reused, diagnostics: [...warnings, ...leftovers] };
    if (plan.kind === 'nothing-to-do') {
      const { message } = plan;
      return { ...common, state: 'nothing-to-do', message, results: [], finishedAt: now() };
    }
    const jobs = plan.jobs.map((job) => asJob(job, run.request));
    onEvent({
      kind: 'planned',
      jobs: jobs.map(({ job, name, reason }) => ({ job, action: name, reason })),
      reused: plan.reused,
    });
    const results = await runJobs(
      jobs,
      pipeline,
      workspace,
      { ...request, now, onEvent },
      run.request,
    );
    const state = stateOf(results);
    return { ...common, state, message: summarise(results), results, finishedAt: now() };
  } finally {
    await workspace.close();
  }
}

/** What has run here before. A success counts only while all its outputs are recorded and there. */
async function historyOf(
  workspace: Workspace,
  pipeline: Pipeline,
): Promise<readonly HistoryEntry[]> {
  const outputs = Object.entries(workspace.manifest.outputs);
  const entries: HistoryEntry[] = [];
  for (const finished of Object.values(workspace.history.jobs)) {
    const { action, state } = finished;
    const recorded = outputs.filter(([, output]) => output.action === action);
    const declares = (pipeline.actions.get(action)?.outputs.length ?? 0) > 0;
    let outputsMissing = recorded.length === 0 && declares;
    for (const [path] of recorded) {
      outputsMissing ||= (await findObstacle(workspace.store.level3, path)) !== null;
    }
    entries.push({
      action,
      state,
      createdAt: finished.started,
      finishedAt: finished.finished,
      jobId: finished.job,
      outputsMissing,
    });
  }
  return entries;
}

interface RunJob extends ScheduledJob {
  readonly job: string;
  readonly reason: string;
}

function asJob({ action, needsJobs, reason }: PlannedJob, request: string): RunJob {
  return { name: action, waitsFor: needsJobs, job: jobId(request, action), reason };
}

type PreparedRequest = RunRequest & Required<Pick<RunRequest, 'now' | 'onEvent'>>;

async function runJobs(
  jobs: readonly RunJob[],
  pipeline: Pipeline,
  workspace: Workspace,
  request: PreparedRequest,
  requestId: string,
): Promise<readonly ActionResult[]> {
  const { now, onEvent, signal } = request;
  const results = new Map<string, ActionResult>();
  const finish = ({ job, name }: RunJob, result: ActionResult): void => {
    results.set(name, result);
    onEvent({ kind: 'finished', job, action: name, result });
  };
  const context: ActionContext = {
    workspace,
    pipeline,
    code: { kind: 'folder', path: workspace.store.level3 },
    executors: request.executors,
    limits: request.limits,
    outputLimits: request.outputLimits,
    level4Rules: request.level4Rules ?? LEVEL4_RULES,
    runtimes: request.runtimes,
    reusableActions: request.reusableActions,
    backend: 'expectations',
    databaseAddressFile: null,
    seed: request.seed ?? null,
    user: null,
    repo: workspace.manifest.repo,
    now,
    signal,
  };
  for (const { job, name, waitsFor } of jobs) {
    onEvent({ kind: 'waiting', job, action: name, on: waitsFor });
  }
  await scheduleJobs({
    jobs,
    concurrency: Math.max(1, request.concurrency ?? 2),
    continueOnError: request.continueOnError ?? false,
    signal,
    run: async (job) => {
      const action = pipeline.actions.get(job.name);
      if (action === undefined) throw new Error(`the plan has an action ${job.name} of its own`);
      const result = await runAction(
        { id: job.job, request: requestId, action },
        {
          ...context,
          onProgress: (progress) =>
            onEvent({ kind: 'progress', job: job.job, action: job.name, progress }),
        },
      );
      finish(job, result);
      return result.state;
    },
    onNotStarted: (job, reason) => finish(job, notStarted(job, reason, results, now())),
  });
  return jobs.flatMap(({ name }) => results.get(name) ?? []);
}
