/** Release requests in a real browser: judged by axe, followed live, and reviewed by keyboard alone. */
import { AxeBuilder } from '@axe-core/playwright';
import { openTestWindows, type TestWindows } from '@vitrine/platform/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Reviewing } from './reviewing.testing.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const TABLE = 'output/ages.csv';
/** Nothing in it invites a browser to break the line. */
const PICTURE = `output/${'trend'.repeat(16)}.svg`;
const OUTPUTS = {
  [TABLE]: { text: 'age,people\n18-39,121\n40-64,4\n' },
  'output/regions.csv': { text: 'region,people\nNorth,105\nSouth,95\n' },
  [PICTURE]: {
    text: '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><path d="M0 40L90 0"/></svg>',
  },
};

let review: Reviewing;
let windows: TestWindows;
beforeAll(async () => {
  windows = await openTestWindows();
  review = await Reviewing.open(OUTPUTS);
});
beforeEach(async () => {
  await review.reset(OUTPUTS);
  await review.make('ann', Object.keys(OUTPUTS));
});
afterEach(() => {
  expect(windows.complaints).toEqual([]);
});
afterAll(async () => {
  await windows.close();
  await review[Symbol.asyncDispose]();
});

async function windowOf(user: string): Promise<Page> {
  const value = (await review.cookieOf(user)).replace(/^vitrine_airlock=/, '');
  // Colours that are still on their way from light to dark have a contrast that no page has.
  const options = { reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } } as const;
  return await windows.open(review.site.running.url, [{ name: 'vitrine_airlock', value }], options);
}

/** What axe finds in light and in dark, and whether a phone is wide enough. */
async function judge(page: Page, path: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(path);
  await page.evaluate(
    "for (const one of document.querySelectorAll('main details')) one.open = true",
  );
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const judged =
      scheme === 'dark'
        ? axe.withRules(['color-contrast', 'link-in-text-block'])
        : axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
    const { violations } = await judged.analyze();
    const faults = violations.map(
      ({ id, nodes }) => `${path} ${scheme} ${id}: ${nodes.map(({ html }) => html).join('\n')}`,
    );
    expect(faults).toEqual([]);
  }
  const cut = await page.evaluate(
    "[...document.querySelectorAll('.table-scroll')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)",
  );
  expect(cut, `a table on ${path} that is wider than its card`).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(wide, `${path} is wider than a phone`).toBeLessThanOrEqual(0);
}

test('every page of a request is there for everybody, from the draft to the return', async () => {
  const at = `/requests/${review.id}`;
  const ann = await windowOf('ann');
  await review.checked();
  await judge(ann, at);
  await judge(ann, `${at}/group?name=tables`);
  await review.explain();
  await review.submit();
  const rev = await windowOf('rev');
  await review.vote('rev', TABLE, 'changes-requested');
  await review.comment('rev', 'For reviewers.', 'private');
  await judge(rev, '/requests');
  await judge(rev, at);
  await judge(rev, `${at}/files/${TABLE}`);
  await judge(rev, `${at}/files/${PICTURE}`);
  await review.review('rev', 'changes-requested');
  await review.review('ray', 'approved');
  await judge(rev, at);
  await review.must('rev', 'return');
  await judge(ann, at);
  await judge(ann, '/turnaround');
  await review.must('ann', 'withdraw');
  await judge(ann, at);
});

test('a review by keyboard alone', async () => {
  await review.explain();
  await review.submit();
  await review.checked();
  const page = await windowOf('rev');
  await page.goto(`/requests/${review.id}`);
  // From the request to the first file by the keys of the browser.
  await page.getByRole('link', { name: TABLE }).first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: TABLE }).waitFor();
  await page.getByRole('button', { name: 'Keys ?' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys of the review' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('n');
  await page.waitForFunction("document.activeElement?.closest('.marked, .findings') !== null");
  await page.keyboard.press('c');
  await page.locator('#vote .pill', { hasText: 'Changes requested' }).waitFor();
  // In a field letters are letters.
  await page.getByLabel('Comment on the group “tables”').focus();
  await page.keyboard.press('End');
  await page.keyboard.type('a count of 4');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.comments', { hasText: 'a count of 4' }).waitFor();
  await page.locator('#vote .pill', { hasText: 'Changes requested' }).waitFor();
  for (const name of ['output/regions.csv', PICTURE]) {
    await page.locator('[data-keys]:not([hidden])').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.locator('[data-keys]:not([hidden])').waitFor();
    await page.keyboard.press('a');
    await page.locator('#vote .pill', { hasText: 'Approved' }).waitFor();
  }
  await page.locator('[data-keys]:not([hidden])').waitFor();
  await page.keyboard.press('k');
  await page.getByRole('heading', { level: 1, name: 'output/regions.csv' }).waitFor();
  await page.locator('[data-keys]:not([hidden])').waitFor();
  await page.keyboard.press('r');
  const handIn = page.getByRole('button', { name: 'Hand in your review' });
  await handIn.focus();
  await page.keyboard.press('Enter');
  await page.getByText('Your review has been handed in.').waitFor();
  expect(await review.status()).toBe('partially-reviewed');
});

