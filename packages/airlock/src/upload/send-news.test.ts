/** How requests stand is told in order, at least once, and whatever happens to it holds up nothing else. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { problem } from './release-server.testing.ts';
import { sendNews } from './send-news.ts';
import { UploadWorld } from './upload-world.testing.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };

let world: UploadWorld;
let stopping: AbortController;
let sending: Promise<void>;
beforeEach(async () => {
  world = await UploadWorld.open();
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await sending;
  await world[Symbol.asyncDispose]();
});

function start(): void {
  sending = sendNews(world.site(), stopping.signal, (error) => {
    throw error;
  });
}

/** What has arrived of a request. */
function told(id: string): readonly string[] {
  return world.server.news.filter(({ request }) => request === id).map(({ kind }) => kind);
}

const whole = ['submitted', 'partially-reviewed', 'reviewed', 'approved'];

test('news of a request arrive in their order, with times to the second', async () => {
  const id = await world.approve({ 'a.csv': 'a' });
  start();
  await vi.waitFor(() => expect(told(id)).toEqual(whole), PATIENCE);
  expect(world.server.news.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  for (const { at } of world.server.news) expect(at).toMatch(/T\d\d:\d\d:\d\dZ$/);
  const later = await world.approve({ 'a.csv': 'b' });
  await vi.waitFor(() => expect(told(later)).toEqual(whole), PATIENCE);
});

test('what is lost on the way is told again', async () => {
  const id = await world.approve({ 'a.csv': 'a' });
  let cuts = 0;
  world.server.cut = () => {
    cuts += 1;
    return cuts === 1 ? 'before' : cuts === 2 ? 'after' : null;
  };
  start();
  await vi.waitFor(() => expect(told(id).at(-1)).toBe('approved'), PATIENCE);
  // One of them came twice, and none is missing.
  expect([...new Set(told(id))]).toEqual(whole);
  expect(told(id)).toHaveLength(whole.length + 1);
});

test('what is refused for good is noted, and what comes after it is told', async () => {
  const id = await world.approve({ 'a.csv': 'a' });
  let messages = 0;
  world.server.refuse = () => {
    messages += 1;
    return messages === 2 ? problem(409, 'release-request-elsewhere') : null;
  };
  start();
  await vi.waitFor(() => expect(told(id)).toEqual(['submitted', 'reviewed', 'approved']), PATIENCE);
  await vi.waitFor(async () => {
    const rows = await world.database.db
      .selectFrom('news')
      .select(['kind', 'refused_code'])
      .where('refused_code', 'is not', null)
      .execute();
    expect(rows).toEqual([
      { kind: 'partially-reviewed', refused_code: 'release-request-elsewhere' },
    ]);
  }, PATIENCE);
});

test('a request of which the job server takes nothing at the moment holds up no other', async () => {
  const stuck = await world.approve({ 'a.csv': 'a' });
  const other = await world.approve({ 'a.csv': 'b' });
  world.server.refuse = (_, path, body) =>
    path.endsWith('/news') && body.includes(stuck) ? problem(500, 'server-failed') : null;
  start();
  await vi.waitFor(() => expect(told(other)).toEqual(whole), PATIENCE);
  expect(told(stuck)).toEqual([]);
});
