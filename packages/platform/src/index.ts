export { announce, announcing, CHANNEL, Changes } from './changes/changes.ts';
export { listenOnPostgres } from './changes/listen-on-postgres.ts';
export { type DueWork, workWhenDue } from './changes/work-when-due.ts';
export {
  type Database,
  inTransaction,
  isAway,
  isDuplicate,
  sqlState,
} from './database/database.ts';
export { lockFolder } from './database/folder-lock.ts';
export { type Migration, migrate } from './database/migrate.ts';
export { type DatabaseOptions, openDatabase, openUnchanged } from './database/open-database.ts';
export { pgliteDialect } from './database/pglite-dialect.ts';
export { errorCode } from './database/system-error.ts';
export {
  type AuditEventTable,
  appendOnly,
  auditHash,
  BEGINNING,
  type Decision,
  decisionLogTable,
  decisionsAfter,
  headOfLog,
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
export { FORM_LIMIT, FormFields, invalid, JSON_LIMIT, readForm, readJson } from './http/body.ts';
export { faultLines } from './http/fault-lines.ts';
export { httpFaults, type Statuses, statusOf } from './http/faults.ts';
export { securityHeaders } from './http/headers.ts';
export { type Listening, listen } from './http/listen.ts';
export { localPath } from './http/local-path.ts';
export { expectOwnForm } from './http/own-form.ts';
export { problemOf } from './http/problem.ts';
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
