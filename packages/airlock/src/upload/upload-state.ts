/** How the upload of an approved request goes, as the database has it. */
import { announce } from '@vitrine/platform';
import { sql } from 'kysely';
import type { Queries, Topic } from '../database/database.ts';
import type { UploadRow } from '../database/schema.ts';

/** What an attempt met. */
export interface UploadFault {
  /** Of a catalogue of ours, or of the job server. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** For pages; the topic `request:<id>` tells of every change. */
export type UploadView = {
  /** Bytes that the job server has confirmed. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly attempts: number;
} & (
  | { readonly state: 'sending' }
  /** It is tried again by itself. */
  | { readonly state: 'waiting'; readonly fault: UploadFault; readonly nextAttemptAt: Date }
  /** Another attempt would meet the same: it goes on when somebody asks for it, or is recalled. */
  | { readonly state: 'stopped'; readonly fault: UploadFault }
);

/** The upload of a request; null where nothing is to be sent, or everything has arrived. */
export async function uploadOf(db: Queries, request: string): Promise<UploadView | null> {
  const row = await findUpload(db, request);
  if (row === undefined) return null;
  const { sent_bytes, total_bytes, attempts, next_attempt_at: nextAttemptAt } = row;
  const shared = { sentBytes: sent_bytes, totalBytes: total_bytes, attempts };
  const fault = faultOf(row);
  if (nextAttemptAt === null) {
    return { ...shared, state: 'stopped', fault: fault ?? { code: '', message: '', hint: '' } };
  }
  return fault === null
    ? { ...shared, state: 'sending' }
    : { ...shared, state: 'waiting', fault, nextAttemptAt };
}

function faultOf({ last_fault, last_message, last_hint }: UploadRow): UploadFault | null {
  if (last_fault === null) return null;
  return { code: last_fault, message: last_message ?? '', hint: last_hint ?? '' };
}

export async function findUpload(db: Queries, request: string): Promise<UploadRow | undefined> {
  return await db
    .selectFrom('upload')
    .selectAll()
    .where('request', '=', request)
    .executeTakeFirst();
}

/** Requests of which something is to be sent now, the longest due first. */
export async function dueUploads(db: Queries, now: Date): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('upload')
    .select('request')
    .where('next_attempt_at', '<=', now)
    .orderBy('next_attempt_at')
    .orderBy('request')
    .execute();
  return rows.map(({ request }) => request);
}

/** When something is to be sent next; null while nothing is. */
export async function nextUpload(db: Queries): Promise<Date | null> {
  const row = await db
    .selectFrom('upload')
    .select((select) => select.fn.min('next_attempt_at').as('next'))
    .executeTakeFirst();
  return row?.next ?? null;
}

/** Counts an attempt, before the job server hears of it, and gives how many there were with it. */
export async function beginAttempt(db: Queries, request: string): Promise<number> {
  const row = await db
    .updateTable('upload')
    .set({ attempts: sql`attempts + 1` })
    .where('request', '=', request)
    .returning('attempts')
    .executeTakeFirst();
  return row?.attempts ?? 0;
}

/** Notes how many bytes the job server has confirmed: what an earlier attempt met is over. */
export async function noteProgress(db: Queries, request: string, sent: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('upload')
    .set({ sent_bytes: sent, last_fault: null, last_message: null, last_hint: null })
    .where('request', '=', request)
    .where((where) =>
      where.or([where('sent_bytes', '!=', sent), where('last_fault', 'is not', null)]),
    )
    .executeTakeFirst();
  if (numUpdatedRows > 0n) await announce<Topic>(db, [`request:${request}`]);
}

/** Longest text of a fault that is kept, in characters. */
const LONGEST = 4_000;

/** @param next when it is to be tried again; null: not by itself */
export async function noteFault(
  db: Queries,
  request: string,
  { code, message, hint }: UploadFault,
  next: Date | null,
): Promise<void> {
  await db
    .updateTable('upload')
    .set({
      last_fault: code,
      last_message: storable(message),
      last_hint: storable(hint),
      next_attempt_at: next,
    })
    .where('request', '=', request)
    .execute();
  await announce<Topic>(db, [`request:${request}`]);
}

/** PostgreSQL cannot store the zero character. */
function storable(text: string): string {
  return text.replaceAll('\0', '').slice(0, LONGEST);
}

/** Lets the next attempt begin at once. @returns false where nothing is to be sent */
export async function makeDue(db: Queries, request: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('upload')
    .set({ next_attempt_at: now })
    .where('request', '=', request)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await announce<Topic>(db, ['sending', `request:${request}`]);
  return true;
}
