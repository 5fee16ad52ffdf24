/** A researcher's way through the site, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startServer } from '../serve.ts';
import { studies, studiesInMemory } from '../site.testing.ts';
import { openTestBrowser, type TestBrowser } from './browser.testing.ts';

// Many steps, each of which may take long on a busy machine.
vi.setConfig({ testTimeout: 600_000 });

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser();
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
  expect(browser.site.errors).toEqual([]);
});
afterAll(async () => await browser.close());

test('sign in, choose actions, submit, watch it live, read the failure, compare code, run again, cancel', async () => {
  const { site } = browser;
  // An earlier run at an older commit, to compare with.
  const token = await site.token('project-developer', ['run']);
  await site.call('/api/v1/job-requests', token, {
    workspace: 'nhs_at_home_main',
    backend: 'tpp',
    actions: ['generate_study_population_bp'],
    commit: studies[0]?.commits[0]?.hash,
  });
  for (const task of await browser.claim()) await browser.report(task, 'executing', 'succeeded');

  const page = await browser.open();
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'A project developer' }).click();
  await page.getByRole('heading', { name: 'Good to see you, A project developer' }).waitFor();

  await page
    .getByRole('region', { name: 'Your workspaces' })
    .getByRole('link', { name: 'nhs_at_home_main' })
    .click();
  await page.getByRole('link', { name: 'Run jobs' }).click();
  await page.getByRole('searchbox', { name: 'Find actions' }).fill('bp_time');
  await page.getByText('1 of 13 shown, 0 selected').waitFor();
  await page.getByRole('checkbox', { name: 'generate_bp_timeseries' }).check();
  await page.getByText('1 of 13 shown, 1 selected').waitFor();
  await page.getByRole('button', { name: 'Show what would run' }).click();
  const preview = page.getByRole('region', { name: '1 job would run on TPP' });
  await preview.getByText('generate_bp_timeseries runs because you asked for it').waitFor();
  await preview.getByText(/generate_study_population_bp reused: it succeeded on/).waitFor();
  await page.getByRole('button', { name: 'Submit jobs' }).click();
  await page.getByText('The requested actions have been scheduled to run.').waitFor();

  const jobs = page.getByRole('region', { name: 'Jobs', exact: true });
  await jobs.getByText('Pending').waitFor();
  const [task] = await browser.claim();
  await browser.report(task, 'executing');
  await jobs.getByText('The job is running.').waitFor();
  await browser.report(task, 'nonzero_exit');
  await jobs.getByText('nonzero_exit').waitFor();
  await page
    .getByRole('region', { name: 'Job request', exact: true })
    .getByText('Failed', { exact: true })
    .waitFor();

  await page.getByRole('link', { name: 'Compare to the previous job request' }).click();
  await page.getByText('Small counts are hidden before anything is written.').waitFor();
  await jobs.getByRole('link', { name: 'generate_bp_timeseries' }).click();
  await page.getByText('The log is metadata/generate_bp_timeseries.log').waitFor();
  await page.goBack();

  await page.getByRole('button', { name: 'Run again what failed' }).click();
  await page.getByText('The requested actions have been scheduled to run.').waitFor();
  await page.getByRole('button', { name: 'Cancel job request' }).click();
  await page.getByText('The jobs that were not finished have been cancelled.').waitFor();
  await jobs.getByText('Cancelled', { exact: true }).waitFor();
  await page.getByText('were cancelled; none failed otherwise').waitFor();
  await page.context().close();
});

test('one action is cancelled where the others go on, and the page shows it', async () => {
  const { number } = await browser.site.request([
    'generate_oximetry_timeseries',
    'generate_proactive_breakdowns',
  ]);
  const page = await browser.open('project-developer');
  await page.goto(`/job-requests/${number}`);
  await page.getByRole('button', { name: 'Cancel generate_proactive_breakdowns' }).click();
  await page.getByText('The job has been cancelled.').waitFor();
  await page.getByText('One or more actions of this job request have been cancelled.').waitFor();
  const jobs = page.getByRole('region', { name: 'Jobs', exact: true });
  expect(await jobs.getByText('Cancelled', { exact: true }).count()).toBe(1);
  await page.getByRole('button', { name: 'Cancel generate_oximetry_timeseries' }).waitFor();
  await page.context().close();

  const staff = await browser.open('staff');
  await staff.goto('/staff/audit-log?kind=jobs-cancelled');
  await staff.getByRole('link', { name: String(number), exact: true }).click();
  await staff.getByRole('heading', { name: `Job request: ${number}` }).waitFor();
  await staff.context().close();
});

test('what somebody has unfolded and where they are stays while the page follows the jobs', async () => {
  const { number } = await browser.site.request(['generate_study_population_bp']);
  const page = await browser.open();
  await page.goto(`/job-requests/${number}`);
  await page.getByText('Show project.yaml').click();
  const definition = page.getByLabel('project.yaml', { exact: true });
  await definition.waitFor();
  const jobs = page.getByRole('region', { name: 'Jobs', exact: true });
  const link = jobs.getByRole('link', { name: 'generate_study_population_bp' });
  await link.focus();
  const tasks = await browser.claim();
  for (const task of tasks) await browser.report(task, 'executing');
  await jobs.getByText('The job is running.').first().waitFor();
  expect(await definition.isVisible()).toBe(true);
  await jobs.locator('a:focus', { hasText: 'generate_study_population_bp' }).waitFor();
  await page.context().close();
});

test('how long a job has run is told anew, though nothing happens to it', async () => {
  const { number } = await browser.site.request(['generate_proactive_timeseries']);
  const page = await browser.open();
  await page.route('**/events', (route) =>
    route.fulfill({
      contentType: 'text/event-stream',
      body: 'retry: 600000\nevent: still\ndata: \n\n',
    }),
  );
  const again = page.waitForRequest(
    (request) =>
      request.resourceType() === 'fetch' && request.url().endsWith(`/job-requests/${number}`),
  );
  await page.goto(`/job-requests/${number}`);
  await again;
  await page.context().close();
});

