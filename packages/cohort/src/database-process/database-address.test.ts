import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import { type Database, readAddress } from './database-address.ts';

const SECRET = 'canary-p4ss';
const read = (text: string): ReturnType<typeof readAddress> => readAddress({ kind: 'text', text });

const server = {
  engine: 'mssql',
  host: 'db.example.org',
  port: 1433,
  user: 'reader',
  password: SECRET,
  database: 'records',
  encryption: 'usual',
  trustsAnyCertificate: false,
} as const;
const coordinator = {
  engine: 'trino',
  host: 'trino.example.org',
  port: 8080,
  isEncrypted: false,
  user: 'vitrine',
  password: null,
  catalog: 'hive',
  schema: 'records',
  ownSchema: 'records',
} as const;

describe('an address names', () => {
  const cases: readonly (readonly [string, Database])[] = [
    ['duckdb:records.duckdb', { engine: 'duckdb', path: 'records.duckdb' }],
    ['duckdb:///relative.db', { engine: 'duckdb', path: 'relative.db' }],
    ['duckdb:////absolute.db', { engine: 'duckdb', path: '/absolute.db' }],
    [`mssql://reader:${SECRET}@db.example.org/records`, server],
    [`mssql+pyodbc://reader:${SECRET}@db.example.org:1433/records`, server],
    [`MSSQL://reader:${SECRET}@db.example.org:14330/records`, { ...server, port: 14_330 }],
    [`mssql://reader:a%40b%2Fc@db.example.org/records`, { ...server, password: 'a@b/c' }],
    [`mssql://reader:a?b#c/d@db.example.org/records`, { ...server, password: 'a?b#c/d' }],
    [`mssql://reader:${SECRET}@[::1]/records`, { ...server, host: '::1' }],
    [
      `mssql+pyodbc://reader:${SECRET}@db.example.org/records?driver=ODBC+Driver+18&Encrypt=no&TrustServerCertificate=yes`,
      { ...server, encryption: 'none', trustsAnyCertificate: true },
    ],
    [
      `mssql://reader:${SECRET}@db.example.org/records?encrypt=strict`,
      { ...server, encryption: 'strict' },
    ],
    ['trino://trino.example.org/hive/records', coordinator],
    ['presto://trino.example.org:8080/hive/records/', coordinator],
    ['trino://me@trino.example.org/hive/records', { ...coordinator, user: 'me' }],
    [
      'trino://trino.example.org:443/hive/records',
      { ...coordinator, port: 443, isEncrypted: true },
    ],
    [
      `trino://me:${SECRET}@trino.example.org:8443/hive/records?own_schema=scratch`,
      {
        ...coordinator,
        port: 8443,
        isEncrypted: true,
        user: 'me',
        password: SECRET,
        ownSchema: 'scratch',
      },
    ],
  ];
  test.each(cases)('%s', (text, database) => {
    expect(read(` ${text}\n`)).toEqual({ database, includesTypeOneOptOuts: false });
  });

  test.each([
    'duckdb:a.db',
    `mssql://reader:${SECRET}@db.example.org/records`,
    'trino://trino.example.org/hive/records',
  ])('opt-outs, too: %s', (text) => {
    expect(read(`${text}?opensafely_include_t1oo=true`).includesTypeOneOptOuts).toBe(true);
    expect(read(`${text}?opensafely_include_t1oo=yes`).includesTypeOneOptOuts).toBe(false);
  });
});

describe('an address is refused, and not repeated,', () => {
  test.each([
    ['with no engine', `//reader:${SECRET}@host/records`, 'malformed'],
    ['of an engine that is not known', `oracle://reader:${SECRET}@host/records`, 'unknown'],
    ['without a path', 'duckdb:', 'malformed'],
    ['without a host', `mssql://reader:${SECRET}@/records`, 'malformed'],
    ['without a database', `mssql://reader:${SECRET}@host`, 'malformed'],
    ['with more than a database', `mssql://reader:${SECRET}@host/records/dbo`, 'malformed'],
    ['without a user', 'mssql://host/records', 'malformed'],
    ['without a password', `mssql://${SECRET}@host/records`, 'malformed'],
    ['with a port that is none', `mssql://reader:${SECRET}@host:99999/records`, 'malformed'],
    ['with a port of letters', `mssql://reader:${SECRET}@host:abc/records`, 'malformed'],
    ['with two at signs', `mssql://reader:${SECRET}@x@host/records`, 'malformed'],
    ['badly encoded', `mssql://reader:${SECRET}%zz@host/records`, 'malformed'],
    ['with a setting not known', `mssql://reader:a@host/records?${SECRET}=1`, 'malformed'],
    ['with a flag that is none', `mssql://reader:a@host/records?encrypt=${SECRET}`, 'malformed'],
    ['without a schema', `trino://me:${SECRET}@host/hive`, 'malformed'],
    ['that would show a password', `trino://me:${SECRET}@host/hive/a?tls=no`, 'malformed'],
    [
      'with opt-outs twice',
      `trino://${SECRET}@host/a/b?opensafely_include_t1oo=true&opensafely_include_t1oo=true`,
      'malformed',
    ],
  ])('%s', (_name, text, kind) => {
    const codes = { malformed: 'database-address-malformed', unknown: 'database-engine-unknown' };
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof FaultError)) throw thrown;
    expect(thrown.diagnostics.map(({ code }) => code)).toEqual([codes[kind as keyof typeof codes]]);
    expect(JSON.stringify(thrown.diagnostics)).not.toContain(SECRET);
  });
});
