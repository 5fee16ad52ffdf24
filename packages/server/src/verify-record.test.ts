/** Whoever changes the record of a job server is found out (promise P6), also when they switch off what refuses changes. */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from './database/open-database.ts';
import type { Tables } from './database/schema.ts';
import { ReleaseScene, TEXTS } from './releases/release.testing.ts';
import { type RecordVerdict, verifyRecord } from './verify-record.ts';

let scene: ReleaseScene;
beforeAll(async () => {
  scene = await ReleaseScene.open(await openDatabase({ url: null, dataDir: null }));
  const out = scene.announcement();
  await scene.announce(out);
  for (const text of Object.values(TEXTS)) await scene.send(out.release, text);
  await scene.announce(scene.announcement({ 'output/later.csv': 'a,b\n' }));
});
afterAll(() => scene.close());

class Undone extends Error {}

/** What is found when the statement has been carried out by somebody who may do anything; nothing of it stays. */
async function after(statement: RawBuilder<unknown>): Promise<RecordVerdict> {
  let verdict: RecordVerdict | null = null;
  const work = async (tx: Transaction<Tables>): Promise<void> => {
    for (const table of ['job_event', 'audit_event', 'release_approval']) {
      await sql`alter table ${sql.table(table)} disable trigger user`.execute(tx);
    }
    await statement.execute(tx);
    verdict = await verifyRecord(tx, null);
    throw new Undone();
  };
  await scene.database.db
    .transaction()
    .execute(work)
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  if (verdict === null) throw new Error('nothing was found out');
  return verdict;
}

test('what nobody has touched is whole', async () => {
  const verdict = await verifyRecord(scene.database.db, null);
  expect(verdict).toMatchObject({
    decisions: { broken: null, holdsHead: null },
    jobs: { broken: null },
    releases: { releases: 2, broken: [] },
  });
  expect(verdict.decisions.entries).toBeGreaterThan(5);
  expect(verdict.jobs.events).toBeGreaterThan(verdict.jobs.jobs);
  const held = await verifyRecord(scene.database.db, verdict.decisions.head);
  expect(held.decisions.holdsHead).toBe(true);
});

const someEvent = sql`(select id from job_event order by id offset 1 limit 1)`;
const newest = sql`(select max(id) from job_event)`;

test.each<[string, RawBuilder<unknown>]>([
  ['a code', sql`update job_event set status_code = 'nonzero_exit' where id = ${newest}`],
  ['a time', sql`update job_event set at = at - interval '1 day' where id = ${someEvent}`],
  ['an agent', sql`update job_event set agent = 'somebody' where id = ${someEvent}`],
  ['an event that is removed', sql`delete from job_event where id = ${someEvent}`],
  ['an event that is cut off', sql`delete from job_event where id = ${newest}`],
  ['all events of a job', sql`delete from job_event`],
  [
    'an event that is put in',
    sql`insert into job_event (job_id, job_request_id, attempt, status_code, at, recorded_at, hash)
      select job_id, job_request_id, attempt, 'succeeded', at, recorded_at, hash from job_event where id = ${newest}`,
  ],
])('of jobs: %s', async (_, statement) => {
  expect((await after(statement)).jobs.broken).not.toBeNull();
});

test.each<[string, RawBuilder<unknown>, readonly string[]]>([
  [
    'other bytes',
    sql`update release_file set sha256 = repeat('0', 64) where id = 1`,
    ['announcement', 'approvals'],
  ],
  [
    'another name',
    sql`update release_file set path = 'output/other.csv' where id = 1`,
    ['announcement', 'approvals'],
  ],
  [
    'an approval that is missing',
    sql`delete from release_approval where release_file_id = 1 and reviewer_id = (select min(reviewer_id) from release_approval)`,
    ['announcement', 'approvals'],
  ],
  [
    'an approval of somebody else',
    sql`update release_approval set reviewer_id = 1 where release_file_id = 1 and reviewer_id = (select min(reviewer_id) from release_approval)`,
    ['announcement', 'approvals'],
  ],
  [
    'another releaser',
    sql`update release set released_by = author_id where id = 1`,
    ['announcement', 'state'],
  ],
  [
    'what was never completed',
    sql`update release set state = 'released', released_at = announced_at where id = 2`,
    ['state'],
  ],
  [
    'what is said not to have left',
    sql`update release set state = 'receiving', released_at = null where id = 1`,
    ['state'],
  ],
])('of releases: %s', async (_, statement, misfits) => {
  const { broken } = (await after(statement)).releases ?? { broken: [] };
  expect(broken).toHaveLength(1);
  expect(broken[0]?.misfits).toEqual(expect.arrayContaining([...misfits]));
});

test('a release of which the log tells and that is not there', async () => {
  const gone = sql`
    with approvals as (delete from release_approval), files as (delete from release_file) delete from release`;
  expect((await after(gone)).releases?.broken).toHaveLength(2);
});
