/** What nobody may find in any page before it is theirs to know (cli-review-and-docs §2.5). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PATHS, plain, Reviewing } from './reviewing.testing.ts';

let review: Reviewing;
beforeAll(async () => {
  review = await Reviewing.open();
});
beforeEach(async () => {
  await review.reset();
  await review.make();
  await review.explain();
  await review.submit();
  await review.checked();
});
afterAll(async () => await review[Symbol.asyncDispose]());

const [AGES = '', REGIONS = ''] = PATHS;
const everybody = ['ann', 'col', 'pip', 'rob', 'rev', 'ray', 'tim', 'cyd'];
const outside = ['ann', 'col', 'pip', 'rob'];

/** Everything that somebody is shown of the request, with what is different each time left out. */
async function allPages(user: string): Promise<string> {
  const paths = [
    `/requests/${review.id}`,
    ...PATHS.map((path) => `/requests/${review.id}/files/${path}`),
    '/requests',
    '/turnaround',
  ];
  const pages: string[] = [];
  for (const path of paths) pages.push(await review.page(user, path));
  return (
    pages
      .join('\n')
      // A new comment has a new name each time, and times pass.
      .replaceAll(/name="id" value="[a-z2-7]{16}"/g, '')
      .replaceAll(/(?:less than a minute|\d+ (?:minutes?|hours?|s|min|h))(?: ago)?/g, 'a while')
      .replaceAll(/<svg class="bars months".*?<\/svg>/gs, '')
  );
}

/** What a reviewer does, all that shows in no status. */
async function workOf(user: string): Promise<void> {
  await review.vote(user, AGES, 'approved');
  await review.vote(user, REGIONS, 'changes-requested');
  await review.comment(user, `Canary of ${user} in public`);
  const own = await review.comment(user, `Canary of ${user} in private`, 'private');
  await review.must(user, 'publish-comment', { id: own });
  const wrong = await review.comment(user, `Canary of ${user} deleted`);
  await review.must(user, 'delete-comment', { id: wrong });
}

test('while a reviewer works, the pages of everybody else stay as they were to the letter', async () => {
  const others = everybody.filter((user) => user !== 'rev');
  const before = new Map<string, string>();
  for (const user of others) before.set(user, await allPages(user));
  await workOf('rev');
  for (const user of others) expect(await allPages(user), user).toBe(before.get(user));
  expect(await allPages('rev')).toContain('Canary of rev in public');
});

test('a review that is handed in shows as a status, and as nothing that is in it', async () => {
  await workOf('rev');
  await review.must('rev', 'submit-review');
  for (const user of everybody.filter((one) => one !== 'rev')) {
    const pages = await allPages(user);
    expect(pages, user).toContain('One review handed in');
    expect(pages, user).not.toContain('Canary');
    // Neither in a vote, a decision or the activity is there a name.
    expect(pages, user).not.toMatch(/\brev\b/);
    expect(plain(pages), user).not.toMatch(/Changes requested (?!of)/);
  }
});

test('votes on what a reviewer changes after handing in stay hidden too', async () => {
  await workOf('rev');
  await review.must('rev', 'submit-review');
  const before = await allPages('ray');
  await review.vote('rev', REGIONS, 'approved');
  await review.comment('rev', 'Canary of rev afterwards');
  expect(await allPages('ray')).toBe(before);
});

test('reviewers see each other when both reviews are there, and nobody else sees either', async () => {
  await workOf('rev');
  await review.must('rev', 'submit-review');
  await review.review('ray', 'approved');
  for (const user of ['rev', 'ray', 'tim', 'cyd']) {
    const pages = await allPages(user);
    expect(pages, user).toContain('Canary of rev in public');
    expect(pages, user).toContain('Disagreement');
  }
  for (const user of outside) {
    const pages = await allPages(user);
    expect(pages, user).not.toContain('Canary');
    expect(pages, user).not.toMatch(/\b(?:rev|ray)\b/);
    expect(pages, user).not.toContain('Disagreement');
  }
});

