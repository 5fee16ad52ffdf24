import { inTransaction } from '@vitrine/platform';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { announce, type Topic } from './changes.ts';

/** Resolves at the next news of any of the topics. */
function listenOnce(database: Database): (...topics: readonly Topic[]) => Promise<void> {
  return async (...topics) =>
    await new Promise((resolve) => {
      const forget = database.changes.listen(topics, () => {
        forget();
        resolve();
      });
    });
}

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(async () => await database.close());

  const next: ReturnType<typeof listenOnce> = async (...topics) =>
    await listenOnce(database)(...topics);

  test('who listens hears of its topic when the transaction commits, and of no other', async () => {
    const heard: string[] = [];
    const forget = database.changes.listen(['request:1'], () => heard.push('request:1'));
    const other = database.changes.listen(['request:2'], () => heard.push('request:2'));
    const done = next('requests');
    await inTransaction(database, async (tx) => {
      await announce(tx, ['request:1', 'request:1', 'requests']);
      expect(heard).toEqual([]);
    });
    await done;
    expect(heard).toEqual(['request:1']);
    forget();
    other();
    const again = next('requests');
    await announce(database.db, ['request:1', 'requests']);
    await again;
    expect(heard).toEqual(['request:1']);
  });

  test('nothing is told of what is rolled back', async () => {
    const heard: string[] = [];
    const forget = database.changes.listen(['request:3'], () => heard.push('request:3'));
    const work = inTransaction(database, async (tx) => {
      await announce(tx, ['request:3']);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    const done = next('requests');
    await announce(database.db, ['requests']);
    await done;
    expect(heard).toEqual([]);
    forget();
  });
});

describe.each(testDatabases.filter(({ isShared }) => isShared))('$name', ({ open }) => {
  test('a broken connection is made again, and everybody looks again', async () => {
    const database = await open();
    const next = listenOnce(database);

    const missed = next('request:4');
    await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db);
    await missed;
    const heard = next('request:5');
    await announce(database.db, ['request:5']);
    await heard;
    await database.close();
  });
});
