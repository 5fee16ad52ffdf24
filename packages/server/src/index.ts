export { createApp, routes } from './app.ts';
export { type CodelistSite, openCodelists } from './codelists/codelist-site.ts';
export type { Context } from './context.ts';
export type { Database, Queries } from './database/database.ts';
export { newIdentifier } from './database/identifiers.ts';
export { openDatabase } from './database/open-database.ts';
export * from './database/schema.ts';
export type { Topic } from './events/changes.ts';
export { faults } from './faults.ts';
export { cancelJobRequest } from './job-requests/cancel-job-request.ts';
export {
  type CreatedJobRequest,
  createJobRequest,
  type JobRequestInput,
} from './job-requests/create-job-request.ts';
export { rerunFailed } from './job-requests/rerun-failed.ts';
export { otlpTracing, type Tracing } from './operations/tracing.ts';
export { type CodePlace, mayReadCode } from './people/may-read-code.ts';
export {
  isRoleName,
  PERMISSIONS,
  type Permission,
  ROLE_NAMES,
  ROLES,
  type RoleName,
} from './people/roles.ts';
export type { GitHubSettings, OidcSettings, SignInSettings } from './people/sign-in/methods.ts';
export { issueToken, type NewToken, type TokenScope } from './people/tokens.ts';
export { airlockRightsOf, isOutputChecker, mayEnterAirlock } from './releases/airlock-rights.ts';
export { AIRLOCK_TOKEN_MINUTES, issueAirlockToken } from './releases/airlock-token.ts';
export { FolderReleaseStore } from './releases/folder-store.ts';
export { forgetBytes } from './releases/forget-bytes.ts';
export type { ReleaseStore } from './releases/release-store.ts';
export { applyReports } from './scheduling/apply-reports.ts';
export { claimTasks } from './scheduling/claim-tasks.ts';
export { expireLeases } from './scheduling/expire-leases.ts';
export { explainJobs, type WaitingWordsByJob } from './scheduling/explain-jobs.ts';
export { isDrained, setDraining, setMaintenance, setPaused } from './scheduling/operating-modes.ts';
export { SCHEDULING_POLICY, type SchedulingPolicy } from './scheduling/policy.ts';
export { recordHeartbeat } from './scheduling/record-heartbeat.ts';
export { waitForTasks } from './scheduling/wait-for-tasks.ts';
export { watchLeases } from './scheduling/watch-leases.ts';
export { type RunningServer, type ServerOptions, startServer } from './serve.ts';
export { SERVER_SETTINGS, type ServerSettings, serverSettings } from './server-settings.ts';
export type { Site } from './site.ts';
export { GitSourceHost, type GitSourceOptions } from './source-host/git-source-host.ts';
export type { SourceDifference, SourceHost } from './source-host/source-host.ts';
export { formatRuntime, jobRuntime } from './states/derive-request.ts';
export type { TellingSettings } from './telling/deliver-messages.ts';
export { type RecordVerdict, verifyRecord } from './verify-record.ts';
