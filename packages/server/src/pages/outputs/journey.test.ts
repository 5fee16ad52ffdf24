/** From a released file to the public and back, in a real browser, by everybody who takes part. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { releasedFiles } from '../../published.testing.ts';
import { releaseForTest } from '../../released.testing.ts';
import { openTestBrowser, type TestBrowser } from '../browser.testing.ts';

// Many steps, each of which may take long on a busy machine.
vi.setConfig({ testTimeout: 600_000 });

const workspace = 'nhs_at_home_main';
const table = 'output/table.csv';

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser();
  const { site } = browser;
  await site.request();
  await releaseForTest(site.server.site, {
    workspace,
    at: new Date('2022-03-02T10:11:12Z'),
    files: { [table]: 'week,region,n\n2022-03-01,London,90\n' },
  });
  await releaseForTest(site.server.site, {
    workspace,
    at: new Date('2022-05-12T09:31:07Z'),
    files: releasedFiles,
  });
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
  expect(browser.site.errors).toEqual([]);
});
afterAll(async () => await browser.close());

test('a collaborator looks, a developer prepares, a publisher publishes, everybody downloads, a publisher withdraws', async () => {
  const collaborator = await browser.open('project-collaborator');
  await collaborator.goto(`/workspaces/${workspace}`);
  await collaborator.getByRole('link', { name: 'Released outputs' }).click();
  await collaborator.getByRole('searchbox', { name: 'Find a file' }).fill('table');
  await collaborator.getByRole('button', { name: 'Show' }).click();
  await collaborator.getByText('1 file, 58 bytes together').waitFor();
  await collaborator.getByRole('link', { name: table, exact: true }).click();
  await collaborator.getByRole('cell', { name: '125', exact: true }).waitFor();
  await collaborator.getByRole('link', { name: /^What has changed/ }).click();
  const changes = collaborator.getByRole('region', { name: 'What has changed' });
  await changes.locator('del', { hasText: '90' }).waitFor();
  await changes.locator('ins', { hasText: '100' }).waitFor();
  // By keys from file to file, once the script is there that makes them work.
  const keys = collaborator.locator('[data-keys]:not([hidden])');
  await keys.waitFor();
  await collaborator.keyboard.press('j');
  await collaborator.getByRole('heading', { level: 1, name: 'weekly.ipynb' }).waitFor();
  await keys.waitFor();
  await collaborator.keyboard.press('k');
  await collaborator.getByRole('heading', { level: 1, name: 'table.csv' }).waitFor();
  expect(await collaborator.getByRole('link', { name: 'Prepare a publication' }).count()).toBe(0);

  const developer = await browser.open('project-developer');
  await developer.goto(`/workspaces/${workspace}/outputs`);
  await developer.getByRole('link', { name: 'Prepare a publication' }).click();
  await developer.getByRole('textbox', { name: 'Title' }).fill('Home monitoring');
  await developer.getByRole('searchbox', { name: 'Find files' }).fill('output/');
  for (const name of [table, 'output/page.html']) {
    await developer.getByRole('checkbox', { name: new RegExp(`^${name}`) }).check();
  }
  await developer.getByRole('button', { name: 'Prepare the draft' }).click();
  await developer.getByText('The draft is ready.').waitFor();
  expect(await developer.getByRole('button', { name: 'Publish' }).count()).toBe(0);
  await developer.getByRole('textbox', { name: 'Title' }).fill('Home monitoring, week by week');
  await developer.getByRole('button', { name: 'Save' }).click();
  await developer
    .getByRole('heading', { level: 1, name: 'Home monitoring, week by week' })
    .waitFor();
  const address = new URL(developer.url()).pathname;

  const visitor = await browser.open();
  await visitor.goto('/publications');
  await visitor.getByText('Nothing has been published yet.').waitFor();

  const publisher = await browser.open('output-publisher');
  await publisher.goto('/publications');
  await publisher
    .getByRole('region', { name: 'Drafts that wait for an output publisher' })
    .getByRole('link', { name: 'Home monitoring, week by week' })
    .click();
  await publisher.getByRole('link', { name: 'output/page.html' }).click();
  await publisher.frameLocator('iframe').getByRole('heading', { name: 'Tables' }).waitFor();
  await publisher.goBack();
  await publisher.getByRole('button', { name: 'Publish' }).click();
  await publisher.getByText('The publication is public now.').waitFor();

  await visitor.goto(`/workspaces/${workspace}`);
  await visitor.getByRole('link', { name: 'Home monitoring, week by week' }).click();
  await visitor.getByRole('region', { name: 'Cite as' }).getByText(address).waitFor();
  const [archive] = await Promise.all([
    visitor.waitForEvent('download'),
    visitor.getByRole('link', { name: 'Download all' }).click(),
  ]);
  expect(archive.suggestedFilename()).toMatch(/^publication-\w{16}\.zip$/);
  await visitor.getByRole('link', { name: table }).click();
  await visitor.getByRole('cell', { name: '125', exact: true }).waitFor();
  const [file] = await Promise.all([
    visitor.waitForEvent('download'),
    visitor.getByRole('link', { name: 'Download', exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('table.csv');
  expect(readFileSync(await file.path(), 'utf8')).toBe(releasedFiles[table]);

  await publisher.goto(address);
  await publisher.getByRole('textbox', { name: 'Reason' }).fill('A label was wrong.');
  await publisher.getByRole('button', { name: 'Withdraw for ever' }).click();
  await publisher.getByText('The publication has been withdrawn.').waitFor();

  await visitor.goto(address);
  await visitor.getByText('This publication has been withdrawn.').waitFor();
  await visitor.getByText('Reason: A label was wrong.').waitFor();
  expect(await visitor.getByRole('link', { name: table }).count()).toBe(0);
  await visitor.goto(`${address}/files/${table}`);
  await visitor.getByText('The publication has been withdrawn').waitFor();
  // The browser writes of every answer that is not 200; here that is what was asked for.
  expect(browser.complaints.splice(0)).toEqual([expect.stringMatching(/status of 410/)]);
});
