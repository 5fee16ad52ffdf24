/** Databases for tests of the airlock. */
import { type TestDatabase as TestDatabaseOf, testDatabasesOf } from '@vitrine/platform/testing';
import { type Database, openAirlockDatabase } from './database.ts';

export type TestDatabase = TestDatabaseOf<Database>;

/** What a suite that concerns the database runs on, one after another. */
export const testDatabases: readonly TestDatabase[] = testDatabasesOf(openAirlockDatabase);
