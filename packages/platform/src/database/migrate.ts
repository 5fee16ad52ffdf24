import { type Kysely, sql } from 'kysely';
import { databaseFaults } from '../faults.ts';

/** One step from a version of the tables to the next. */
export interface Migration {
  /** Number and name, in the order in which they run: `0001-first-tables`. */
  readonly name: string;
  readonly statements: readonly string[];
}

/** Any fixed number: who migrates holds the lock of this name. */
const MIGRATION_LOCK = 7_463_201;

/**
 * Brings the tables to the newest version, one step a time, in one transaction, while no other server does.
 * @throws FaultError when the database has seen steps that this program does not know: it is older than the database
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  migrations: readonly Migration[],
  now: Date,
): Promise<readonly string[]> {
  return await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
    await sql`create table if not exists migration (name text primary key, applied_at timestamptz not null)`.execute(
      tx,
    );
    const known = migrations.map(({ name }) => name);
    const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(
      tx,
    );
    const applied = rows.map(({ name }) => name);
    const foreign = applied.find((name, index) => name !== known[index]);
    if (foreign !== undefined) throw databaseFaults.error('database-newer', { migration: foreign });
    const missing = migrations.slice(applied.length);
    for (const { name, statements } of missing) {
      for (const statement of statements) await sql.raw(statement).execute(tx);
      await sql`insert into migration (name, applied_at) values (${name}, ${now})`.execute(tx);
    }
    return missing.map(({ name }) => name);
  });
}
