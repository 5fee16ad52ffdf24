import type { Kysely, Transaction } from 'kysely';
import type { Changes } from '../changes/changes.ts';

/** An open database with all tables; topics are what its changes can be about. */
export interface Database<Tables, Topic extends string> {
  readonly kind: 'pglite' | 'postgresql';
  readonly db: Kysely<Tables>;
  /** Who listens here hears of every change, whichever server made it. */
  readonly changes: Changes<Topic>;
  close(): Promise<void>;
}

/** How often a transaction that met another one is tried again. */
const ATTEMPTS = 6;

/**
 * Does the work in one transaction. A transaction that came into conflict with another one (deadlock, serialisation) is done
 * again from the start, so `work` must have no other effects.
 */
export async function inTransaction<Tables, T>(
  { db }: { readonly db: Kysely<Tables> },
  work: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

/** SQLSTATE of an error from the database; null for any other error. */
export function sqlState(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

/** serialization_failure and deadlock_detected. */
function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** unique_violation. */
export function isDuplicate(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Codes of Node for connections that cannot be made or broke. */
const BROKEN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

/** Whether an error says that the database cannot be reached, shuts down or starts up: it may answer again later. */
export function isAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return BROKEN.has(state) || /^08...$|^57P0[1-3]$|^53300$/.test(state);
  // The driver's own words, which have no code.
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|Client was closed/i.test(
      error.message,
    )
  );
}
