/**
 * From output to publication, as people go it, in a real browser: an author and two reviewers inside, a publisher and a visitor
 * outside. The site, the airlock, the agent, the study, its records and its outputs are real.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { openTestWindows, type TestWindows } from '@vitrine/platform/testing';
import { GitSourceHost, openDatabase, startServer } from '@vitrine/server';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startAgentProcess } from '../demo/agent-process.ts';
import { startDemoAirlock } from '../demo/demo-airlock.ts';
import { makeDemoFolder } from '../demo/demo-folder.ts';
import { followRequests } from '../demo/follow-requests.ts';
import { FIRST_LOOK_WORKSPACE, seedDemo, submitFirstLook } from '../demo/seed-demo.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const FILE = 'output/population_by_region.csv';
const TITLE = 'Registered patients by region';

const stack = new AsyncDisposableStack();
const errors: unknown[] = [];
let windows: TestWindows;
let site: string;
let airlock: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-journey-'));
  stack.defer(async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const files = await makeDemoFolder(join(folder, 'demo'));
  const database = await openDatabase({ url: null, dataDir: files.server });
  stack.defer(async () => await database.close());
  const reportError = (error: unknown): void => void errors.push(error);
  const server = await startServer({
    database,
    sourceHost: new GitSourceHost({
      cacheDir: join(files.server, 'repositories'),
      allowFolders: true,
    }),
    releases: join(files.server, 'releases'),
    port: 0,
    development: true,
    reportError,
  });
  stack.defer(async () => await server.close());
  site = server.url;
  const places = await seedDemo(server.site, files);
  const agent = await startAgentProcess(site, places.token, files);
  stack.defer(async () => await agent.stop());
  const place = { host: '127.0.0.1', port: 0, reportError };
  const inside = await startDemoAirlock(site, places.airlockToken, files, place);
  stack.use(inside);
  airlock = inside.running.url;
  windows = await openTestWindows();
  stack.defer(async () => await windows.close());
  const request = await submitFirstLook(server.site, files, places);
  const jobs = followRequests(server.site, [request], () => {}, new AbortController().signal);
  const ended = await Promise.race([jobs, agent.failed]);
  expect(ended.map(({ code }) => code)).toEqual(['succeeded', 'succeeded']);
});
afterEach(() => {
  expect(windows.complaints).toEqual([]);
  expect(errors).toEqual([]);
});
afterAll(async () => await stack.disposeAsync());

/** Nothing that keeps somebody from reading or using the page. */
async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [page.url(), id, nodes[0]?.html])).toEqual([]);
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

/** Somebody on the site. */
async function onSite(name: string): Promise<Page> {
  const page = await windows.open(site);
  await page.goto('/sign-in');
  await press(page, name);
  await page.waitForURL(`${site}/`);
  return page;
}

/** Somebody who has typed the token of the site at the airlock. */
async function inAirlock(name: string, username: string): Promise<Page> {
  const outside = await onSite(name);
  await outside.goto('/account');
  await press(outside, 'Make a single-use token');
  const shown = outside.getByText(/^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$/);
  const token = (await shown.first().textContent()) ?? '';
  await accessible(outside);
  const page = await windows.open(airlock);
  await page.goto('/sign-in');
  await accessible(page);
  await page.getByRole('textbox', { name: 'User name' }).fill(username);
  await page.getByRole('textbox', { name: 'Token' }).fill(token.toUpperCase());
  await press(page, 'Sign in');
  await page.waitForURL(`${airlock}/`);
  return page;
}

test('an author asks, two reviewers judge blind, the files are released, published, read and withdrawn', async () => {
  const author = await inAirlock('Researcher', 'researcher');
  await author.getByRole('link', { name: FIRST_LOOK_WORKSPACE }).click();
  await accessible(author);
  await author.getByRole('checkbox', { name: FILE }).check();
  await press(author, 'Make a release request of what is selected');
  await author.goto('/requests');
  await author.locator('main a[href^="/requests/"]').first().click();
  await accessible(author);
  const request = new URL(author.url()).pathname;
  expect(await author.locator('main').textContent()).toContain('23 findings');

  // Without context and controls it cannot be submitted, and the page says so.
  const submit = author.getByRole('button', { name: 'Submit for review' });
  expect(await submit.isDisabled()).toBe(true);
  await author.locator('a[href*="/group?"]').first().click();
  for (const field of await author.locator('main textarea').all()) await field.fill('As agreed.');
  await accessible(author);
  await press(author, 'Save');
  await author.goto(request);
  await author.getByRole('checkbox', { name: /^I confirm/ }).check();
  await submit.click();
  await author.getByText('The request is with the reviewers.').waitFor();

  const first = await inAirlock('Output checker', 'output-checker');
  const second = await inAirlock('Second output checker', 'second-checker');
  for (const reviewer of [first, second]) {
    await reviewer.goto(`${request}/files/${FILE}`);
    await accessible(reviewer);
    // By keyboard: the next finding, then approval.
    await reviewer.keyboard.press('n');
    await reviewer.keyboard.press('a');
    await reviewer.getByText('Your vote has been noted.').waitFor();
    await reviewer.goto(request);
    await accessible(reviewer);
    if (reviewer === first) {
      // Nothing of the first review is told to the second reviewer, or to the author.
      for (const other of [second, author]) {
        await other.goto(request);
        expect(await other.locator('main').textContent()).not.toContain('output-checker');
      }
    }
    await press(reviewer, 'Hand in your review');
    await reviewer.getByText('Your review has been handed in.').waitFor();
  }
  await second.goto(request);
  await accessible(second);
  await press(second, 'Approve and release');
  await second.getByText('The request is approved; its files are on their way.').waitFor();

  // The page of the author follows by itself until the last byte is outside.
  await author.goto(request);
  await author.locator('main').getByText('Released', { exact: true }).first().waitFor();
  await accessible(author);

  const researcher = await onSite('Researcher');
  await researcher.goto(`/workspaces/${FIRST_LOOK_WORKSPACE}/outputs`);
  await accessible(researcher);
  await researcher.getByRole('link', { name: FILE }).first().click();
  await researcher.getByText('South East').first().waitFor();
  await accessible(researcher);
  await researcher.goto(`/workspaces/${FIRST_LOOK_WORKSPACE}/publications/new?select=all`);
  await researcher.getByLabel('Title').fill(TITLE);
  await accessible(researcher);
  await press(researcher, 'Prepare the draft');
  await researcher.getByText('This is a draft. It is not public.').waitFor();
  const { pathname } = new URL(researcher.url());

  const visitor = await windows.open(site);
  expect((await visitor.request.get(pathname)).status()).toBe(404);
  const publisher = await onSite('Output publisher');
  await publisher.goto(pathname);
  await press(publisher, 'Publish');
  await publisher.getByText('Public', { exact: true }).waitFor();

  await visitor.goto(pathname);
  await visitor.getByRole('heading', { name: TITLE }).waitFor();
  await accessible(visitor);
  const archive = await visitor.request.get(`${pathname}/files.zip`);
  expect((await archive.body()).subarray(0, 2).toString()).toBe('PK');
  await visitor.getByRole('link', { name: FILE }).click();
  await visitor.getByText('South East').first().waitFor();
  await accessible(visitor);

  await publisher.goto(pathname);
  await publisher.getByLabel('Reason').fill('The counts were not rounded.');
  await press(publisher, 'Withdraw for ever');
  await visitor.goto(pathname);
  await visitor.getByText('This publication has been withdrawn.').waitFor();
  expect((await visitor.request.get(`${pathname}/files.zip`)).ok()).toBe(false);
});
