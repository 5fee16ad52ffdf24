export * from './executor/executor.ts';
export { Machine } from './machine.ts';
export { readConfiguration } from './runtime/configuration.ts';
export { cohortArguments } from './run-pipeline/cohort-command.ts';
