/** Databases for tests of the job server. */
import {
  type TestDatabase as TestDatabaseOf,
  testDatabasesOf,
  urlOf,
} from '@vitrine/platform/testing';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';

export type TestDatabase = TestDatabaseOf<Database>;

/** What a suite that concerns the database runs on, one after another. */
export const testDatabases: readonly TestDatabase[] = testDatabasesOf(openDatabase);

/** Another server on the same database: null where there can be only one. */
export async function openAgain(database: Database): Promise<Database | null> {
  const url = urlOf(database);
  return url === undefined ? null : await openDatabase({ url, dataDir: null });
}

export { urlOf };
