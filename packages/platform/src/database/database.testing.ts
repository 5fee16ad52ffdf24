/** Databases for tests: PGlite always, and a real PostgreSQL server where TEST_DATABASE_URL names one. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DatabaseOptions } from './open-database.ts';

interface Closable {
  close(): Promise<void>;
}

export interface TestDatabase<D> {
  readonly name: 'PGlite' | 'PostgreSQL';
  /** Whether several servers may work with it. */
  readonly isShared: boolean;
  /** Opens an empty database of its own; closing it removes it. */
  open(): Promise<D>;
}

/** Opens one application's database. */
export type OpenDatabase<D> = (options: DatabaseOptions) => Promise<D>;

const server = process.env['TEST_DATABASE_URL'];
const urls = new WeakMap<object, string>();

/** What a suite that concerns the database runs on, one after another. */
export function testDatabasesOf<D extends Closable>(
  open: OpenDatabase<D>,
): readonly TestDatabase<D>[] {
  return [
    {
      name: 'PGlite',
      isShared: false,
      open: async () => await open({ url: null, dataDir: null }),
    },
    ...(server === undefined
      ? []
      : [{ name: 'PostgreSQL' as const, isShared: true, open: () => openOn(server, open) }]),
  ];
}

/** Where a database of `testDatabasesOf` lies; undefined for PGlite. */
export function urlOf(database: object): string | undefined {
  return urls.get(database);
}

async function openOn<D extends Closable>(address: string, open: OpenDatabase<D>): Promise<D> {
  const name = `vitrine_test_${randomBytes(6).toString('hex')}`;
  await administer(address, `create database ${name}`);
  const url = new URL(address);
  url.pathname = `/${name}`;
  const opened = await open({ url: url.href, dataDir: null });
  const database: D = {
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
