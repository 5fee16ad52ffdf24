import { type DatabaseOptions, openDatabase as open } from '@vitrine/platform';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';

/**
 * Opens the job server's database and brings its tables to the newest version.
 * @throws FaultError when it cannot be reached, is used by another process (PGlite), or is newer than this program
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return await open(options, migrations);
}
