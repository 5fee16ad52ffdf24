/** Promise P6, threat T12: `vitrine audit verify` finds whatever was done to the record, by whoever may do anything to the database. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAirlockDatabase } from '@vitrine/airlock';
import { openUnchanged, recordDecision } from '@vitrine/platform';
import { openDatabase } from '@vitrine/server';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../program.ts';
import { ask, contextOn, fillSite } from '../survival/site.testing.ts';
import { makeStudy, STEPS } from '../survival/steps.testing.ts';

let root: string;
let head: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-audit-'));
  const study = join(root, 'study');
  await makeStudy(study);
  const database = await openDatabase({ url: null, dataDir: join(root, 'server') });
  const context = contextOn(database, join(root, 'copies'));
  await ask(context, await fillSite(context, study), STEPS.slice(0, 1));
  await decide(database.db);
  await database.close();
  const airlock = await openAirlockDatabase({ url: null, dataDir: join(root, 'airlock') });
  await decide(airlock.db);
  await airlock.close();
  ({ head } = (await verify('server')).value.decisions);
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

/** Five decisions, each at its own moment. */
async function decide<Tables>(db: Kysely<Tables>): Promise<void> {
  for (const number of [1, 2, 3, 4, 5]) {
    const at = new Date(Date.UTC(2026, 0, number));
    const decision = { actor: 'staff', kind: 'role-given', details: { number } };
    await db.transaction().execute(async (tx) => await recordDecision(tx, at, decision));
  }
}

interface Verified {
  readonly code: number;
  readonly faults: readonly string[];
  readonly message: string;
  readonly value: {
    readonly of: string;
    readonly decisions: { readonly head: string; readonly entries: number };
  };
}

async function verify(folder: string, ...words: readonly string[]): Promise<Verified> {
  let out = '';
  const code = await main(['audit', 'verify', '--data', join(root, folder), '--json', ...words], {
    out: (text) => {
      out += text;
    },
    err: () => {},
    interactive: false,
    columns: 100,
    style: (_, text) => text,
  });
  const value = JSON.parse(out);
  const faults: readonly { readonly code: string; readonly message: string }[] = value.diagnostics;
  return {
    code,
    faults: faults.map((fault) => fault.code),
    message: faults.map((fault) => fault.message).join('\n'),
    value,
  };
}

/** The name of a copy of the server's folder in which somebody who may do anything did this. */
async function tampered(...statements: readonly RawBuilder<unknown>[]): Promise<string> {
  const copy = await mkdtemp(join(root, 'tampered-'));
  await cp(join(root, 'server'), copy, { recursive: true });
  const database = await openUnchanged<object, never>({ url: null, dataDir: copy });
  for (const table of ['audit_event', 'job_event']) {
    await sql`alter table ${sql.table(table)} disable trigger user`.execute(database.db);
  }
  for (const statement of statements) await statement.execute(database.db);
  await database.close();
  return copy.slice(root.length + 1);
}

const entry = (number: number): RawBuilder<number> =>
  sql<number>`(select id from audit_event where details ->> 'number' = ${String(number)} order by id limit 1)`;

test('what nobody has touched is whole, and a head of earlier is still part of it', async () => {
  const whole = await verify('server', '--head', head);
  expect(whole).toMatchObject({ code: 0, faults: [], value: { of: 'server' } });
  expect(await verify('airlock')).toMatchObject({
    code: 0,
    faults: [],
    value: { of: 'airlock', decisions: { entries: 5 } },
  });
  // Nothing is written: the same once more.
  expect((await verify('server')).value).toEqual({
    ...whole.value,
    decisions: { ...whole.value.decisions, holdsHead: null },
  });
});

test.each<[string, RawBuilder<unknown>, RegExp]>([
  [
    'a changed actor',
    sql`update audit_event set actor = 'nobody' where id = ${entry(3)}`,
    /2026-01-03/,
  ],
  [
    'a changed detail',
    sql`update audit_event set details = '{"number": 3, "more": 1}' where id = ${entry(3)}`,
    /2026-01-03/,
  ],
  [
    'a changed time',
    sql`update audit_event set at = at - interval '1 year' where id = ${entry(3)}`,
    /2025-01-03/,
  ],
  ['a removed entry', sql`delete from audit_event where id = ${entry(3)}`, /2026-01-04/],
  ['the first entries removed', sql`delete from audit_event where id < ${entry(3)}`, /2026-01-03/],
  [
    'an inserted entry',
    sql`insert into audit_event (id, at, actor, kind, details, hash) overriding system value
      select 1000000, at, actor, 'role-taken', details, hash from audit_event where id = ${entry(5)}`,
    /role-taken/,
  ],
  [
    'entries in another order',
    sql`update audit_event set at = other.at, details = other.details, hash = other.hash from audit_event other
      where (audit_event.id = ${entry(2)} and other.id = ${entry(3)}) or (audit_event.id = ${entry(3)} and other.id = ${entry(2)})`,
    /2026-01-03/,
  ],
])('%s', async (_, statement, message) => {
  const found = await verify(await tampered(statement));
  expect(found).toMatchObject({ code: 1, faults: ['audit-entry-broken'] });
  expect(found.message).toMatch(message);
});

test('a log that was cut off is whole in itself, and found by whoever has written its head down', async () => {
  const copy = await tampered(sql`delete from audit_event where id > ${entry(3)}`);
  expect(await verify(copy)).toMatchObject({ code: 0 });
  expect(await verify(copy, '--head', head)).toMatchObject({
    code: 1,
    faults: ['audit-head-missing'],
  });
});

test('a changed event of a job', async () => {
  const copy = await tampered(
    sql`update job_event set recorded_at = recorded_at + interval '1 second'`,
  );
  expect(await verify(copy)).toMatchObject({ code: 1, faults: ['audit-job-event-broken'] });
});

test('where there is no record that is said, and none is made', async () => {
  expect(await verify('study')).toMatchObject({ code: 2, faults: ['audit-log-missing'] });
});
