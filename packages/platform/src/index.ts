export { announce, announcing, Changes } from './changes/changes.ts';
export { type DueWork, workWhenDue } from './changes/work-when-due.ts';
export {
  type Database,
  inTransaction,
  isAway,
  isDuplicate,
} from './database/database.ts';
export { lockFolder } from './database/folder-lock.ts';
export { type Migration, migrate } from './database/migrate.ts';
export { type DatabaseOptions, openDatabase, openUnchanged } from './database/open-database.ts';
export { pgliteDialect } from './database/pglite-dialect.ts';
export { errorCode } from './database/system-error.ts';
export {
  type AuditEventTable,
  appendOnly,
  type Decision,
  decisionLogTable,
  type LoggedDecision,
  recordDecision,
  recordDecisions,
  refuseChange,
} from './decisions/decision-log.ts';
export {
  type ChainVerdict,
  findBrokenDecision,
  verifyDecisions,
} from './decisions/verify-decisions.ts';
export { databaseFaults } from './faults.ts';
export { FormFields, readForm, readJson } from './http/body.ts';
export { faultLines } from './http/fault-lines.ts';
export { httpFaults, type Statuses, statusOf } from './http/faults.ts';
export { securityHeaders } from './http/headers.ts';
export { type Listening, listen } from './http/listen.ts';
export { localPath } from './http/local-path.ts';
export { expectOwnForm } from './http/own-form.ts';
export { problemOf } from './http/problem.ts';
export { type Shown, sendTo } from './http/shown.ts';
export {
  type Answered,
  type Endpoint,
  type ReportError,
  type WebApplication,
  webApp,
} from './http/web-app.ts';
export { newIdentifier } from './identifiers.ts';
export {
  logLine,
  type OperatorLog,
  type OperatorLogEntry,
  withoutSecrets,
} from './operator-log.ts';
export { csrfToken, hashSecret, newSecret, sameSecret } from './secrets.ts';
