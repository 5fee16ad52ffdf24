/** The pages of workspaces in a real browser: judged by axe in light and in dark, as narrow as a phone, and used by keyboard. */
import { AxeBuilder } from '@axe-core/playwright';
import { openTestWindows, type TestWindows } from '@vitrine/platform/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { TestAirlock } from '../../site.testing.ts';

vi.setConfig({ testTimeout: 600_000 });

const at = '/workspaces/bp-trends';
const finding = (row: number): object => ({
  rule: 'small-count',
  severity: 'error',
  place: { row, column: 'n' },
  message: `A count of few people in row ${row}.`,
  remedy: 'Redact it.',
});
const long = Array.from({ length: 300 }, (_, row) => `group ${row},${row * 5}`).join('\n');
const outputs = {
  'output/tables/a.csv': {
    text: `g,n\n${long}\n`,
    record: {
      disclosure: {
        passes: false,
        counts: { 'small-count': 2 },
        findings: [finding(3), finding(250)],
      },
    },
  },
  'output/figures/a.svg': { text: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
  'output/model.log': { text: 'line\n'.repeat(5000) },
  'output/rows.csv': { text: '', record: { excluded: true, message: 'It has a patient_id.' } },
  'output/old.csv': { text: 'n\n5\n', record: { out_of_date_action: true } },
};

let site: TestAirlock;
let windows: TestWindows;
let page: Page;
beforeAll(async () => {
  site = await TestAirlock.open(outputs);
  windows = await openTestWindows();
  const [name = '', value = ''] = (await site.signIn('ann')).split('=', 2);
  page = await windows.open(site.running.url, [{ name, value }]);
});
afterEach(() => expect(windows.complaints).toEqual([]));
afterAll(async () => {
  await windows.close();
  await site[Symbol.asyncDispose]();
});

test.each([
  '/',
  at,
  `${at}?open=output/tables&open=output/figures`,
  `${at}?q=nothing`,
  `${at}/files/output/tables/a.csv?sort=1&order=descending`,
  `${at}/files/output/figures/a.svg`,
  `${at}/files/output/model.log`,
  `${at}/files/output/rows.csv.txt`,
  `${at}/files/output/old.csv`,
])('%s', async (address) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(address);
    const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBeLessThanOrEqual(0);
});

test('n leads from finding to finding, also to rows that were not laid out yet', async () => {
  await page.goto(`${at}/files/output/tables/a.csv`);
  await page.getByRole('region', { name: 'output/tables/a.csv', exact: true }).focus();
  await page.keyboard.press('n');
  await page.locator('#mark-1:focus').waitFor();
  await page.keyboard.press('n');
  await page.locator('#mark-2:focus').waitFor();
  await page.keyboard.press('p');
  await page.locator('#mark-1:focus').waitFor();
  await page.goto(`${at}/files/output/tables/a.csv#mark-2`);
  await page.locator('#mark-2').waitFor();
});

test('what is ticked stays ticked when a folder is unfolded, and is added', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${at}?open=output/figures`);
  await page.getByRole('checkbox', { name: 'output/figures/a.svg' }).check();
  await page.getByRole('link', { name: 'tables/' }).click();
  await page.getByRole('checkbox', { name: 'output/tables/a.csv' }).check();
  expect(await page.getByRole('checkbox', { name: 'output/figures/a.svg' }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Make a release request' }).click();
  await page.getByText('The files are in the release request.').waitFor();
  await page.getByText('has 2 files').waitFor();
});
