/** Opens a session, lets it be used, and closes it; and does so again where a database broke off. */
import { setTimeout as pauseFor } from 'node:timers/promises';
import { FaultError } from '@vitrine/pipeline';
import type { Database } from '../database-process/database-address.ts';
import type { EngineSettings } from '../engine/source.ts';
import { openDuckDb } from './duckdb-session.ts';
import type { Session } from './session.ts';
import { openTrino } from './trino-session.ts';

/** Seconds before each further try: six tries in all (cohort-extractor §7.1). */
export const PAUSES: readonly number[] = [4, 16, 64, 256, 1024];

export interface DatabaseUse {
  readonly database: Database;
  /** Of the embedded database. */
  readonly settings: EngineSettings;
  readonly signal?: AbortSignal;
  /** Told of every further try. */
  readonly log?: (line: string) => void;
  /** Other pauses than `PAUSES`, in seconds. */
  readonly pauses?: readonly number[];
}

/**
 * Carries work out on a session of its own. When the database breaks off for a reason that may pass, the work is begun
 * again on a new session, after a pause and not without end: it must pass over what it has finished. A database that lets
 * nobody in from the first is told at once: the address may be wrong.
 *
 * @throws FaultError database-…; the signal's reason when stopped; what `work` throws
 */
export async function withSession<Result>(
  use: DatabaseUse,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { signal, pauses = PAUSES, log } = use;
  let isKnown = false;
  for (let failures = 0; ; failures++) {
    signal?.throwIfAborted();
    try {
      await using session = await openSession(use, () => {
        isKnown = true;
      });
      return await work(session);
    } catch (error) {
      signal?.throwIfAborted();
      const seconds = pauses[failures];
      if (!isKnown || !mayPass(error) || seconds === undefined) throw error;
      log?.(
        `${error.message} Trying again in ${seconds} seconds (try ${failures + 2} of ${pauses.length + 1}).`,
      );
      await pauseFor(seconds * 1000, undefined, signal && { signal });
    }
  }
}

/** Whether the same work may succeed on another session. */
export function mayPass(error: unknown): error is FaultError {
  return (
    error instanceof FaultError &&
    error.diagnostics.every(({ code }) => code === 'database-passing-fault')
  );
}

/** @param heard Told when the database has answered anything. */
async function openSession(use: DatabaseUse, heard: () => void): Promise<Session> {
  const { database, settings, signal, log, pauses = PAUSES } = use;
  switch (database.engine) {
    case 'duckdb':
      return await openDuckDb(database.path, settings, signal);
    case 'mssql': {
      // Loaded when used: the driver takes a third of a second, which others should not wait for.
      const { openMssql } = await import('./mssql-session.ts');
      const session = await openMssql(database, { signal, log, pauses });
      heard();
      return session;
    }
    case 'trino':
      return openTrino(database, { signal, log, heard });
  }
}
