/** A researcher's way through the site, in a real browser; and every page judged by axe, in light and in dark. */
import { AxeBuilder } from '@axe-core/playwright';
import type { ReportedCode, Task, TasksAnswer } from '@vitrine/protocol';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { openTestSite, studies, type TestPerson, type TestSite } from '../site.testing.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

let site: TestSite;
let browser: Browser;
/** What a browser complained of on any page: nothing may be in it. */
const complaints: string[] = [];

beforeAll(async () => {
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterEach(() => {
  expect(complaints).toEqual([]);
  expect(site.errors).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function open(
  as: TestPerson | null = null,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ ...options, baseURL: site.url });
  const secret = as === null ? undefined : site.sessions.get(as);
  if (secret) await context.addCookies([{ name: 'vitrine_session', value: secret, url: site.url }]);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complaints.push(`${page.url()} ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()} ${error.message}`));
  return { context, page };
}

const held: Task[] = [];

/** Does as an agent: takes what there is, over HTTP. */
async function claim(): Promise<readonly Task[]> {
  const answer = await site.call('/api/agent/v1/tasks', site.agentToken, {
    agent: 'agent',
    free: { database: 10, other: 10 },
    holding: held.map(({ job, attempt }) => ({ job, attempt })),
    wait_seconds: 0,
  });
  const { tasks } = (await answer.json()) as TasksAnswer;
  held.push(...tasks);
  return tasks;
}

async function report(task: Task | undefined, ...codes: readonly ReportedCode[]): Promise<void> {
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  await site.call('/api/agent/v1/reports', site.agentToken, {
    agent: 'agent',
    reports: codes.map((status_code) => ({
      job: task?.job,
      attempt: task?.attempt,
      at,
      status_code,
    })),
  });
}

test('sign in, choose actions, submit, watch it live, read the failure, compare code, ask again, cancel', async () => {
  // An earlier run at an older commit, to compare with.
  const token = await site.token('project-developer', ['run']);
  await site.call('/api/v1/job-requests', token, {
    workspace: 'nhs_at_home_main',
    backend: 'tpp',
    actions: ['generate_study_population_bp'],
    commit: studies[0]?.commits[0]?.hash,
  });
  for (const task of await claim()) await report(task, 'executing', 'succeeded');

  const { context, page } = await open();
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'A project developer' }).click();
  await page.getByRole('heading', { name: 'Good to see you, A project developer' }).waitFor();

  await page
    .getByRole('region', { name: 'Your workspaces' })
    .getByRole('link', { name: 'nhs_at_home_main' })
    .click();
  await page.getByRole('link', { name: 'Run jobs' }).click();
  await page.getByRole('checkbox', { name: 'generate_bp_timeseries' }).check();
  await page.getByRole('button', { name: 'Show what would run' }).click();
  const preview = page.getByRole('region', { name: '1 job would run on TPP' });
  await preview.getByText('generate_bp_timeseries runs because you asked for it').waitFor();
  await preview.getByText(/generate_study_population_bp reused: it succeeded on/).waitFor();
  await page.getByRole('button', { name: 'Submit jobs' }).click();
  await page.getByText('The requested actions have been scheduled to run.').waitFor();

  const jobs = page.getByRole('region', { name: 'Jobs', exact: true });
  await jobs.getByText('Pending').waitFor();
  const [task] = await claim();
  const began = performance.now();
  await report(task, 'executing');
  await jobs.getByText('The job is running.').waitFor();
  expect(performance.now() - began).toBeLessThan(1500);
  await report(task, 'nonzero_exit');
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
  await context.close();
});

test('all of it works without script and by keyboard', async () => {
  const { context, page } = await open('project-developer', { javaScriptEnabled: false });
  await page.goto('/workspaces/nhs_at_home_main/run-jobs');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  const box = page.getByRole('checkbox', { name: 'generate_oximetry_timeseries' });
  await box.focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Submit jobs' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('The requested actions have been scheduled to run.').waitFor();
  await page.locator('.account summary').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Account and tokens' }).waitFor();
  await page.getByRole('button', { name: 'Cancel job request' }).click();
  await page.getByText('The jobs that were not finished have been cancelled.').waitFor();
  await context.close();
});

describe.each(['light', 'dark'] as const)('every page in %s', (colorScheme) => {
  /** One browser window a person; a new one for each page would take longer than looking at it. */
  const windows = new Map<TestPerson | null, Page>();
  async function windowOf(as: TestPerson | null): Promise<Page> {
    const known = windows.get(as) ?? (await open(as, { colorScheme })).page;
    windows.set(as, known);
    await known.setViewportSize({ width: 1280, height: 900 });
    return known;
  }
  afterAll(async () => {
    for (const page of windows.values()) await page.context().close();
  });

  test.each([
    ['/', null],
    ['/', 'project-developer'],
    ['/event-log', null],
    ['/job-requests/1?compare=previous', null],
    ['/job-requests/3?compare=previous', 'project-developer'],
    ['JOB', null],
    ['/workspaces/nhs_at_home_main', 'project-developer'],
    ['/workspaces/nhs_at_home_main/logs', null],
    ['/workspaces/nhs_at_home_main/run-jobs', 'project-developer'],
    ['/workspaces/nhs_at_home_main/edit', 'project-developer'],
    ['/projects/nhs-at-home', 'staff'],
    ['/projects/nhs-at-home/new-workspace', 'project-developer'],
    ['/organisations', null],
    ['/organisations/nhse-i', null],
    ['/people', null],
    ['/people/project-developer', null],
    ['/status', null],
    ['/security-levels', null],
    ['/sign-in', null],
    ['/account', 'project-developer'],
    ['/staff', 'staff'],
    ['/staff/people', 'staff'],
    ['/staff/people/project-developer', 'staff'],
    ['/staff/organisations', 'staff'],
    ['/staff/projects', 'staff'],
    ['/staff/projects/nhs-at-home', 'staff'],
    ['/staff/workspaces', 'staff'],
    ['/staff/backends', 'staff'],
    ['/staff/backends/tpp', 'staff'],
    ['/staff/site-alerts', 'staff'],
    ['/staff/audit-log?verify=yes', 'staff'],
  ] as const)('%s as %s', async (path, as) => {
    const page = await windowOf(as);
    const job = await site.database.db
      .selectFrom('job')
      .select('identifier')
      .orderBy('id')
      .executeTakeFirst();
    await page.goto(path === 'JOB' ? `/jobs/${job?.identifier}` : path);
    await page.evaluate(
      "for (const one of document.querySelectorAll('main details')) one.open = true",
    );
    const found = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .setLegacyMode()
      .analyze();
    expect(
      found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`),
    ).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wide, 'wider than a phone').toBeLessThanOrEqual(0);
  });
});
