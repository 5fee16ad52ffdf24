/** Every page of the site, judged by axe in light and in dark, in a real browser, and as narrow as a phone. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { routes } from '../app.ts';
import { releaseSomething } from '../published.testing.ts';
import type { TestPerson } from '../site.testing.ts';
import { openTestBrowser, type TestBrowser } from './browser.testing.ts';

vi.setConfig({ testTimeout: 600_000 });

let browser: TestBrowser;
/** What stands in addresses below, by its name there. */
const made: Record<string, string> = {};
/** One window a person; a new one for each page would take longer than looking at it. */
const windows = new Map<TestPerson | null, Page>();

beforeAll(async () => {
  browser = await openTestBrowser();
  const { site } = browser;
  await site.request(['generate_study_population_bp']);
  for (const task of await browser.claim()) await browser.report(task, 'executing', 'succeeded');
  await site.request(['generate_bp_breakdowns']);
  for (const task of await browser.claim()) {
    await browser.report(task, 'executing', 'nonzero_exit');
    made['FAILED'] = task.job;
  }
  await site.request(['generate_bp_timeseries', 'generate_oximetry_timeseries']);
  for (const task of await browser.claim()) await browser.report(task, 'executing');
  Object.assign(made, await releaseSomething(site));
  await site.token('project-developer', ['run']);
  await site.send('/staff/site-alerts', 'staff', {
    title: 'Maintenance on Sunday',
    message: 'Jobs wait until it is over.',
    level: 'warning',
  });
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
  expect(browser.site.errors).toEqual([]);
});
afterAll(async () => await browser.close());

const pages: readonly (readonly [path: string, as: TestPerson | null])[] = [
  ['/', null],
  ['/', 'project-developer'],
  ['/event-log', null],
  ['/event-log?q=nothing+fits', null],
  ['/job-requests/2?compare=previous', 'project-developer'],
  ['/job-requests/3', 'project-developer'],
  ['/jobs/FAILED', null],
  ['/workspaces/nhs_at_home_main', 'project-developer'],
  ['/workspaces/nhs_at_home_main/logs', null],
  ['/workspaces/nhs_at_home_main/run-jobs', 'project-developer'],
  ['/workspaces/nhs_at_home_main/edit', 'project-developer'],
  ['/workspaces/nhs_at_home_main/outputs', 'project-developer'],
  ['/workspaces/nhs_at_home_main/releases', 'project-developer'],
  ['/workspaces/nhs_at_home_main/publications', 'project-developer'],
  ['/workspaces/nhs_at_home_main/publications/new?select=all', 'project-developer'],
  ['/releases/RELEASE', null],
  ['/releases/RELEASE', 'project-developer'],
  ['/releases/RELEASE/files/output/table.csv?compare=OLDER', 'output-checker'],
  ['/releases/RELEASE/files/output/notes.txt?compare=OLDER', 'project-developer'],
  ['/releases/RELEASE/files/output/page.html', 'project-developer'],
  ['/releases/RELEASE/files/output/plot.svg', 'project-developer'],
  ['/releases/RELEASE/files/output/weekly.ipynb', 'project-developer'],
  ['/releases/RELEASE/files/output/summary.json', 'project-developer'],
  ['/releases/RELEASE/files/output/wrong.csv', 'project-developer'],
  ['/publications', 'output-publisher'],
  ['/publications/PUBLIC', null],
  ['/publications/PUBLIC', 'output-publisher'],
  ['/publications/PUBLIC/files/output/table.csv', null],
  ['/publications/DRAFT', 'project-developer'],
  ['/publications/DRAFT', 'output-publisher'],
  ['/publications/WITHDRAWN', null],
  ['/projects/nhs-at-home', 'staff'],
  ['/projects/nhs-at-home/logs', null],
  ['/projects/nhs-at-home/edit', 'project-developer'],
  ['/projects/nhs-at-home/new-workspace', 'project-developer'],
  ['/organisations', null],
  ['/organisations/nhse-i', null],
  ['/organisations/nhse-i/logs', null],
  ['/people', null],
  ['/people/project-developer', null],
  ['/people/project-developer/logs', null],
  ['/status', null],
  ['/security-levels', null],
  ['/sign-in', null],
  ['/account', 'project-developer'],
  ['/staff?q=nhs', 'staff'],
  ['/staff/people', 'staff'],
  ['/staff/people/project-developer', 'staff'],
  ['/staff/organisations', 'staff'],
  ['/staff/organisations/nhse-i', 'staff'],
  ['/staff/projects', 'staff'],
  ['/staff/projects/nhs-at-home', 'staff'],
  ['/staff/workspaces', 'staff'],
  ['/staff/workspaces/nhs_at_home_main', 'staff'],
  ['/staff/backends', 'staff'],
  ['/staff/backends/tpp', 'staff'],
  ['/staff/site-alerts', 'staff'],
  ['/staff/site-alerts/1', 'staff'],
  ['/staff/audit-log?verify=yes', 'staff'],
];

