/** Several files at once, in every database that there is: all of them or none. */

import { randomBytes } from 'node:crypto';
import { newIdentifier } from '@vitrine/platform';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import type { Step } from '../review/decide-all.ts';
import { circumstancesOf, fileOf } from '../review/testing.ts';
import { activeRequestOf } from './active-request.ts';
import { RequestStore, type Surroundings } from './request-store.ts';

describe.each(testDatabases)('in $name', (tested) => {
  let database: Database;
  beforeAll(async () => {
    database = await tested.open();
  });
  afterAll(async () => await database.close());

  const surroundings = (): Surroundings => circumstancesOf(null, 'ann');

  test('a request of three files; two more; then none of two, of which one is there', async () => {
    const requests = new RequestStore(database);
    const id = newIdentifier(randomBytes);
    const command = {
      do: 'create',
      id,
      workspace: id,
      project: 'project',
      file: fileOf('a.csv'),
    } as const;
    await requests.create(command, surroundings(), [fileOf('b.csv'), fileOf('c.csv')]);
    const made = (await activeRequestOf({ db: database.db, requests }, id, 'ann'))?.request;
    expect([...(made?.files.keys() ?? [])]).toEqual(['a.csv', 'b.csv', 'c.csv']);
    const steps = (...paths: readonly string[]): readonly Step[] =>
      paths.map((path) => ({ do: 'add-file', file: fileOf(path) }));
    const revision = made?.revision ?? 0;
    const more = await requests.executeAll(id, revision, steps('d.csv', 'e.csv'), surroundings());
    expect(more.files.size).toBe(5);
    await expect(
      requests.executeAll(id, more.revision, steps('f.csv', 'a.csv'), surroundings()),
    ).rejects.toThrow('a.csv is in the request already');
    // Who looked before the others were added decides anew.
    await expect(requests.executeAll(id, revision, steps('f.csv'), surroundings())).rejects.toThrow(
      'has changed since you looked',
    );
    const fresh = new RequestStore(database);
    expect((await fresh.read(id))?.request.files.size).toBe(5);
    const row = await database.db
      .selectFrom('release_request')
      .select('outputs')
      .where('identifier', '=', id)
      .executeTakeFirstOrThrow();
    expect(row.outputs).toBe(5);
  });

  test('of two that are made at once only one becomes a request', async () => {
    const requests = new RequestStore(database);
    const workspace = newIdentifier(randomBytes);
    const create = async (): Promise<unknown> =>
      await requests.create(
        {
          do: 'create',
          id: newIdentifier(randomBytes),
          workspace,
          project: 'project',
          file: fileOf('a.csv'),
        },
        surroundings(),
        [fileOf('b.csv')],
      );
    const results = await Promise.allSettled([create(), create()]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await activeRequestOf({ db: database.db, requests }, workspace, 'bob')).toBeNull();
  });
});
