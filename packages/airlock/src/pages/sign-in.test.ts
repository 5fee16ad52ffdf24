import { afterEach, expect, test } from 'vitest';
import { TestAirlock } from '../site.testing.ts';

let open: TestAirlock | null = null;
afterEach(async () => {
  await open?.[Symbol.asyncDispose]();
  open = null;
});

async function airlock(...args: Parameters<typeof TestAirlock.open>): Promise<TestAirlock> {
  open = await TestAirlock.open(...args);
  return open;
}

test('who is not signed in is sent to the form, and back to where they wanted to go', async () => {
  const site = await airlock();
  const away = await site.get('/requests');
  expect(away.headers.get('location')).toBe('/sign-in?next=%2Frequests');
  const answer = await fetch(`${site.running.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ username: 'ann', token: 'ABCD-efgh-2345', next: '/requests' }),
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/requests');
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect((await site.get('/requests', cookie)).status).toBe(200);
});

test('rights that the job server takes away are gone at the next look', async () => {
  let now = new Date();
  const site = await airlock({}, { clock: () => now });
  const cookie = await site.signIn('rev');
  expect(await (await site.get('/', cookie)).text()).toContain('bp-trends');
  site.refused.add('rev');
  now = new Date(now.getTime() + 3 * 60_000);
  expect((await site.get('/', cookie)).status).toBe(303);
  site.refused.delete('rev');
  expect((await site.get('/', cookie)).status).toBe(303);
});
