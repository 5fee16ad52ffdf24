/** P11, inside: secrets of sessions are stored hashed, what a grant allows ends with it, and without the job server's word nobody may do anything. */
import type { OperatorLogEntry } from '@vitrine/platform';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Reviewing } from '../pages/requests/reviewing.testing.ts';
import { answerOf } from '../site.testing.ts';
import { problem, TestReleaseServer } from '../upload/release-server.testing.ts';

const MINUTE = 60_000;

let server: TestReleaseServer;
let review: Reviewing;
let refused: Set<string>;
let log: OperatorLogEntry[];
let ahead: number;
beforeEach(async () => {
  refused = new Set();
  log = [];
  ahead = 0;
  server = await TestReleaseServer.start(
    (path, body) => answerOf(path, JSON.parse(body), refused) ?? problem(403, 'airlock-grant-over'),
  );
  review = await Reviewing.open(undefined, {
    jobServer: server.address,
    clock: () => new Date(Date.now() + ahead),
    log: (entry) => log.push(entry),
  });
});
afterEach(async () => {
  await review[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function signIn(username: string, token = 'abcd-efgh-jkmn'): Promise<Response> {
  return await fetch(`${review.site.running.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ username, token }),
  });
}

async function sessions(): Promise<
  readonly { readonly hash: string; readonly approval_key: string }[]
> {
  return await review.site.database.db.selectFrom('session').selectAll().execute();
}

/** All that lies in the database, but the keys themselves where they are kept. */
async function written(): Promise<string> {
  const { db } = review.site.database;
  return JSON.stringify([
    (await sessions()).map(({ approval_key: _, ...session }) => session),
    await db.selectFrom('audit_event').selectAll().execute(),
    await db.selectFrom('news').selectAll().execute(),
    await db.selectFrom('upload').selectAll().execute(),
  ]);
}

test('of a session its hash is stored, and of the single-use token nothing', async () => {
  const answer = await signIn('rev');
  expect(answer.status).toBe(303);
  const cookie = answer.headers.get('set-cookie') ?? '';
  const secret = /^vitrine_airlock=([^;]+);/.exec(cookie)?.[1] ?? '';
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(cookie).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/);
  const all = await written();
  expect(all).not.toContain(secret);
  expect(all).not.toContain('abcdefghjkmn');
  expect(JSON.stringify(log)).not.toContain(secret);
});

test('a token that is over lets nobody in', async () => {
  refused.add('rev');
  const answer = await signIn('rev');
  expect(answer.status).not.toBe(303);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await sessions()).toEqual([]);
});

test('a grant that was taken back ends the session at the next look at it', async () => {
  await review.make();
  await review.explain();
  await review.submit();
  const hash = await review.hashOf('output/ages.csv');
  await review.vote('rev', 'output/ages.csv', 'approved');
  refused.add('rev');
  ahead += 3 * MINUTE;
  const answer = await review.do('rev', 'vote', { path: 'output/ages.csv', hash, vote: 'none' });
  expect(answer.status).not.toBe(303);
  const page = await review.get('rev', `/requests/${review.id}`);
  expect(page.status).toBe(303);
  expect(page.headers.get('location')).toMatch(/^\/sign-in/);
  const rest = await review.site.database.db.selectFrom('session').select('username').execute();
  expect(rest.map(({ username }) => username)).not.toContain('rev');
});

test('while the job server is away its last word counts for a quarter of an hour, and then for nothing', async () => {
  await review.make();
  await review.explain();
  await review.submit();
  await review.cookieOf('rev');
  server.cut = () => 'before';
  ahead += 14 * MINUTE;
  await review.vote('rev', 'output/ages.csv', 'approved');
  ahead += 2 * MINUTE;
  const votes = async (): Promise<number> => {
    const stored = await review.site.running.airlock.requests.read(review.id);
    return stored?.events.filter(({ kind }) => kind === 'voted').length ?? 0;
  };
  const before = await votes();
  const hash = await review.hashOf('output/ages.csv');
  const answer = await review.do('rev', 'vote', { path: 'output/ages.csv', hash, vote: 'none' });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await votes()).toBe(before);
  // When it answers again nobody has to sign in anew.
  server.cut = () => null;
  await review.vote('rev', 'output/ages.csv', 'none');
  expect(await votes()).toBe(before + 1);
});

test('keys that sign approvals are shown to nobody and told to no log', async () => {
  expect((await signIn('rev')).status).toBe(303);
  await review.make();
  await review.explain();
  await review.submit();
  await review.review('rev', 'approved');
  await review.review('ray', 'approved');
  const keys = (await sessions()).map(({ approval_key }) => approval_key);
  expect(keys.length).toBeGreaterThan(2);
  const shown = [await written(), JSON.stringify(log), server.received.join('\n')];
  for (const user of ['ann', 'rev', 'ray']) {
    for (const path of ['/', '/requests', '/workspaces/bp-trends', `/requests/${review.id}`]) {
      shown.push(await review.page(user, path));
    }
  }
  await review.must('ray', 'approve');
  shown.push(await written(), JSON.stringify(log), server.received.join('\n'));
  for (const key of keys) {
    for (const text of shown) expect(text).not.toContain(key);
  }
});
