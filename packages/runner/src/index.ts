export { addressText } from './executor/docker/engine.ts';
export * from './executor/executor.ts';
export { type LimitReport, probeLimits } from './executor/sandbox/probe-limits.ts';
export { isolationSelfTest, type SelfTestResult } from './executor/self-test.ts';
export { Machine } from './machine.ts';
export {
  type ActionContext,
  type ActionJob,
  type ActionProgress,
  Detached,
  type Executors,
  executionId,
} from './run-pipeline/action-context.ts';
export type {
  ActionOutput,
  ActionResult,
  FailedAction,
  SucceededAction,
} from './run-pipeline/action-result.ts';
export { actionStates, type StandingState } from './run-pipeline/action-states.ts';
export { cleanLeftovers } from './run-pipeline/clean-leftovers.ts';
export { cohortArguments } from './run-pipeline/cohort-command.ts';
export { executorRecorder } from './run-pipeline/executor-recorder.ts';
export { jobId } from './run-pipeline/job-id.ts';
export { readProject } from './run-pipeline/read-project.ts';
export { runAction } from './run-pipeline/run-action.ts';
export type { JobName, RunEvent } from './run-pipeline/run-events.ts';
export { type RunRequest, type RunResult, runPipeline } from './run-pipeline/run-pipeline.ts';
export { type BuildProgress, buildImages } from './runtime/build-images.ts';
export {
  type Configuration,
  limitsOf,
  outputLimitsOf,
  readConfiguration,
} from './runtime/configuration.ts';
export { launchOf } from './runtime/launch.ts';
export { findRuntime, runtimeNames } from './runtime/runtimes.ts';
export { settingKeys, settingsTable } from './runtime/settings-table.ts';
export { actionLogPath } from './workspace/action-log.ts';
export { writeFileAtomically } from './workspace/atomic-file.ts';
export { OUTPUT_LIMITS, type OutputLimits } from './workspace/collect.ts';
export { GitError, type GitOptions, runGit } from './workspace/git.ts';
export type { Ending, FailureReason, FinishedJob, History } from './workspace/history.ts';
export { readHistory } from './workspace/history.ts';
export { type DisclosureVerdict, LEVEL4_RULES, type Level4Rules } from './workspace/level4.ts';
export { type Lock, takeLock } from './workspace/lock.ts';
export { type Manifest, type OutputRecord, readManifestOf } from './workspace/manifest.ts';
export { SpareCode } from './workspace/spare-code.ts';
export type { WorkspaceStore } from './workspace/store.ts';
export type { CodeSource } from './workspace/study-code.ts';
export { Workspace, type WorkspaceName } from './workspace/workspace.ts';
