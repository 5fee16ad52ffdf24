/** P3, inside: of what a study chose or computed and of what people say about it nothing leaves before its release, and then only what was announced. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Reviewing } from '../pages/requests/reviewing.testing.ts';
import { answerOf } from '../site.testing.ts';
import { TestReleaseServer } from '../upload/release-server.testing.ts';

const TABLE = 'output/canary-name.csv';
const SECOND = 'output/canary-second.csv';
const SUPPORTING = 'output/canary-supporting.csv';
const OTHER = 'output/canary-never-requested.csv';
const outputs = {
  [TABLE]: { text: 'canary-column,people\ncanary-cell,120\n' },
  [SECOND]: { text: 'age,canary-people\n40,260\n' },
  [SUPPORTING]: { text: 'canary-support,people\nNorth,105\n' },
  [OTHER]: { text: 'canary-other\n1\n' },
};

const hashOf = (path: keyof typeof outputs): string =>
  createHash('sha256')
    .update(outputs[path]?.text ?? '')
    .digest('hex');

/** What no message may hold, whatever has become of the request. */
const never = [
  'canary-group',
  'canary-context',
  'canary-comment',
  'canary-private',
  'canary-support',
  'canary-other',
  'canary-never-requested',
  hashOf(SUPPORTING),
  hashOf(OTHER),
];

let server: TestReleaseServer;
let review: Reviewing;
let ahead = 0;
beforeAll(async () => {
  server = await TestReleaseServer.start((path, body) =>
    answerOf(path, JSON.parse(body), new Set()),
  );
  review = await Reviewing.open(outputs, {
    jobServer: server.address,
    clock: () => new Date(Date.now() + ahead),
  });
});
afterAll(async () => {
  await review[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function toldOf(kind: string): Promise<void> {
  await vi.waitFor(() => expect(server.news.map((news) => news.kind)).toContain(kind), {
    timeout: 60_000,
    interval: 50,
  });
}

test('a whole review, and what leaves of it', async () => {
  // Somebody signs in, as people do, and looks at everything.
  const signedIn = await fetch(`${review.site.running.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ username: 'rev', token: 'abcd-efgh-jkmn' }),
  });
  expect(signedIn.status).toBe(303);
  for (const path of ['/', '/workspaces/bp-trends', `/workspaces/bp-trends/files/${TABLE}`]) {
    await review.get('ann', path);
  }
  await review.make('ann', [TABLE, SECOND, SUPPORTING], 'canary-group');
  await review.must('ann', 'make-supporting', { path: SUPPORTING });
  await review.must('ann', 'edit-group', {
    group: 'canary-group',
    variables: 'canary-context',
    population: 'canary-context',
    relation: 'canary-context',
    threshold: 'canary-context',
    rounding: 'canary-context',
  });
  await review.comment('ann', 'canary-comment', 'public', 'canary-group');
  await review.submit();
  await review.review('rev', 'approved');
  // Rights are asked for anew after a while.
  ahead += 3 * 60_000;
  await review.get('ann', `/requests/${review.id}`);
  await review.comment('ray', 'canary-private', 'private', 'canary-group');
  await review.review('ray', 'approved');
  await toldOf('reviewed');

  const before = server.received.join('\n');
  for (const text of [...never, 'canary', hashOf(TABLE), hashOf(SECOND)]) {
    expect(before).not.toContain(text);
  }
  const addresses = new Set(server.received.map((message) => message.split('\n')[1]));
  expect([...addresses].toSorted()).toEqual([
    '/api/airlock/v1/news',
    '/api/airlock/v1/rights',
    '/api/airlock/v1/sign-in',
  ]);
  // Of a request no more than whose it is, and how it stands, to the second.
  for (const news of server.news) {
    expect(Object.keys(news).toSorted()).toEqual([
      'at',
      'author',
      'kind',
      'number',
      'request',
      'workspace',
    ]);
  }
  expect(server.news.map(({ number, kind }) => [number, kind])).toEqual([
    [1, 'submitted'],
    [2, 'partially-reviewed'],
    [3, 'reviewed'],
  ]);

  await review.must('ray', 'approve');
  await toldOf('released');
  const release = server.releases.get(review.id);
  expect(release).toMatchObject({ state: 'released', releases: 1 });
  expect(release?.announcement.files.map(({ path }) => path).toSorted()).toEqual(
    [TABLE, SECOND].toSorted(),
  );
  expect(server.bytesOf(review.id, hashOf(TABLE))?.toString()).toBe(outputs[TABLE]?.text);
  const all = server.received.join('\n');
  for (const text of never) expect(all).not.toContain(text);
  expect(server.faults).toEqual([]);
});
