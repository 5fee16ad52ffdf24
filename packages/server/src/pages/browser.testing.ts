/** A site with a real Chromium before it, and an agent that does what a test says. */
import type { ReportedCode, Task, TasksAnswer } from '@vitrine/protocol';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { openDatabase } from '../database/open-database.ts';
import { openTestSite, type TestPerson, type TestSite } from '../site.testing.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** How long a page may take to show what is waited for, in milliseconds: on a busy machine a second can become a minute. */
const PATIENCE = 90_000;

export class TestBrowser {
  readonly site: TestSite;
  /** What a browser complained of on any page: nothing may be in it. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #held: Task[] = [];

  constructor(site: TestSite, browser: Browser) {
    this.site = site;
    this.#browser = browser;
  }

  /** A window of its own, signed in as somebody. */
  async open(as: TestPerson | null = null, options: BrowserContextOptions = {}): Promise<Page> {
    const { site } = this;
    const context: BrowserContext = await this.#browser.newContext({
      ...options,
      baseURL: site.url,
    });
    context.setDefaultTimeout(PATIENCE);
    context.setDefaultNavigationTimeout(PATIENCE);
    const secret = as === null ? undefined : site.sessions.get(as);
    if (secret) {
      await context.addCookies([{ name: 'vitrine_session', value: secret, url: site.url }]);
    }
    const page = await context.newPage();
    page.on('console', (message) => {
      const text = message.text();
      // What the browser itself says of a slow machine is no fault of a page.
      if (!['error', 'warning'].includes(message.type()) || text.startsWith('[Intervention]'))
        return;
      this.complaints.push(`${page.url()} ${text}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${page.url()} ${error.message}`));
    return page;
  }

  /** Does as an agent: takes what there is, over HTTP. */
  async claim(): Promise<readonly Task[]> {
    const answer = await this.site.call('/api/agent/v1/tasks', this.site.agentToken, {
      agent: 'agent',
      free: { database: 10, other: 10 },
      holding: this.#held.map(({ job, attempt }) => ({ job, attempt })),
      wait_seconds: 0,
    });
    const { tasks } = (await answer.json()) as TasksAnswer;
    this.#held.push(...tasks);
    return tasks;
  }

  /** Reports codes of a task that it holds, in their order. */
  async report(task: Task | undefined, ...codes: readonly ReportedCode[]): Promise<void> {
    const at = `${new Date().toISOString().slice(0, 19)}Z`;
    const answer = await this.site.call('/api/agent/v1/reports', this.site.agentToken, {
      agent: 'agent',
      reports: codes.map((status_code) => ({
        job: task?.job,
        attempt: task?.attempt,
        at,
        status_code,
      })),
    });
    if (!answer.ok) throw new Error(`The report was refused: ${await answer.text()}`);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.site.close();
  }
}

export async function openTestBrowser(): Promise<TestBrowser> {
  const site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    timeout: PATIENCE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return new TestBrowser(site, browser);
}
