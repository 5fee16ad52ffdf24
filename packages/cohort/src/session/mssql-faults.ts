/**
 * What SQL Server and the way to it say went wrong, as faults. Messages of the server may quote values of records, so of
 * them only the number is told (learn.microsoft.com, "Database Engine events and errors").
 */
import { FaultError } from '@vitrine/pipeline';
import { databaseFaults } from '../database-process/faults.ts';

type Kind =
  | 'database-passing-fault'
  | 'database-out-of-space'
  | 'database-access-refused'
  | 'database-not-found';

interface NumberedFault {
  readonly kind: Kind;
  readonly words: string;
  /** The statement was undone and the session goes on: saying it again there is enough. */
  readonly again?: true;
}

const passing = (words: string): NumberedFault => ({ kind: 'database-passing-fault', words });
const space = (words: string): NumberedFault => ({ kind: 'database-out-of-space', words });
const refused = (words: string): NumberedFault => ({ kind: 'database-access-refused', words });

/** Error numbers of the server that are more than a refused query. */
const numbers: Readonly<Record<number, NumberedFault>> = {
  64: passing('the connection broke'),
  233: passing('the connection broke'),
  596: passing('the session was killed'),
  601: passing('rows moved while they were read'),
  845: passing('a page could not be locked in time'),
  921: passing('the database is not yet recovered'),
  922: passing('the database is being recovered'),
  952: passing('the database is in transition'),
  976: passing('this replica cannot be read'),
  983: passing('the role of the replica is being changed'),
  1204: { ...passing('there were no locks left'), again: true },
  1205: { ...passing('a query lost to another in a deadlock'), again: true },
  1222: { ...passing('a lock was not free in time'), again: true },
  3960: passing('a row was changed meanwhile'),
  3961: passing('a table was changed meanwhile'),
  4221: passing('the replica is not ready'),
  6005: passing('the server is being shut down'),
  8628: passing('a query was not compiled in time'),
  8645: { ...passing('there was no memory for a query in time'), again: true },
  8651: { ...passing('there was no memory for a query'), again: true },
  10928: passing('the limit of the server is reached'),
  10929: passing('the server is busy'),
  10053: passing('the connection broke'),
  10054: passing('the connection broke'),
  10060: passing('the server did not answer in time'),
  17142: passing('the server is paused'),
  17830: passing('the server did not log the session in in time'),
  18401: passing('the server is being upgraded'),
  40197: passing('the server broke off'),
  40501: passing('the server is busy'),
  40613: passing('the database is not there for now'),
  49918: passing('the server is busy'),
  49919: passing('the server is busy'),
  49920: passing('the server is busy'),
  701: space('memory'),
  802: space('memory'),
  1101: space('disk of temporary tables'),
  1105: space('disk of a file group'),
  9002: space('the log of a database'),
  229: refused('a table may not be read'),
  230: refused('a column may not be read'),
  262: refused('a statement may not be used'),
  916: refused('the user may not use the database'),
  4064: refused('the database of the user cannot be opened'),
  18452: refused('user and password are not taken'),
  18456: refused('user and password are not taken'),
  911: { kind: 'database-not-found', words: '' },
  4060: { kind: 'database-not-found', words: '' },
};

/** Codes of the driver for ways to the server that broke, or never came about. */
const brokenWays = new Set([
  'ESOCKET',
  'ETIMEOUT',
  'ECONNCLOSED',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'EINVALIDSTATE',
]);

/** The table that is away while a database is being rebuilt, as the server names what it does not find (208). */
const SWAPPED = /'[^']*CodedEvent_SNOMED'/;

/** The fault that an error of the driver stands for; anything else passes through. */
export function mssqlFault(error: unknown): unknown {
  if (error instanceof FaultError || !(error instanceof Error)) return error;
  const number = numberOf(error);
  if (number !== null) {
    if (number === 208 && SWAPPED.test(error.message)) {
      return databaseFaults.error('database-being-rebuilt', {});
    }
    const known = numbers[number];
    if (known === undefined) {
      const reason = `error ${number} of SQL Server`;
      return databaseFaults.error('database-failed', { reason });
    }
    if (known.kind === 'database-not-found') return databaseFaults.error(known.kind, {});
    const reason = `${known.words} (error ${number} of SQL Server)`;
    return databaseFaults.error(known.kind, { reason });
  }
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ELOGIN') {
    const reason = 'the server does not take the login';
    return databaseFaults.error('database-access-refused', { reason });
  }
  if (!brokenWays.has(code)) return error;
  if (/ENOTFOUND/.test(error.message)) return databaseFaults.error('database-not-found', {});
  if (/certificate/i.test(error.message)) {
    const reason = 'nobody vouches for the certificate of the server';
    return databaseFaults.error('database-access-refused', { reason });
  }
  const reason = `the connection to SQL Server broke (${code})`;
  return databaseFaults.error('database-passing-fault', { reason });
}

/** Whether saying the same statement again in the same session may do. */
export function isWorthSayingAgain(error: unknown): boolean {
  return error instanceof Error && numbers[numberOf(error) ?? 0]?.again === true;
}

function numberOf(error: Error): number | null {
  return 'number' in error && typeof error.number === 'number' && error.number > 0
    ? error.number
    : null;
}
