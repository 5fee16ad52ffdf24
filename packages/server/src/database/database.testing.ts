/** Databases for tests: PGlite always, and a real PostgreSQL server where TEST_DATABASE_URL names one. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';

export interface TestDatabase {
  readonly name: 'PGlite' | 'PostgreSQL';
  /** Whether several servers may work with it. */
  readonly isShared: boolean;
  /** Opens an empty database of its own; closing it removes it. */
  open(): Promise<Database>;
}

const server = process.env['TEST_DATABASE_URL'];

/** What a suite that concerns the database runs on, one after another. */
export const testDatabases: readonly TestDatabase[] = [
  {
    name: 'PGlite',
    isShared: false,
    open: async () => await openDatabase({ url: null, dataDir: null }),
  },
  ...(server === undefined
    ? []
    : [{ name: 'PostgreSQL' as const, isShared: true, open: () => openOn(server) }]),
];

/** Another server on the same database: null where there can be only one. */
export async function openAgain(database: Database): Promise<Database | null> {
  const url = urls.get(database);
  return url === undefined ? null : await openDatabase({ url, dataDir: null });
}

/** Where a database of `open` lies; undefined for PGlite. */
export function urlOf(database: Database): string | undefined {
  return urls.get(database);
}

const urls = new WeakMap<Database, string>();

async function openOn(address: string): Promise<Database> {
  const name = `vitrine_test_${randomBytes(6).toString('hex')}`;
  await administer(address, `create database ${name}`);
  const url = new URL(address);
  url.pathname = `/${name}`;
  const opened = await openDatabase({ url: url.href, dataDir: null });
  const database: Database = {
    ...opened,
    close: async () => {
      await opened.close();
      await administer(address, `drop database ${name} with (force)`);
    },
  };
  urls.set(database, url.href);
  return database;
}

async function administer(address: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(statement);
  await client.end();
}
