/**
 * P10, the server's part: whatever a study has made is shown as text by our own pages, or in a place of its own where nothing runs,
 * and comes with headers that hold also where somebody opens it alone.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestBrowser, type TestBrowser } from '../pages/browser.testing.ts';
import { pngForTest } from '../published.testing.ts';
import { type Released, releaseForTest } from '../released.testing.ts';

const workspace = 'nhs_at_home_main';

/** Tells the test that something ran: asks our own site for an address that nothing else asks for. */
const act =
  "fetch('/people?ran='+document.domain);document.title='RAN';parent.document.title='RAN'";
const hostileHtml = `<!doctype html><html><head><meta http-equiv="refresh" content="0; url=/people?ran=refresh">
<base href="https://elsewhere.example/"><link rel="stylesheet" href="/people?ran=style">
<style>@import url("/people?ran=import"); body { background: url("/people?ran=background") }</style></head>
<body onload="${act}"><p id="shown">Table one</p><script>${act}</script><script src="/people?ran=src"></script>
<img src="/people?ran=img" onerror="${act}"><iframe src="/people?ran=frame"></iframe><object data="/people?ran=object"></object>
<form action="/sign-out" method="post"><button id="send">Send</button></form>
<a id="top" target="_top" href="/people?ran=top">Leave</a><a id="script" href="javascript:${act}">Act</a></body></html>`;
const hostileSvg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="${act}" width="200" height="80">
<script>${act}</script><image href="/people?ran=image" width="9" height="9"/><a href="javascript:${act}"><text y="20">A line</text></a>
<foreignObject width="90" height="40"><iframe xmlns="http://www.w3.org/1999/xhtml" src="/people?ran=foreign"></iframe></foreignObject></svg>`;
const formula =
  'name,n\n"=HYPERLINK(""https://elsewhere.example"")",@SUM(1)\n<script>alert(1)</script>,+1\n';
/** A picture by its first bytes, a page by what follows. */
const polyglot = Buffer.concat([pngForTest(), Buffer.from(hostileHtml)]);
const notebook = JSON.stringify({
  cells: [
    {
      cell_type: 'code',
      source: `"</code><script>${act}</script>"`,
      outputs: [
        {
          output_type: 'display_data',
          data: { 'text/html': hostileHtml, 'application/javascript': act },
        },
        { output_type: 'display_data', data: { 'image/svg+xml': hostileSvg } },
      ],
    },
    { cell_type: 'markdown', source: `<img src=x onerror="${act}">` },
  ],
});

const hostile: Readonly<Record<string, string | Uint8Array>> = {
  'output/page.html': hostileHtml,
  'output/page.htm': hostileHtml,
  'output/drawing.svg': hostileSvg,
  'output/table.csv': formula,
  'output/polyglot.png': polyglot,
  'output/page.png': hostileHtml,
  'output/page.txt': hostileHtml,
  'output/page.md': hostileHtml,
  'output/page.json': hostileHtml,
  'output/page.log': hostileHtml,
  'output/page.xhtml': hostileHtml,
  'output/page.pdf': hostileHtml,
  'output/page.csv': hostileHtml,
  'output/notebook.ipynb': notebook,
  'output/"><script>alert(1)<\u2215script>; filename=x.html': hostileHtml,
};

let browser: TestBrowser;
let released: Released;
let publication = '';

beforeAll(async () => {
  browser = await openTestBrowser();
  const { site } = browser;
  await site.request();
  released = await releaseForTest(site.server.site, { workspace, files: hostile });
  const prepared = await site.send(`/workspaces/${workspace}/publications`, 'project-developer', {
    title: '</title><script>alert(1)</script>',
    description: '<img src=x onerror=alert(1)>',
    file: [...released.files.values()].map(String),
  });
  publication = prepared.headers.get('location')?.split('?')[0] ?? '';
  await site.send(`${publication}/publish`, 'output-publisher');
});
afterAll(async () => await browser.close());

const partsOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const places = (): readonly (readonly [string, 'project-developer' | null])[] => [
  [`/releases/${released.identifier}`, 'project-developer'],
  [publication, null],
];

describe.each(Object.keys(hostile))('the bytes of %s', (path) => {
  test('come with headers under which nothing runs, loads or leaves', async () => {
    for (const [place, as] of places()) {
      for (const query of ['', '?download']) {
        const answer = await browser.site.ask(`${place}/raw/${partsOf(path)}${query}`, as);
        await answer.arrayBuffer();
        const { headers } = answer;
        expect(answer.status).toBe(200);
        const policy = headers.get('content-security-policy') ?? '';
        expect(policy).toMatch(/^sandbox; default-src 'none';/);
        expect(policy).toContain("frame-ancestors 'self'");
        expect(policy).not.toMatch(/script|allow-/);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        const type = headers.get('content-type') ?? '';
        const disposition = headers.get('content-disposition') ?? '';
        const isShown = /\.(html?|svg|png)$/.test(path) && query === '';
        // What is no name of a page or a picture is saved, and never under a type that runs.
        expect(disposition.startsWith(isShown ? 'inline; ' : 'attachment; '), disposition).toBe(
          true,
        );
        if (/html|svg/.test(type)) expect(path).toMatch(/\.(html?|svg)$|filename=x\.html$/);
        expect(disposition).toMatch(/; filename="[\w.-]+"; filename\*=UTF-8''[\w.%!#$&+^`|~-]+$/);
      }
    }
  });

  test('are shown by our page without any markup of theirs', async () => {
    for (const [place, as] of places()) {
      const answer = await browser.site.ask(`${place}/files/${partsOf(path)}`, as);
      const page = await answer.text();
      expect(answer.status).toBe(200);
      expect(page).not.toMatch(/<script(?! src="\/assets\/)|<img src=x|<base|<object|<meta http/);
      expect(page.replace(/<iframe class="viewer-document"[^>]* sandbox [^>]*>/, '')).not.toContain(
        '<iframe',
      );
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'self'; script-src 'self';/);
      // Only pages that show a document may frame anything, and then only what is ours.
      expect(policy.includes('frame-src')).toBe(page.includes('viewer-document'));
    }
  });
});

