export * from './agent-messages.ts';
export * from './api-messages.ts';
export * from './identifiers.ts';
export { openApiDocument } from './openapi.ts';
export * from './problem.ts';
export * from './rap-messages.ts';
export * from './release-messages.ts';
export * from './routes.ts';
export * from './states.ts';
