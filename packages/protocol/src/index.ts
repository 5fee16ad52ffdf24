export * from './agent-messages.ts';
export * from './api-messages.ts';
export * from './identifiers.ts';
export * from './problem.ts';
export * from './states.ts';
