/** A site with a real Chromium before it, and an agent that does what a test says. */

import { openTestWindows, type TestWindows } from '@vitrine/platform/testing';
import type { ReportedCode, Task, TasksAnswer } from '@vitrine/protocol';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openDatabase } from '../database/open-database.ts';
import { openTestSite, type TestPerson, type TestSite } from '../site.testing.ts';

export class TestBrowser {
  readonly site: TestSite;
  readonly #windows: TestWindows;
  readonly #held: Task[] = [];

  constructor(site: TestSite, windows: TestWindows) {
    this.site = site;
    this.#windows = windows;
  }

  /** A window of its own, signed in as somebody. */
  async open(as: TestPerson | null = null, options: BrowserContextOptions = {}): Promise<Page> {
    const value = as === null ? undefined : this.site.sessions.get(as);
    const cookies = value === undefined ? [] : [{ name: 'vitrine_session', value }];
    return await this.#windows.open(this.site.url, cookies, options);
  }

  /** What a browser complained of on any page: nothing may be in it. */
  get complaints(): string[] {
    return this.#windows.complaints;
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
    await this.#windows.close();
    await this.site.close();
  }
}

export async function openTestBrowser(): Promise<TestBrowser> {
  const site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  return new TestBrowser(site, await openTestWindows());
}
