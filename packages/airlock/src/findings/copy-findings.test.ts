/** What the checks say of copies, also against what was released from the project before. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain, Reviewing } from '../pages/requests/reviewing.testing.ts';
import type { FileFindings } from './copy-findings.ts';

const BEFORE = { 'output/a.csv': { text: 'age,people\n18-39,120\n40-64,260\n' } };
const AFTER = {
  'output/a.csv': { text: 'age,people\n18-39,125\n40-64,260\n' },
  'output/figure.svg': { text: '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>' },
  'output/lost.csv': { text: 'age,people\n18-39,100\n' },
};

let review: Reviewing;
beforeAll(async () => {
  review = await Reviewing.open(BEFORE);
});
afterAll(async () => await review[Symbol.asyncDispose]());

async function findings(): Promise<ReadonlyMap<string, FileFindings>> {
  const { requests, findings: service } = review.site.running.airlock;
  const stored = await requests.read(review.id);
  if (stored === null) throw new Error('no request');
  return await service.of(stored.request, [...stored.request.files.values()], 100_000);
}

/** How often each rule was met in a file. */
const countsOf = (found: FileFindings | undefined): object | null =>
  found?.kind === 'checked' ? found.counts : null;

test('a request is compared with what was released before, and never with itself', async () => {
  await review.make('ann', Object.keys(BEFORE));
  expect(countsOf((await findings()).get('output/a.csv'))).toEqual({});
  const { db } = review.site.database;
  const released = {
    workspace: 'bp-trends',
    path: 'output/a.csv',
    sha256: await review.hashOf('output/a.csv'),
    request: review.id,
    released_at: new Date(),
  };
  await db.insertInto('released_file').values(released).execute();
  expect(countsOf((await findings()).get('output/a.csv'))).toEqual({});
  await review.must('ann', 'withdraw');
  await review.site.write(AFTER);
  await review.make('ann', ['output/a.csv', 'output/figure.svg'], 'tables');
  const [told] = [...(await findings()).values()];
  expect(told).toMatchObject({ kind: 'checked', counts: { differencing: 1 } });
  expect(plain(await review.page('ann', `/requests/${review.id}/files/output/a.csv`))).toContain(
    'The count differs by 5 from the one in output/a.csv, which was released.',
  );
});

test('a figure is one without counts until a table with counts is in its group', async () => {
  expect(countsOf((await findings()).get('output/figure.svg'))).toEqual({});
  await review.must('ann', 'move-files', { path: 'output/figure.svg', group: 'figures' });
  expect(countsOf((await findings()).get('output/figure.svg'))).toMatchObject({
    'missing-counts': 1,
  });
  // On its own page it is judged with its group, too.
  expect(
    plain(await review.page('ann', `/requests/${review.id}/files/output/figure.svg`)),
  ).toContain('Statistics without the counts behind them');
});

test('a copy that cannot be read could not be checked, and never passes', async () => {
  await review.must('ann', 'withdraw');
  await review.make('ann', ['output/lost.csv']);
  const hash = await review.hashOf('output/lost.csv');
  await rm(join(review.site.folder, 'airlock', 'copies', hash.slice(0, 2), hash));
  expect((await findings()).get('output/lost.csv')).toEqual({ kind: 'failed' });
  expect(plain(await review.page('ann'))).toContain('Could not be checked');
});

test('what is not done in time is pending, and done later', async () => {
  await review.must('ann', 'withdraw');
  await review.site.write({ 'output/late.csv': { text: 'age,people\n18-39,7\n' } });
  await review.make('ann', ['output/late.csv']);
  const { requests, findings: service } = review.site.running.airlock;
  const stored = await requests.read(review.id);
  if (stored === null) throw new Error('no request');
  const files = [...stored.request.files.values()];
  expect((await service.of(stored.request, files, 0)).get('output/late.csv')?.kind).toMatch(
    /pending|checked/,
  );
  expect(countsOf((await findings()).get('output/late.csv'))).toMatchObject({ 'small-count': 1 });
});
