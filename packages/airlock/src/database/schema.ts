/**
 * The tables, as Kysely sees them; `migrations.ts` is what the database has, and a test holds the two together.
 *
 * The truth about release requests is in `audit_event`: each of their events is a decision there, in the one hash-chained log
 * (promise P6). The other tables of requests say the same in a form that lists and searches need, written in the same transaction.
 */
import type { AuditEventTable as LoggedTable } from '@vitrine/platform';
import type { AirlockRights, ReviewNewsKind } from '@vitrine/protocol';
import type { ColumnType, Generated, Selectable } from 'kysely';
import type { RequestStatus } from '../review/status.ts';

/** A JSON column: read as a value, written as text. */
type Json<T> = ColumnType<T, string, string>;
/** Null unless said otherwise when inserting. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>;
/** Has a default in the database. */
type Default<T> = ColumnType<T, T | undefined, T>;

export interface Tables {
  readonly audit_event: LoggedTable;
  readonly session: SessionTable;
  readonly release_request: ReleaseRequestTable;
  readonly released_file: ReleasedFileTable;
  readonly news: NewsTable;
  readonly upload: UploadTable;
}

/** Somebody who is signed in, with what the job server last said that they may do. */
export interface SessionTable {
  hash: string;
  username: string;
  name: string;
  /** Of the job server; see the protocol. */
  grant: string;
  /** Signs this person's approvals. */
  approval_key: string;
  rights: Json<AirlockRights>;
  /** When the job server last confirmed the rights. */
  confirmed_at: Date;
  created_at: Date;
  expires_at: Date;
}

/** What a request has come to. */
export interface ReleaseRequestTable {
  identifier: string;
  workspace: string;
  project: string;
  author: string;
  status: RequestStatus;
  /** Files that would leave. */
  outputs: number;
  created_at: Date;
  status_since: Date;
  /** A request that was approved and recalled does not take the one place that its author has in the workspace. */
  recalled_at: Optional<Date>;
}

/** Bytes that have left a workspace. */
export interface ReleasedFileTable {
  workspace: string;
  path: string;
  sha256: string;
  request: string;
  released_at: Date;
}

/** News for the job server: written with the change, sent afterwards, in their order. */
export interface NewsTable {
  id: Generated<number>;
  request: string;
  number: number;
  kind: ReviewNewsKind;
  workspace: string;
  author: string;
  at: Date;
  /** When the job server answered. */
  sent_at: Optional<Date>;
  /** Code of the fault with which it refused the piece for good. */
  refused_code: Optional<string>;
}

/** How the release of an approved request goes. */
export interface UploadTable {
  request: string;
  /** Bytes that the job server has. */
  sent_bytes: Default<number>;
  total_bytes: number;
  /** Counts what was begun; from 1 on the job server may know of the release. */
  attempts: Default<number>;
  /** Not to be tried before; null once it is over, or stopped by a fault that another attempt would meet again. */
  next_attempt_at: Optional<Date>;
  /** Code of the fault of the last attempt. */
  last_fault: Optional<string>;
  last_message: Optional<string>;
  last_hint: Optional<string>;
}

export type ReleaseRequestRow = Selectable<ReleaseRequestTable>;
export type UploadRow = Selectable<UploadTable>;