test('cells that spreadsheets would run are text', async () => {
  const page = await (await browser.site.ask(`${publication}/files/output/table.csv`)).text();
  expect(page).toContain('=HYPERLINK(&quot;https://elsewhere.example&quot;)');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('titles and descriptions are text', async () => {
  const page = await (await browser.site.ask(publication)).text();
  expect(page).toContain('&lt;/title&gt;&lt;script&gt;');
  expect(page).not.toContain('<img src=x');
});

describe('in a real browser', () => {
  /** Addresses that only something of the study would ask for, and that were answered: what a browser held back was not. */
  function watch(page: Page): readonly string[] {
    const answered: string[] = [];
    page.on('response', (response) => {
      if (/ran=|elsewhere/.test(response.url())) answered.push(response.url());
    });
    return answered;
  }

  test.each(['output/page.html', 'output/drawing.svg', 'output/notebook.ipynb'])(
    '%s runs nothing and gets nothing, in its frame and alone',
    async (path) => {
      for (const [place, as] of places()) {
        const page = await browser.open(as);
        const answered = watch(page);
        await page.goto(`${place}/files/${partsOf(path)}`, { waitUntil: 'load' });
        const title = await page.title();
        expect(title).not.toContain('RAN');
        const frame = page.frameLocator('iframe.viewer-document');
        if (path.endsWith('.html')) {
          await frame.getByText('Table one').waitFor();
          await frame.locator('#top').click();
          await frame.locator('#script').click();
          await frame.locator('#send').click();
        } else if (path.endsWith('.svg')) await frame.getByText('A line').waitFor();
        expect(new URL(page.url()).pathname).toContain('/files/');
        expect(await page.title()).toBe(title);
        if (!path.endsWith('.ipynb')) {
          await page.goto(`${place}/raw/${partsOf(path)}`, { waitUntil: 'load' });
          expect(await page.title()).not.toContain('RAN');
        }
        expect(answered).toEqual([]);
        await page.context().close();
      }
      expect(browser.site.errors).toEqual([]);
    },
  );
});
