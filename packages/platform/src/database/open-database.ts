import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { CHANNEL, Changes } from '../changes/changes.ts';
import { listenOnPostgres } from '../changes/listen-on-postgres.ts';
import { databaseFaults } from '../faults.ts';
import type { Database } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { type Migration, migrate } from './migrate.ts';
import { withNamedStatements } from './named-statements.ts';
import { pgliteDialect } from './pglite-dialect.ts';

/** Which database, and where it is. */
export interface DatabaseOptions {
  /** `postgresql://…`; null for PGlite, the same PostgreSQL embedded. */
  readonly url: string | null;
  /** Folder of PGlite; null keeps everything in memory. */
  readonly dataDir: string | null;
  /** Most connections to PostgreSQL; one more listens. */
  readonly connections?: number;
  readonly clock?: () => Date;
}

/** Object identifiers of PostgreSQL's types. */
const BIGINT = 20;

/** Statements that take longer are given up (milliseconds). */
const STATEMENT_TIMEOUT = 60_000;

/**
 * Opens the database and brings its tables to the newest version.
 * @throws FaultError when it cannot be reached, is used by another process (PGlite), or is newer than this program
 */
export async function openDatabase<Tables, Topic extends string>(
  options: DatabaseOptions,
  migrations: readonly Migration[],
): Promise<Database<Tables, Topic>> {
  const database = await openUnchanged<Tables, Topic>(options);
  try {
    await migrate(database.db, migrations, (options.clock ?? (() => new Date()))());
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens a database as it is, whatever version its tables have: for who only reads.
 * @throws FaultError when it cannot be reached, or is used by another process (PGlite)
 */
export async function openUnchanged<Tables, Topic extends string>({
  url,
  dataDir,
  connections = 10,
}: DatabaseOptions): Promise<Database<Tables, Topic>> {
  return url === null ? await openPGlite(dataDir) : await openPostgres(url, connections);
}

async function openPGlite<Tables, Topic extends string>(
  dataDir: string | null,
): Promise<Database<Tables, Topic>> {
  const changes = new Changes<Topic>();
  const unlock = dataDir === null ? async () => {} : await lockFolder(dataDir);
  try {
    const pglite = await PGlite.create({
      ...(dataDir === null ? {} : { dataDir: join(dataDir, 'database') }),
      parsers: { [BIGINT]: Number },
    });
    await pglite.listen(CHANNEL, (topic) => changes.heard(topic));
    const db = new Kysely<Tables>({ dialect: pgliteDialect(pglite) });
    return {
      kind: 'pglite',
      db,
      changes,
      close: async () => {
        await db.destroy();
        await pglite.close().catch(() => {});
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openPostgres<Tables, Topic extends string>(
  url: string,
  connections: number,
): Promise<Database<Tables, Topic>> {
  const changes = new Changes<Topic>();
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === BIGINT ? Number : pg.types.getTypeParser(oid, format),
  } as pg.CustomTypesConfig;
  const settings = {
    connectionString: url,
    application_name: 'vitrine',
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT,
    types,
  };
  const pool = new pg.Pool({ ...settings, max: connections });
  // An idle connection that breaks is taken out of the pool; the next query opens another.
  pool.on('error', () => {});
  // One that somebody holds fails the next statement, and that is told; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: withNamedStatements(pool) }),
  });
  try {
    const listener = await listenOnPostgres(() => new pg.Client(settings), changes);
    return {
      kind: 'postgresql',
      db,
      changes,
      close: async () => {
        await listener.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    const reason = error instanceof Error ? error.message : String(error);
    throw databaseFaults.error('database-unreachable', { reason });
  }
}