/** Routes that answer with something else than a page to look at. */
const notPages = [
  /\/events$/,
  /\.json$/,
  /project\.yaml$/,
  /^\/status\/:backend$/,
  /^\/sign-in\/:provider/,
  /^\/healthz|^\/metrics/,
  /\.zip$/,
  /\/raw\//,
];

test('no page is left out', () => {
  const looked = pages.map(([path]) => path.split('?')[0] ?? path);
  const left = routes
    .filter(({ method, answers }) => method === 'GET' && answers === 'page')
    .map(({ path }) => path)
    .filter((path) => !notPages.some((pattern) => pattern.test(path)))
    .filter((path) => {
      const pattern = new RegExp(
        `^${path.replace(/:\w+\{\.\+\}/, '.+').replace(/:\w+/g, '[^/]+')}$`,
      );
      return !looked.some((address) => pattern.test(address));
    });
  expect(left).toEqual([]);
});

async function windowOf(as: TestPerson | null): Promise<Page> {
  // Colours that are still on their way from light to dark have a contrast that no page has.
  const known = windows.get(as) ?? (await browser.open(as, { reducedMotion: 'reduce' }));
  windows.set(as, known);
  return known;
}

/** What axe finds, in words. What a colour scheme cannot change is judged once. */
async function faultsOf(page: Page, scheme: 'light' | 'dark'): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme: scheme });
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const judge =
    scheme === 'dark'
      ? axe.withRules(['color-contrast', 'link-in-text-block'])
      : axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
  const { violations } = await judge.analyze();
  return violations.map(
    ({ id, nodes }) => `${scheme} ${id}: ${nodes.map(({ html }) => html).join('\n')}`,
  );
}

async function judge(page: Page): Promise<void> {
  await page.evaluate(
    "for (const one of document.querySelectorAll('main details')) one.open = true",
  );
  expect([...(await faultsOf(page, 'light')), ...(await faultsOf(page, 'dark'))]).toEqual([]);
  const cut = await page.evaluate(
    "[...document.querySelectorAll('.table-scroll')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)",
  );
  expect(cut, 'a table that is wider than its card').toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(wide, 'wider than a phone').toBeLessThanOrEqual(0);
}

test.each(pages)('%s as %s', async (path, as) => {
  const page = await windowOf(as);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(path.replace(/[A-Z]{4,}/g, (name) => made[name] ?? name));
  await judge(page);
});

test('a form that was refused, and a page that is not there', async () => {
  const page = await windowOf('staff');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto('/staff/backends');
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(20));
  await page.getByLabel('Name in addresses').fill('Not Good');
  await page.getByRole('button', { name: 'Add backend' }).click();
  await page.getByText('The form has not been accepted; nothing has been changed.').waitFor();
  await judge(page);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto('/nowhere');
  await page.getByText('There is no page at /nowhere.').waitFor();
  await judge(page);
  // The browser writes of every answer that is not 200; here that is what was asked for.
  const said = browser.complaints.splice(0);
  expect(said.every((text) => /status of (?:404|422)/.test(text))).toBe(true);
});
