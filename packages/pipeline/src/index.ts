export { didYouMean } from './did-you-mean.ts';
export * from './fault.ts';
export { faults } from './faults.ts';
export * from './output-pattern.ts';
export * from './pipeline.ts';
export { type HistoryEntry, JobState } from './plan/history.ts';
export * from './plan/plan.ts';
export { planJobs } from './plan/plan-jobs.ts';
export type { CreateReason, ReuseReason } from './plan/reasons.ts';
export * from './privacy-level.ts';
export {
  defaultProjectLimits,
  type ParsedProject,
  type ParseOptions,
  type ProjectLimits,
  parseProject,
} from './rules/parse-project.ts';
export { LATEST_VERSION } from './rules/versions.ts';
export * from './shell-words.ts';
export { visible } from './visible.ts';
