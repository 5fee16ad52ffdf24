/** For tests of applications only: real databases and a real browser. */
export { openTestWindows, TestWindows } from './browser.testing.ts';
export {
  type OpenDatabase,
  type TestDatabase,
  testDatabasesOf,
  urlOf,
} from './database/database.testing.ts';
export { declaredColumns, existingColumns } from './database/schema.testing.ts';
