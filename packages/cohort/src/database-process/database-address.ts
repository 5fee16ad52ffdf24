/**
 * Where a database lies and what lets one in. Only the database's own process reads an address; everybody else passes on
 * where it stands. No message repeats it: it may hold a password.
 */
import { readFileSync } from 'node:fs';
import { databaseFaults } from './faults.ts';

/** Where the address stands. */
export type AddressSource =
  /** As given on a command line or in DATABASE_URL. */
  | { readonly kind: 'text'; readonly text: string }
  /** Path of a file that holds nothing else (DATABASE_URL_FILE). */
  | { readonly kind: 'file'; readonly path: string };

export interface DatabaseAddress {
  readonly engine: 'duckdb';
  /** A database file, or a folder with one Parquet file (or folder of them) a table. */
  readonly path: string;
  /** Whether patients who objected to the use of their records beyond their care (type 1 opt-out) are kept. */
  readonly includesTypeOneOptOuts: boolean;
}

const OPT_OUTS = 'opensafely_include_t1oo';

/**
 * The source that the surroundings name, an option before DATABASE_URL before DATABASE_URL_FILE; null for none.
 */
export function addressSource(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): AddressSource | null {
  const text = option || environment['DATABASE_URL'];
  if (text) return { kind: 'text', text };
  const path = environment['DATABASE_URL_FILE'];
  return path ? { kind: 'file', path } : null;
}

/** @throws FaultError database-address-… */
export function readAddress(source: AddressSource): DatabaseAddress {
  const text = source.kind === 'text' ? source.text : readAddressFile(source.path);
  const [base = '', query = ''] = text.trim().split('?', 2);
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(base) ?? [];
  const options = new URLSearchParams(query);
  const optOuts = options.getAll(OPT_OUTS);
  if (optOuts.length > 1) {
    throw databaseFaults.error('database-address-malformed', {
      problem: `${OPT_OUTS} stands twice in it`,
    });
  }
  switch (scheme.toLowerCase()) {
    case 'duckdb': {
      // duckdb:PATH, and the form with slashes that other tools write: duckdb:///relative, duckdb:////absolute.
      const path = rest.startsWith('///') ? rest.slice(3) : rest;
      if (path === '' || path === ':memory:') {
        throw databaseFaults.error('database-address-malformed', { problem: 'it names no file' });
      }
      return { engine: 'duckdb', path, includesTypeOneOptOuts: optOuts[0] === 'true' };
    }
    case '':
      throw databaseFaults.error('database-address-malformed', {
        problem: 'it does not start with the name of an engine and a colon',
      });
    default:
      throw databaseFaults.error('database-engine-unknown', { engine: scheme });
  }
}

function readAddressFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw databaseFaults.error('database-address-not-read', { path, reason });
  }
}
