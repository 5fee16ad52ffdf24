/** What Trino says went wrong, as faults. Its messages may quote values of records, so of them only the name is told. */
import type { FaultError } from '@vitrine/pipeline';
import { databaseFaults } from '../database-process/faults.ts';

/** As in `error` of an answer. */
export interface TrinoError {
  readonly errorName: string;
  readonly errorCode: number;
  readonly errorType: string;
}

type Kind =
  | 'database-passing-fault'
  | 'database-out-of-space'
  | 'database-access-refused'
  | 'database-not-found';

/** Names of Trino's errors (io.trino.spi.StandardErrorCode) that are more than a refused query. */
const kinds: Readonly<Record<string, Kind>> = {
  ADMINISTRATIVELY_KILLED: 'database-passing-fault',
  ADMINISTRATIVELY_PREEMPTED: 'database-passing-fault',
  SERVER_SHUTTING_DOWN: 'database-passing-fault',
  SERVER_STARTING_UP: 'database-passing-fault',
  NO_NODES_AVAILABLE: 'database-passing-fault',
  REMOTE_HOST_GONE: 'database-passing-fault',
  REMOTE_TASK_ERROR: 'database-passing-fault',
  REMOTE_TASK_MISMATCH: 'database-passing-fault',
  REMOTE_TASK_FAILED: 'database-passing-fault',
  PAGE_TRANSPORT_ERROR: 'database-passing-fault',
  PAGE_TRANSPORT_TIMEOUT: 'database-passing-fault',
  TOO_MANY_REQUESTS_FAILED: 'database-passing-fault',
  QUERY_QUEUE_FULL: 'database-passing-fault',
  CLUSTER_OUT_OF_MEMORY: 'database-passing-fault',
  ABANDONED_QUERY: 'database-passing-fault',
  ABANDONED_TASK: 'database-passing-fault',
  TRANSACTION_CONFLICT: 'database-passing-fault',
  EXCEEDED_GLOBAL_MEMORY_LIMIT: 'database-out-of-space',
  EXCEEDED_LOCAL_MEMORY_LIMIT: 'database-out-of-space',
  EXCEEDED_SPILL_LIMIT: 'database-out-of-space',
  OUT_OF_SPILL_SPACE: 'database-out-of-space',
  MEMORY_LIMIT_EXCEEDED: 'database-out-of-space',
  PERMISSION_DENIED: 'database-access-refused',
  CATALOG_NOT_FOUND: 'database-not-found',
  SCHEMA_NOT_FOUND: 'database-not-found',
  // What connectors say of the schema for tables of runs.
  NOT_FOUND: 'database-not-found',
};

/** The fault that an error of Trino stands for. */
export function trinoFault({ errorName, errorCode }: TrinoError): FaultError {
  const name = /^[A-Z][A-Z0-9_]{0,80}$/.test(errorName) ? errorName : 'an error without a name';
  const reason = `${name} (${errorCode}) of Trino`;
  const kind = kinds[errorName];
  if (kind === 'database-not-found') return databaseFaults.error(kind, {});
  return databaseFaults.error(kind ?? 'database-failed', { reason });
}