test('after a return the author reads decisions and public comments, and nothing private', async () => {
  await review.vote('rev', AGES, 'approved');
  await review.vote('rev', REGIONS, 'approved');
  await review.comment('rev', 'Canary in private', 'private');
  await review.must('rev', 'submit-review');
  await review.review('ray', 'changes-requested');
  await review.must('ray', 'return');
  for (const user of outside) {
    const pages = await allPages(user);
    expect(pages, user).toContain('ray asks for rounding.');
    expect(pages, user).not.toContain('Canary');
    expect(pages, user).not.toContain('Disagreement');
    expect(pages, user).not.toMatch(/\brev\b/);
  }
});

test('what an early return takes back the author never reads, and reviewers only when it is over', async () => {
  await workOf('rev');
  await review.must('ray', 'return');
  for (const user of [...outside, 'tim']) {
    expect(await allPages(user), user).not.toContain('Canary of rev');
  }
  await review.must('ann', 'withdraw');
  expect(await allPages('tim')).toContain('Canary of rev in public');
  expect(await allPages('ann')).not.toContain('Canary of rev');
});

test('whoever may only look writes nothing, in no phase', async () => {
  const comment = { id: 'b'.repeat(16), group: 'tables', text: 'x', visibility: 'public' };
  for (const user of ['pip', 'rob']) {
    expect((await review.do(user, 'comment', comment)).status, user).toBe(403);
    expect(await review.page(user), user).not.toContain('<textarea');
  }
  await review.must('rev', 'return');
  for (const user of ['pip', 'rob', 'rev']) {
    expect((await review.do(user, 'comment', comment)).status, user).toBe(403);
  }
  // A member of the project answers in the author's phase, but never in private.
  const secret = { ...comment, visibility: 'private' };
  expect((await review.do('col', 'comment', secret)).status).toBe(403);
  await review.must('col', 'comment', comment);
});

test('strangers find nothing, not even that there is something', async () => {
  const none = await review.get('stranger', '/requests/aaaaaaaaaaaaaaaa');
  const there = await review.get('stranger', `/requests/${review.id}`);
  expect([there.status, none.status]).toEqual([404, 404]);
  const [told, untold] = [await there.text(), await none.text()];
  expect(told.replaceAll(review.id, 'ID')).toBe(untold.replaceAll('aaaaaaaaaaaaaaaa', 'ID'));
  expect(await review.page('stranger', '/requests')).not.toContain(review.id);
  for (const path of [
    `files/${AGES}`,
    `shown/${AGES}`,
    `download/${AGES}`,
    'events',
    'group?name=tables',
  ]) {
    const { status } = await review.get('stranger', `/requests/${review.id}/${path}`);
    expect(status, path).toBe(404);
  }
  expect((await review.do('stranger', 'vote', {})).status).toBe(404);
  expect(await review.page('stranger', '/turnaround')).not.toContain(review.id);
});

test('a checker of whom the workspace is the own is never a reviewer of an own request', async () => {
  await review.reset();
  await review.make('cyd');
  await review.explain('cyd');
  await review.submit('cyd');
  const hash = await review.hashOf(AGES);
  const vote = { path: AGES, hash, vote: 'approved' };
  expect((await review.do('cyd', 'vote', vote)).status).toBe(403);
  expect(await review.page('cyd')).not.toContain('value="approved"');
  await review.vote('rev', AGES, 'approved');
  expect(await allPages('cyd')).not.toMatch(/\brev\b/);
});

test('open pages are told of nothing that a colleague does, in nothing and at no time', async () => {
  const stop = new AbortController();
  const answer = await fetch(`${review.site.running.url}/requests/${review.id}/events`, {
    headers: { cookie: await review.cookieOf('ray') },
    signal: stop.signal,
  });
  const reader = answer.body?.getReader();
  const heard: string[] = [];
  const listening = (async () => {
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) return;
      heard.push(new TextDecoder().decode(piece.value));
    }
  })().catch(() => {});
  await workOf('rev');
  // What everybody may know comes after it on the same stream, once each: had there been more news, it would be there by then.
  const changes = (): number => heard.join('').split('event: changed').length - 1;
  await review.must('rev', 'submit-review');
  await expect.poll(changes, { timeout: 60_000 }).toBeGreaterThan(0);
  await review.must('tim', 'return');
  await expect.poll(changes, { timeout: 60_000 }).toBeGreaterThan(1);
  expect(changes()).toBe(2);
  stop.abort();
  await listening;
});
