export {
  AIRLOCK_SETTINGS,
  type AirlockSettings,
  readAirlockSettings,
} from './airlock-settings.ts';
export { openAirlockDatabase } from './database/database.ts';
export { airlockFaults } from './faults.ts';
export { JobServer } from './job-server/job-server.ts';
export { applyEvent, requestOf } from './review/apply.ts';
export type * from './review/command.ts';
export { type Answer, decide, decideCreate } from './review/decide.ts';
export { type Decision, decisionOf } from './review/decision.ts';
export type { FileCopy, Happening, RequestEvent } from './review/event.ts';
export * from './review/request.ts';
export {
  CONFIRMED_FOR_MS,
  type Part,
  type ProjectRole,
  partOf,
  type Rights,
  rightsNow,
  type Standing,
} from './review/standing.ts';
export {
  isActive,
  type Phase,
  type RequestStatus,
  requestStatuses,
  type StatusOwner,
  statusFacts,
} from './review/status.ts';
export { type Transition, transitionOf, transitions } from './review/transitions.ts';
export { type Turnaround, turnaroundOf } from './review/turnaround.ts';
export { type FileView, type RequestView, viewOf, visibleEvents } from './review/view.ts';
export { type AirlockOptions, type RunningAirlock, startAirlock } from './serve.ts';
export { type UploadView, uploadOf } from './upload/upload-state.ts';
export { type UploadPace, Uploads } from './upload/uploads.ts';
export * from './workspace-files/file-tree.ts';
