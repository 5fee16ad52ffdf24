/** A real Chromium for tests. */
import {
  type Browser,
  type BrowserContextOptions,
  type Cookie,
  chromium,
  type Page,
} from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** How long a page may take to show what is waited for, in milliseconds: on a busy machine a second can become a minute. */
const PATIENCE = 90_000;

export class TestWindows {
  /** What a browser complained of on any page: nothing may be in it. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** A window with its own cookies. */
  async open(
    baseURL: string,
    cookies: readonly Pick<Cookie, 'name' | 'value'>[] = [],
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({ ...options, baseURL });
    context.setDefaultTimeout(PATIENCE);
    context.setDefaultNavigationTimeout(PATIENCE);
    await context.addCookies(cookies.map(({ name, value }) => ({ name, value, url: baseURL })));
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

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

export async function openTestWindows(): Promise<TestWindows> {
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
  return new TestWindows(browser);
}
