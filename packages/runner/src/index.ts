export * from './executor/executor.ts';