test('who uses letters for something else turns the keys off, and they stay off', async () => {
  await review.explain();
  await review.submit();
  const page = await windowOf('rev');
  await page.goto(`/requests/${review.id}/files/${TABLE}`);
  const keys = page.getByRole('button', { name: 'Single keys' });
  await keys.click();
  await page.keyboard.press('a');
  await page.reload();
  await page.locator('[data-keys-switch][aria-pressed="false"]').waitFor();
  await page.keyboard.press('a');
  await page.keyboard.press('j');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: TABLE }).waitFor();
  await page.getByText('No vote').waitFor();
  const stored = await review.site.running.airlock.requests.read(review.id);
  expect(stored?.request.files.get(TABLE)?.reviews.size).toBe(0);
});

/** Opens a request and waits until the page is told of what happens. */
async function follow(user: string): Promise<Page> {
  const page = await windowOf(user);
  const told = page.waitForResponse((response) => response.url().includes('/events'));
  await page.goto(`/requests/${review.id}`);
  await told;
  return page;
}

test('an open page follows what happens, and keeps what is being written', async () => {
  await review.explain();
  await review.submit();
  const page = await follow('ray');
  await page.getByLabel('Comment on the group “tables”').fill('Half a sentence');
  await review.review('rev', 'approved');
  await page.locator('#standing', { hasText: 'One review handed in' }).waitFor();
  expect(await page.getByLabel('Comment on the group “tables”').inputValue()).toBe(
    'Half a sentence',
  );
});

test('what an author has ticked stays ticked, and counts for what was on the screen', async () => {
  await review.explain();
  const page = await follow('ann');
  const policy = page.getByRole('checkbox', { name: 'I confirm' });
  const file = page.getByRole('checkbox', { name: `Choose ${TABLE}` });
  await policy.check();
  await file.check();
  await page.getByLabel('Ticked files to the group').fill('age bands');
  await review.comment('col', 'The first news.');
  await page.locator('.comments', { hasText: 'The first news.' }).waitFor();
  await review.comment('col', 'And the second.');
  await page.locator('.comments', { hasText: 'And the second.' }).waitFor();
  expect(await policy.isChecked()).toBe(true);
  expect(await file.isChecked()).toBe(true);
  expect(await page.getByLabel('Ticked files to the group').inputValue()).toBe('age bands');

  // Confirmed was what was there: not what somebody, in another window, put in since.
  await review.explain('ann', 'tables', 'Other ages.');
  await page.getByText('Other ages.').waitFor();
  expect(await policy.isChecked()).toBe(true);
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Submit for review' }).click();
  expect((await answer).status()).toBe(409);
  await page.getByRole('heading', { name: 'The request has changed' }).waitFor();
  expect(await review.status()).toBe('pending');
  expect(windows.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
});

test('no news takes the place from somebody who reads or writes', async () => {
  await review.explain();
  await review.submit();
  for (const user of ['rev', 'ray']) await review.review(user, 'approved');
  const page = await follow('ray');
  const reason = page.getByLabel('Why none of it can be released');
  await page
    .locator('.activity li', { hasText: 'approved: 3 files' })
    .first()
    .locator('summary')
    .click();
  await page.getByText('Reject the request').click();
  await reason.fill('They are not of the project');
  // The very elements go on, where they are on the screen.
  await page.evaluate(`(() => {
    for (const id of ['reason', 'group-1']) document.getElementById(id).isMarked = true;
    document.getElementById('reason').setSelectionRange(9, 12);
    scrollTo(0, 150);
  })()`);
  const seen = async (): Promise<unknown> =>
    await page.evaluate(`(() => {
      const field = document.activeElement;
      return [field.id, field.isMarked, field.value, field.selectionStart, field.selectionEnd,
        Math.round(field.getBoundingClientRect().top), document.querySelector('#group-1').isMarked,
        document.querySelector('.activity details').open, scrollY > 0];
    })()`);
  const before = await seen();
  await review.comment('rev', 'A long comment.\n\n'.repeat(20), 'private');
  await page.locator('.comments', { hasText: 'A long comment.' }).waitFor();
  expect(await seen()).toEqual(before);
  expect(before).toContain('They are not of the project');

  // Nor where the news comes above what is being written.
  const comment = page.getByLabel('Comment on the group “tables”');
  await comment.fill('Half a sentence');
  await page.evaluate('document.activeElement.scrollIntoView({ block: "center" })');
  const written = await seen();
  await review.comment('rev', 'Much more.\n\n'.repeat(20), 'private');
  await page.locator('.comments', { hasText: 'Much more.' }).waitFor();
  expect(await seen()).toEqual(written);

  // Also where the step is no longer to be taken.
  await review.must('rev', 'return');
  await page.locator('#standing', { hasText: 'Returned' }).waitFor();
  expect(await reason.inputValue()).toBe('They are not of the project');
});
