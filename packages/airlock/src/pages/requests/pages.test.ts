/** What single pages of requests say. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RequestEvent } from '../../review/event.ts';
import { activityLines } from './activity.ts';
import { plain, Reviewing } from './reviewing.testing.ts';

const MANY = Array.from({ length: 450 }, (_, at) => `output/t${String(at).padStart(3, '0')}.csv`);

let review: Reviewing;
beforeAll(async () => {
  review = await Reviewing.open(
    Object.fromEntries(MANY.map((path, at) => [path, { text: `n\n${at * 5}\n` }])),
  );
  await review.make('ann', MANY);
  await review.explain();
});
afterAll(async () => await review[Symbol.asyncDispose]());

test('a request of many files is shown in parts, all of which together are all of it', async () => {
  const parts: string[] = [];
  for (const part of ['1', '2', '3']) {
    parts.push(await review.page('ann', `/requests/${review.id}?files=${part}`));
  }
  expect(plain(parts[1] ?? '')).toContain('Files 201 to 400 of 450');
  for (const path of MANY) {
    const shown = parts.filter((part) => part.includes(`>output/<wbr>${path.slice(7)}</a>`));
    expect(shown, path).toHaveLength(1);
  }
  // What is no number of a part is the nearest one.
  expect(plain(await review.page('ann', `/requests/${review.id}?files=99`))).toContain('of 450');
  expect((await review.get('ann', `/requests/${review.id}?files=x`)).status).toBe(200);
});

test('many files that were done the same with are one line', () => {
  const event = (kind: 'file-added' | 'submitted', path = ''): RequestEvent =>
    kind === 'submitted'
      ? { kind, by: 'ann', at: 2 }
      : {
          kind,
          by: 'ann',
          at: 1,
          file: {
            path,
            group: 'g',
            type: 'output',
            hash: '',
            size: 0,
            job: '',
            commit: null,
            repository: null,
          },
        };
  const lines = activityLines([
    ...MANY.map((path) => event('file-added', path)),
    event('submitted'),
  ]);
  expect(lines).toHaveLength(2);
  expect(String(lines[0]?.words)).toContain('added 450 files');
});

test('a comment is text: nothing in it is markup, and names of files lead to them', async () => {
  const text = `<script>alert(1)</script> & "quotes"\nSee ${MANY[3]}.\n\n[link](javascript:alert(1))`;
  await review.comment('ann', text);
  const page = await review.page('ann');
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('href="javascript');
  expect(page).toContain(`<a href="/requests/${review.id}/files/${MANY[3]}">${MANY[3]}</a>.`);
});

test('names that lead nowhere are told apart from faults', async () => {
  for (const path of [
    'files/none.csv',
    'files/%E0%A4%A',
    'shown/output/t001.csv',
    'group?name=x',
  ]) {
    const answer = await review.get('ann', `/requests/${review.id}/${path}`);
    expect(answer.status, path).toBeLessThan(500);
    expect(answer.status, path).toBeGreaterThanOrEqual(400);
  }
  for (const fields of [{ revision: 'x' }, {}, { revision: '1.5' }]) {
    const answer = await review.post('ann', `/requests/${review.id}/withdraw`, fields);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  }
  expect(await review.status()).toBe('pending');
});

test('a form without the token of the session does nothing', async () => {
  const answer = await fetch(`${review.site.running.url}/requests/${review.id}/withdraw`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: await review.cookieOf('ann') },
    body: new URLSearchParams({ revision: String(await review.revision()), csrf: 'guessed' }),
  });
  expect(answer.status).toBe(403);
  expect(await review.status()).toBe('pending');
});

test('the list tells whose turn it is, and is filtered by status', async () => {
  const mine = plain(await review.page('ann', '/requests'));
  expect(mine).toContain('Draft');
  expect(mine).toContain('The author');
  expect(plain(await review.page('ann', '/requests?status=released'))).not.toContain(review.id);
  expect(plain(await review.page('ann', '/requests?status=pending'))).toContain(review.id);
  expect(plain(await review.page('ann', '/requests?status=nonsense'))).toContain(review.id);
});

test('the keys of the page are those of the documentation', async () => {
  const page = await review.page('ann', `/requests/${review.id}/files/${MANY[0]}`);
  const docs = await readFile(new URL('../../../../../docs/reviewing.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/<dt><kbd>(.)<\/kbd><\/dt><dd>([^<]+)<\/dd>/g)];
  const written = [...docs.matchAll(/^\| `(.)` \| (.+?) +\|$/gm)];
  const pairs = (found: readonly RegExpExecArray[]) => found.map(([, key, words]) => [key, words]);
  expect(told.length).toBeGreaterThan(5);
  expect(pairs(told)).toEqual(pairs(written));
});
