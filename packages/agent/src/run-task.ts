/** One task from the checks to its end: the road of a job inside the secure environment. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { DisclosureSettings } from '@vitrine/disclosure';
import type { Action, Diagnostic } from '@vitrine/pipeline';
import type { ReportedCode, ReportedUsage, Task } from '@vitrine/protocol';
import {
  type ActionContext,
  type ActionProgress,
  actionLogPath,
  type Executors,
  executionId,
  type FinishedJob,
  LEVEL4_RULES,
  type Limits,
  type OutputLimits,
  runAction,
  type SpareCode,
  type Workspace,
} from '@vitrine/runner';
import type { AgentLog } from './agent-log.ts';
import {
  type AllowList,
  type DatabaseAccess,
  findAction,
  type Refusal,
  refuseTask,
} from './allow-list.ts';
import { type Ceilings, reasonOf } from './configuration.ts';
import type { DataFolder } from './data-folder.ts';
import { type JobLog, writeJobLog } from './job-log.ts';
import type { JobRecord } from './job-records.ts';
import type { OpenWorkspaces } from './open-workspaces.ts';
import type { SourceCode, StudyCode } from './source-code.ts';
import { coarseUsage, codeOfEnding, codeOfFailure } from './status-code.ts';

/** How a task ended. */
export interface TaskEnd {
  readonly code: ReportedCode;
  readonly usage: ReportedUsage | null;
}

/** A stage that is reported on the way. */
export type Stage = 'preparing' | 'executing' | 'finalizing';

/** How actions run on this machine, as its owner has set it. */
export interface RunSettings {
  readonly executors: Executors;
  readonly limits: Limits;
  readonly outputLimits: OutputLimits;
  readonly runtimes: ActionContext['runtimes'];
  readonly actionSources: readonly string[];
}

export interface TaskContext {
  readonly folder: DataFolder;
  readonly sources: SourceCode;
  readonly workspaces: OpenWorkspaces;
  readonly spareCode: SpareCode;
  readonly settings: RunSettings;
  readonly allow: AllowList;
  readonly ceilings: Ceilings;
  readonly disclosure: DisclosureSettings;
  readonly backend: string;
  readonly database: DatabaseAccess;
  readonly log: AgentLog;
  readonly now: () => Date;
}

/** One task on its way. */
export interface TaskRun {
  readonly record: JobRecord;
  /** Aborted: the job is stopped and forgotten; with the reason `Detached`: it is left as it stands. */
  readonly signal: AbortSignal;
  readonly onStage: (stage: Stage) => void;
}

/**
 * Checks a task and runs it, or goes on with it where an earlier process was cut off.
 * @throws Detached when the agent goes
 */
export async function runTask(run: TaskRun, context: TaskContext): Promise<TaskEnd> {
  const { task } = run.record;
  const found = await check(run, context);
  if ('refusal' in found) return await refuse(run, found.refusal, context);
  return await context.workspaces.use(task.workspace, task.repository, async (workspace) => {
    const refusal = refuseWorkspace(task, workspace) ?? refuseInputs(task, found.action, workspace);
    if (refusal !== null) return await refuse(run, refusal, context);
    return await runIn(workspace, found, run, context);
  });
}

interface Checked extends StudyCode {
  readonly action: Action;
}

async function check(
  { record: { task }, signal }: TaskRun,
  { allow, database, folder, sources }: TaskContext,
): Promise<Checked | { readonly refusal: Refusal }> {
  const refusal = refuseTask(task, allow);
  if (refusal !== null) return { refusal };
  if (await folder.isArchived(task.workspace)) {
    return { refusal: { code: 'workspace_archived', detail: `${task.workspace} is archived` } };
  }
  const study = await sources.find(task, signal);
  if ('refusal' in study) return study;
  const found = findAction(task, study.pipeline, { allow, database });
  return 'refusal' in found ? found : { ...study, action: found.action };
}

/** Outputs of one repository are not for the code of another. */
function refuseWorkspace(task: Task, { manifest: { repo } }: Workspace): Refusal | null {
  if (repo === null || repo === task.repository) return null;
  const detail = `${task.workspace} belongs to ${repo}, not to ${task.repository}`;
  return { code: 'repository_refused', detail };
}

/** What is read must be what the server planned with, or of a job so new that the server has not heard of its end. */
function refuseInputs(task: Task, action: Action, workspace: Workspace): Refusal | null {
  const { manifest, history } = workspace;
  for (const [path, output] of Object.entries(manifest.outputs)) {
    if (!action.needs.includes(output.action) || output.out_of_date_output) continue;
    const expected = task.inputs[output.action];
    if ([expected, history.jobs[output.action]?.job].includes(output.job_id)) continue;
    const detail = `${path} is of job ${output.job_id}, not of ${expected ?? 'any that was named'}`;
    return { code: 'input_missing', detail };
  }
  return null;
}

