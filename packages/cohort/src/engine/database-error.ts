/** What DuckDB throws, as faults. Its messages may quote values of records, so of them only the kind is told. */
import { FaultError } from '@vitrine/pipeline';
import { databaseFaults } from '../database-process/faults.ts';

/** Kinds that pass, as when another process holds the file, or this one is told to stop. */
const FULL =
  /No space left|File too large|quota exceeded|out of memory|max_temp_directory_size|could not allocate/i;
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const FOREIGN = /not a valid DuckDB database|database file with version number|No magic bytes/;
const HELD = /Could not set lock|Conflicting lock|already attached/i;

/** The fault that an error of the database stands for; faults and stops pass through. */
export function databaseError(error: unknown): unknown {
  if (error instanceof FaultError || !(error instanceof Error)) return error;
  const kind = /^(?:Error: )?([A-Z][A-Za-z ]+ Error)\b/.exec(error.message)?.[1];
  if (kind === undefined) {
    const code = 'code' in error ? String(error.code) : '';
    if (!FULL_CODES.has(code)) return error;
    return databaseFaults.error('database-out-of-space', { reason: code });
  }
  if (kind === 'Out of Memory Error' || FULL.test(error.message)) {
    return databaseFaults.error('database-out-of-space', { reason: kind });
  }
  if (kind === 'IO Error' && HELD.test(error.message)) {
    const reason = 'another process is writing to the database';
    return databaseFaults.error('database-passing-fault', { reason });
  }
  if (/^(IO|Invalid Input) Error$/.test(kind) && FOREIGN.test(error.message)) {
    return databaseFaults.error('database-file-foreign', {});
  }
  return databaseFaults.error('database-failed', { reason: kind });
}
