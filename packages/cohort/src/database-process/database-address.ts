/**
 * Where a database lies and what lets one in. Only the database's own process reads an address; everybody else passes on
 * where it stands. No message repeats it: it may hold a password.
 */
import { readFileSync } from 'node:fs';
import type { FaultError } from '@vitrine/pipeline';
import { databaseFaults } from './faults.ts';

/** Where the address stands. */
export type AddressSource =
  /** As given on a command line or in DATABASE_URL. */
  | { readonly kind: 'text'; readonly text: string }
  /** Path of a file that holds nothing else (DATABASE_URL_FILE). */
  | { readonly kind: 'file'; readonly path: string };

/** A database file, or a folder with one Parquet file (or folder of them) a table. */
export interface DuckDbDatabase {
  readonly engine: 'duckdb';
  readonly path: string;
}

/** Who is let in. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Microsoft SQL Server. */
export interface MssqlDatabase extends Login {
  readonly engine: 'mssql';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** `strict` is encryption from the first byte (TDS 8). */
  readonly encryption: 'none' | 'usual' | 'strict';
  /** Whether a certificate that nobody vouches for is taken. */
  readonly trustsAnyCertificate: boolean;
}

/** Trino. */
export interface TrinoDatabase {
  readonly engine: 'trino';
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly user: string;
  readonly password: string | null;
  readonly catalog: string;
  readonly schema: string;
  /** Where the tables of a run lie, for Trino has no temporary ones: a schema of the same catalog. */
  readonly ownSchema: string;
}

export type Database = DuckDbDatabase | MssqlDatabase | TrinoDatabase;

export interface DatabaseAddress {
  readonly database: Database;
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
  const text = (source.kind === 'text' ? source.text : readAddressFile(source.path)).trim();
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text) ?? [];
  const engine = scheme.toLowerCase();
  if (engine === '') throw malformed('it does not start with the name of an engine and a colon');
  if (engine === 'duckdb') return duckDbAddress(rest);
  // The driver that other tools want to be named there says nothing here.
  if (/^mssql(\+[a-z0-9]+)?$/.test(engine)) return mssqlAddress(rest);
  if (engine === 'trino' || engine === 'presto') return trinoAddress(rest);
  throw databaseFaults.error('database-engine-unknown', { engine: scheme });
}

function duckDbAddress(rest: string): DatabaseAddress {
  const [base = '', query = ''] = rest.split('?', 2);
  // duckdb:PATH, and the form with slashes that other tools write: duckdb:///relative, duckdb:////absolute.
  const path = base.startsWith('///') ? base.slice(3) : base;
  if (path === '' || path === ':memory:') throw malformed('it names no file');
  return { database: { engine: 'duckdb', path }, ...optOutsOf(new URLSearchParams(query)) };
}

function mssqlAddress(rest: string): DatabaseAddress {
  const { user, password, host, port, path, settings } = serverAddress(rest, [
    'encrypt',
    'trustservercertificate',
    'driver',
  ]);
  const [database = '', ...more] = path;
  if (database === '' || more.length > 0) throw malformed('a host is not followed by /DATABASE');
  if (user === '' || password === null) throw malformed('it names no user and password');
  const encrypt = (settings.get('encrypt') ?? 'yes').toLowerCase();
  const encryption = encryptions[encrypt];
  if (encryption === undefined) throw malformed('encrypt is neither yes, no nor strict');
  return {
    database: {
      engine: 'mssql',
      host,
      port: port ?? 1433,
      user,
      password,
      database,
      encryption,
      trustsAnyCertificate: flag(settings, 'trustservercertificate') ?? false,
    },
    ...optOutsOf(settings),
  };
}

const encryptions: Readonly<Record<string, MssqlDatabase['encryption']>> = {
  yes: 'usual',
  true: 'usual',
  mandatory: 'usual',
  no: 'none',
  false: 'none',
  optional: 'none',
  strict: 'strict',
};

/** Port at which nobody would speak without encryption. */
const HTTPS = 443;

function trinoAddress(rest: string): DatabaseAddress {
  const { user, password, host, port, path, settings } = serverAddress(rest, ['tls', 'own_schema']);
  const [catalog = '', schema = '', ...more] = path;
  if (catalog === '' || schema === '' || more.length > 0) {
    throw malformed('a host is not followed by /CATALOG/SCHEMA');
  }
  const isEncrypted = flag(settings, 'tls') ?? (port === HTTPS || password !== null);
  if (!isEncrypted && password !== null) throw malformed('it would send a password unencrypted');
  return {
    database: {
      engine: 'trino',
      host,
      port: port ?? (isEncrypted ? HTTPS : 8080),
      isEncrypted,
      user: user === '' ? 'vitrine' : user,
      password,
      catalog,
      schema,
      ownSchema: settings.get('own_schema') || schema,
    },
    ...optOutsOf(settings),
  };
}

interface ServerAddress {
  readonly user: string;
  readonly password: string | null;
  readonly host: string;
  readonly port: number | null;
  readonly path: readonly string[];
  /** By their names in lower case. */
  readonly settings: URLSearchParams;
}

/** `//USER:PASSWORD@HOST:PORT/PATH?SETTINGS`; the password may hold anything but an at sign, or be percent-encoded. */
const SERVER =
  /^\/\/(?:([^:@/]*)(?::([^@]*))?@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:\/([^?]*))?(?:\?(.*))?$/is;

function serverAddress(rest: string, known: readonly string[]): ServerAddress {
  const parts = SERVER.exec(rest);
  if (parts === null) {
    throw malformed('it is not of the form ENGINE://USER:PASSWORD@HOST:PORT/…');
  }
  const [, user = '', password, host = '', port, path = '', query = ''] = parts;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    throw malformed('its port is not from 1 to 65535');
  }
  const settings = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(query)) {
    const plain = name.toLowerCase();
    if (plain !== OPT_OUTS && !known.includes(plain)) {
      throw malformed(`after the question mark stand only ${[...known, OPT_OUTS].join(', ')}`);
    }
    settings.append(plain, value);
  }
  return {
    user: decoded(user),
    password: password === undefined ? null : decoded(password),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? null : Number(port),
    path: path.replace(/\/$/, '').split('/').map(decoded),
    settings,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw malformed('a percent sign in it is not followed by two hexadecimal digits (write %25)');
  }
}

function flag(settings: URLSearchParams, name: string): boolean | null {
  const text = settings.get(name)?.toLowerCase();
  if (text === undefined) return null;
  if (text === 'yes' || text === 'true') return true;
  if (text === 'no' || text === 'false') return false;
  throw malformed(`${name} is neither yes nor no`);
}

function optOutsOf(settings: URLSearchParams): { readonly includesTypeOneOptOuts: boolean } {
  const given = settings.getAll(OPT_OUTS);
  if (given.length > 1) throw malformed(`${OPT_OUTS} stands twice in it`);
  return { includesTypeOneOptOuts: given[0] === 'true' };
}

function malformed(problem: string): FaultError {
  return databaseFaults.error('database-address-malformed', { problem });
}

function readAddressFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw databaseFaults.error('database-address-not-read', { path, reason });
  }
}