async function refuse(
  { record }: TaskRun,
  { code, detail }: Refusal,
  context: TaskContext,
): Promise<TaskEnd> {
  const { task } = record;
  context.log({ level: 'warning', event: 'task-refused', facts: { job: task.job, code, detail } });
  await keepLog(record, context, {
    task,
    code,
    finished: null,
    text: null,
    diagnostics: [],
    detail,
  });
  return { code, usage: null };
}

async function runIn(
  workspace: Workspace,
  { action, code, pipeline }: Checked,
  run: TaskRun,
  context: TaskContext,
): Promise<TaskEnd> {
  const { record, signal, onStage } = run;
  const { task, executedAs } = record;
  let failure: TaskFailure | null = null;
  let finished = finishedIn(workspace, record);
  if (finished === null) {
    await workspace.noteActions(new Set(pipeline.actions.keys()));
    const result = await runAction(
      { id: task.job, request: task.job_request, action, attempt: executedAs },
      {
        ...runContext(task, context),
        workspace,
        pipeline,
        code,
        signal,
        onProgress: stageTeller(onStage),
      },
    );
    finished = finishedIn(workspace, record);
    if (finished === null && result.state === 'failed') {
      failure = { code: codeOfFailure(result), diagnostics: result.diagnostics };
    }
  }
  const ending = finished?.ending;
  const end: TaskEnd =
    ending === undefined
      ? { code: failure?.code ?? 'internal_error', usage: null }
      : { code: codeOfEnding(ending, action), usage: coarseUsage(ending.usage) };
  const logFile = join(workspace.store.level3, actionLogPath(action.name));
  await keepLog(record, context, {
    task,
    code: end.code,
    finished,
    text: finished === null ? null : logFile,
    diagnostics: failure?.diagnostics ?? [],
    detail: null,
  });
  return end;
}

interface TaskFailure {
  readonly code: ReportedCode;
  readonly diagnostics: readonly Diagnostic[];
}

/** The log is for people: what a job made counts without it. */
async function keepLog(record: JobRecord, context: TaskContext, log: JobLog): Promise<void> {
  const { folder } = context;
  try {
    const place = folder.logs(record.task.created_at, executionOf(record));
    await writeJobLog(place, folder.agent('scratch'), log);
  } catch (error) {
    const facts = { job: record.task.job, reason: reasonOf(error) };
    context.log({ level: 'error', event: 'job-log-not-written', facts });
  }
}

/** The record of this very attempt, if it has ended: then it was published, and nothing of it happens again. */
function finishedIn(workspace: Workspace, { task, executedAs }: JobRecord): FinishedJob | null {
  const newest = workspace.history.jobs[task.action];
  return newest?.job === task.job && newest.ending?.attempt === executedAs ? newest : null;
}

/** Name of the execution under which a job in hand runs. */
export function executionOf({ task, executedAs }: JobRecord): string {
  return executionId({ id: task.job, attempt: executedAs });
}

type FixedContext = Omit<
  ActionContext,
  'workspace' | 'pipeline' | 'code' | 'signal' | 'onProgress'
>;

function runContext(task: Task, context: TaskContext): FixedContext {
  const { settings, ceilings, disclosure, folder, spareCode, backend, database, now } = context;
  const { resources } = task;
  return {
    executors: settings.executors,
    limits: {
      ...settings.limits,
      cpus: Math.min(resources.cpus, ceilings.cpus, availableParallelism()),
      memoryBytes: Math.min(resources.memory_bytes, ceilings.memory_bytes),
      wallClockSeconds: Math.min(resources.wall_clock_seconds, ceilings.wall_clock_seconds),
    },
    outputLimits: settings.outputLimits,
    level4Rules: { ...LEVEL4_RULES, disclosure },
    runtimes: settings.runtimes,
    spareCode,
    reusableActions: { sources: settings.actionSources, cacheFolder: folder.agent('actions') },
    backend: database === 'dummy' ? 'expectations' : backend,
    databaseAddressFile: typeof database === 'string' ? null : database.addressFile,
    seed: null,
    user: task.requested_by,
    repo: task.repository,
    now,
  };
}

const stageOf: Readonly<Record<ActionProgress['stage'], Stage>> = {
  preparing: 'preparing',
  running: 'executing',
  extracting: 'executing',
  collecting: 'finalizing',
};

/** Tells each stage once. */
function stageTeller(onStage: (stage: Stage) => void): (progress: ActionProgress) => void {
  let told: Stage | null = null;
  return (progress) => {
    const stage = stageOf[progress.stage];
    if (stage === told) return;
    told = stage;
    onStage(stage);
  };
}
