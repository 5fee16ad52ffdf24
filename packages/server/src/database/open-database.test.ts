import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { FaultError } from '@vitrine/pipeline';
import { inTransaction, isDuplicate, migrate, pgliteDialect } from '@vitrine/platform';
import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from './database.testing.ts';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';
import type { Tables } from './schema.ts';

async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FaultError)) throw new Error(`no fault, but ${error}`);
  return error.diagnostics[0]?.code;
}

const now = new Date('2022-05-12T09:00:00Z');

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.db.schema.createTable('thing').addColumn('name', 'text').execute();
  });
  afterAll(async () => await database.close());

  const things = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{
      readonly name: string;
    }>`select name from thing order by name`.execute(database.db);
    return rows.map(({ name }) => name);
  };
  const add = (name: string) => sql`insert into thing (name) values (${name})`;

  test('values come back as they went', async () => {
    const { rows } = await sql`
      select ${now}::timestamptz as moment, ${['a', 'b"c,{}\\']}::text[] as texts, ${[1, 2]}::integer[] as numbers,
        9007199254740991::bigint as large, ${JSON.stringify([{ a: ['x'] }])}::jsonb as json, null::integer as nothing,
        true as yes, 0.5::float8 as half`.execute(database.db);
    expect(rows).toEqual([
      {
        moment: now,
        texts: ['a', 'b"c,{}\\'],
        numbers: [1, 2],
        large: 9007199254740991,
        json: [{ a: ['x'] }],
        nothing: null,
        yes: true,
        half: 0.5,
      },
    ]);
  });

  test('what others do meanwhile is no part of a transaction', async () => {
    let enter = (): void => {};
    const inside = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const undone = inTransaction(database, async (tx) => {
      await add('undone').execute(tx);
      enter();
      await sql`select 1`.execute(tx);
      throw new Error('undo');
    });
    await inside;
    const kept = add('kept').execute(database.db);
    await expect(undone).rejects.toThrow('undo');
    await kept;
    expect(await things()).toEqual(['kept']);
  });

  test('a transaction that met another is done again', async () => {
    let attempts = 0;
    await inTransaction(database, async (tx) => {
      attempts += 1;
      await add(`attempt ${attempts}`).execute(tx);
      if (attempts < 3)
        await sql`do $$ begin raise exception 'met' using errcode = '40P01'; end $$`.execute(tx);
    });
    expect(attempts).toBe(3);
    expect(await things()).toEqual(['attempt 3', 'kept']);
  });

  test('a duplicate is told from other errors', async () => {
    const organisation = { slug: 'a', name: 'A', created_at: now };
    const insert = () => database.db.insertInto('organisation').values(organisation).execute();
    await insert();
    const error = await insert().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(isDuplicate(error)).toBe(true);
    expect(isDuplicate(new Error('other'))).toBe(false);
  });

  test('migrations run once, in their order, and never backwards', async () => {
    expect(await migrate(database.db, migrations, now)).toEqual([]);
    const next = { name: '9999-next', statements: ['create table next_thing (id integer)'] };
    expect(await migrate(database.db, [...migrations, next], now)).toEqual(['9999-next']);
    expect(await refusal(migrate(database.db, migrations, now))).toBe('database-newer');
    const broken = {
      name: '99999-broken',
      statements: ['create table half (id integer)', 'nonsense'],
    };
    await expect(migrate(database.db, [...migrations, next, broken], now)).rejects.toThrow(
      'nonsense',
    );
    await expect(sql`select from half`.execute(database.db)).rejects.toThrow('half');
  });
});

test('a database with job requests in it is brought to the newest version', async () => {
  const pglite = await PGlite.create();
  const db = new Kysely<Tables>({ dialect: pgliteDialect(pglite) });
  const [first, ...later] = migrations;
  if (first === undefined) throw new Error('no migration');
  await migrate(db, [first], now);
  for (const statement of [
    `insert into organisation (slug, name, created_at) values ('o', 'O', now())`,
    `insert into project (slug, name, lead_organisation_id, created_at) values ('p', 'P', 1, now())`,
    `insert into person (username, name, created_at) values ('a', 'A', now())`,
    `insert into workspace (name, project_id, repository, branch, created_at, updated_at) values ('w', 1, 'r', 'main', now(), now())`,
    `insert into backend (slug, name, created_at) values ('tpp', 'TPP', now())`,
    `insert into job_request (identifier, workspace_id, backend_id, requested_by, commit, branch, requested_actions,
       force_run_dependencies, will_notify, project_definition, codelists_ok, created_at, status, updated_at)
     values ('3uh4s3ep7kte6hfe', 1, 1, 1, repeat('1', 40), 'main', '{b,a}', false, true, '', true, now(), 'succeeded', now())`,
  ]) {
    await sql.raw(statement).execute(db);
  }
  expect(await migrate(db, migrations, now)).toEqual(later.map(({ name }) => name));
  const names = await db.selectFrom('action_name').select('name').orderBy('name').execute();
  expect(names).toEqual([{ name: 'a' }, { name: 'b' }]);
  expect(await db.selectFrom('person').select('wants_email').execute()).toEqual([
    { wants_email: true },
  ]);
  await db.destroy();
});

describe('a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-database-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  test('keeps what was written, and is for one server at a time', async () => {
    const options = { url: null, dataDir: folder };
    const first = await openDatabase(options);
    await first.db
      .insertInto('organisation')
      .values({ slug: 'a', name: 'A', created_at: now })
      .execute();
    expect(await refusal(openDatabase(options))).toBe('database-busy');
    await first.close();
    // A server that was killed leaves its lock behind.
    await writeFile(join(folder, 'in-use-by'), '999999999 1');
    const second = await openDatabase(options);
    expect(await second.db.selectFrom('organisation').select('slug').execute()).toEqual([
      { slug: 'a' },
    ]);
    await second.close();
  });
});

test('a server that does not answer is named without its password', async () => {
  const url = 'postgresql://vitrine:secret@127.0.0.1:1/vitrine';
  expect(await refusal(openDatabase({ url, dataDir: null }))).toBe('database-unreachable');
  await expect(openDatabase({ url, dataDir: null })).rejects.not.toThrow('secret');
});
