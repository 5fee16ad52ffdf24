import {
  type DatabaseOptions,
  type Database as OpenDatabase,
  openDatabase as open,
} from '@vitrine/platform';
import type { Kysely } from 'kysely';
import { migrations } from './migrations.ts';
import type { Tables } from './schema.ts';

/** What a piece of news inside the airlock is about. */
export type Topic =
  /** Something of a release request has changed. */
  | `request:${string}`
  /** Any release request has changed. */
  | 'requests'
  /** There is something to be sent to the job server. */
  | 'sending';

/** The airlock's open database. */
export type Database = OpenDatabase<Tables, Topic>;

/** A transaction, or the database itself for single statements. */
export type Queries = Kysely<Tables>;

/**
 * Opens the airlock's database and brings its tables to the newest version.
 * @throws FaultError when it cannot be reached, is used by another process (PGlite), or is newer than this program
 */
export async function openAirlockDatabase(options: DatabaseOptions): Promise<Database> {
  return await open(options, migrations);
}