/** A window at 14:05 whose time stands still, and which tells of each error of a stream once the page knows it. */
async function openAtFivePastTwo(): Promise<Page> {
  const page = await browser.open();
  await page.addInitScript(`EventSource = class extends EventSource {
    constructor(address) {
      super(address);
      this.addEventListener('error', () => console.debug('broken'));
    }
  }`);
  await page.clock.install({ time: '2026-11-23T14:05:00Z' });
  await page.clock.pauseAt('2026-11-23T14:05:01Z');
  return page;
}

const broken = async (page: Page): Promise<unknown> =>
  await page.waitForEvent('console', (message) => message.text() === 'broken');

test('a page whose server is gone says of when it is, and goes on once the server is back', async () => {
  const { number } = await browser.site.request(['generate_oximetry_breakdowns']);
  const options = { sourceHost: studiesInMemory(), development: true };
  const { database } = browser.site;
  const server = await startServer({ ...options, database, port: 0 });
  const page = await openAtFivePastTwo();
  const told = page.waitForResponse((response) => response.url().endsWith('/events'));
  await page.goto(`${server.url}/job-requests/${number}`);
  await told;
  const line = page.getByRole('status').filter({ hasText: /\S/ });

  const breaks = broken(page);
  // It no longer listens; its connections end with the window.
  const closed = server.close();
  await breaks;
  await page.clock.runFor(4999);
  expect(await line.isVisible()).toBe(false);
  await page.clock.runFor(1);
  await line.waitFor();
  expect(await line.textContent()).toBe(
    'Not connected: this page shows how things stood at 14:05 UTC on 23 Nov. Trying again.',
  );

  await browser.site.send(`/job-requests/${number}/cancel`, 'project-developer');
  const port = Number(new URL(server.url).port);
  const restarted = await startServer({ ...options, database, port });
  await page.getByText('Cancelled', { exact: true }).first().waitFor();
  expect(await line.isVisible()).toBe(false);
  await page.context().close();
  await Promise.all([closed, restarted.close()]);
  for (const complaint of browser.complaints.splice(0)) {
    expect(complaint).toContain('net::ERR_');
  }
});

test('a page that is refused asks again and again, less and less often', async () => {
  const { number } = await browser.site.request(['generate_proactive_regional_timeseries']);
  const page = await openAtFivePastTwo();
  let asked = 0;
  await page.route('**/events', (route) => {
    asked += 1;
    return route.fulfill({ status: 503 });
  });
  let refused = broken(page);
  await page.goto(`/job-requests/${number}`);
  const line = page.getByText('Not connected');
  for (const [index, seconds] of [2, 4, 8, 16, 32, 60, 60].entries()) {
    await refused;
    await page.clock.runFor(1000 * seconds - 1);
    expect(asked).toBe(index + 1);
    refused = broken(page);
    await page.clock.runFor(1);
  }
  await refused;
  expect(await line.isVisible()).toBe(true);

  // Who leaves the page is told nothing, and whoever comes back to it hears of what happens again.
  await page.evaluate("dispatchEvent(new Event('pagehide'))");
  await page.clock.runFor(120_000);
  expect(await line.isVisible()).toBe(false);
  expect(asked).toBe(8);
  await page.unroute('**/events');
  const told = page.waitForResponse((response) => response.url().endsWith('/events'));
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
  expect((await told).status()).toBe(200);
  await page.context().close();
  expect(browser.complaints.splice(0)).toEqual(Array(8).fill(expect.stringContaining('503')));
});

test('all of it works without script and by keyboard', async () => {
  const page = await browser.open('project-developer', { javaScriptEnabled: false });
  await page.goto('/workspaces/nhs_at_home_main/run-jobs');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  const box = page.getByRole('checkbox', { name: 'generate_bp_breakdowns' });
  await box.focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Submit jobs' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('The requested actions have been scheduled to run.').waitFor();
  await page.locator('.account summary').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Account and tokens' }).waitFor();
  await page.getByRole('button', { name: 'Cancel generate_bp_breakdowns' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('The job has been cancelled.').waitFor();
  await page.context().close();
});
