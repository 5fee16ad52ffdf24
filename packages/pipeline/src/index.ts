export { didYouMean } from './did-you-mean.ts';
export * from './fault.ts';
export { faults, hasErrors } from './faults.ts';
export * from './output-pattern.ts';
export * from './pipeline.ts';
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
