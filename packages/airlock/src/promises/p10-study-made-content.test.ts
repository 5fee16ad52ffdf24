/**
 * Promise P10 in the airlock: what a study has made is shown without its scripts, from a frame that may do nothing, and text of it never
 * becomes markup of a page.
 */

import { openTestWindows, type TestWindows } from '@vitrine/platform/testing';
import { STUDY_DOCUMENT_HEADERS } from '@vitrine/web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAirlock } from '../site.testing.ts';

const at = '/workspaces/bp-trends';
const script = '<script>document.title = "TAKEN"; parent.document.title = "TAKEN"</script>';
const hostile = {
  'output/script.html': {
    text: `<!doctype html><h1>Report</h1>${script}<img src="x" onerror="document.title='TAKEN'"><form action="/sign-out" method="post"><button>Go</button></form>`,
  },
  'output/script.svg': {
    text: `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" onload="parent.document.title='TAKEN'"><script>document.title="TAKEN"</script><image href="/leak.png"/></svg>`,
  },
  'output/polyglot.png': { text: `\u0089PNG\r\n\u001a\n${script}` },
  'output/cells.csv': {
    text: `name,n\n"${script.replaceAll('"', '""')}",10\n=cmd|'/c calc'!A1,5\n`,
  },
  'output/text.md': { text: `${script}\n[x](javascript:alert(1))\n` },
  'output/text.txt': { text: script },
  'output/text.json': { text: JSON.stringify({ a: script }) },
  'output/run.log': { text: `\u001b]0;title\u0007${script}\n` },
  'output/book.ipynb': {
    text: JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: script },
        {
          cell_type: 'code',
          source: '1',
          outputs: [{ output_type: 'display_data', data: { 'text/html': script } }],
        },
      ],
    }),
  },
  [`output/${encodeURIComponent('"><script>alert(1)<')}.csv`]: { text: 'n\n5\n' },
};

let site: TestAirlock;
let windows: TestWindows;
beforeAll(async () => {
  site = await TestAirlock.open(hostile);
  windows = await openTestWindows();
});
afterAll(async () => {
  await windows.close();
  await site[Symbol.asyncDispose]();
});

const paths = Object.keys(hostile);
const address = (path: string): string =>
  `${at}/files/${path.split('/').map(encodeURIComponent).join('/')}`;

describe('answers', () => {
  test.each(paths)('the page of %s holds none of its markup', async (path) => {
    const answer = await site.get(address(path), await site.signIn('rev'));
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).not.toContain(script);
    expect(page).not.toMatch(/<script>|javascript:[^<]*"/);
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
  });

  test.each([
    ['output/script.html', 'text/html; charset=utf-8'],
    ['output/script.svg', 'image/svg+xml'],
    ['output/polyglot.png', 'image/png'],
  ])('the bytes of %s are served as %s that may do nothing', async (path, type) => {
    const answer = await fetch(`${site.running.url}${at}/shown/workspace/${path}`, {
      headers: { cookie: await site.signIn('rev'), 'sec-fetch-dest': 'iframe' },
    });
    expect(answer.headers.get('content-type')).toBe(type);
    for (const [name, value] of Object.entries(STUDY_DOCUMENT_HEADERS)) {
      expect(answer.headers.get(name)).toBe(value);
    }
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox;/);
    expect(answer.headers.get('content-disposition')).toBeNull();
  });

  test.each([undefined, 'document', 'empty', 'script', 'object', 'embed', 'video'])(
    'the bytes are refused to what is no viewer: %s',
    async (destination) => {
      const answer = await fetch(`${site.running.url}${at}/shown/workspace/output/script.html`, {
        headers: {
          cookie: await site.signIn('rev'),
          ...(destination === undefined ? {} : { 'sec-fetch-dest': destination }),
        },
      });
      expect(answer.status).toBe(403);
      expect(await answer.text()).not.toContain('Report');
    },
  );

  test('tables and texts are shown by pages only', async () => {
    for (const path of ['output/cells.csv', 'output/text.txt', 'output/book.ipynb']) {
      const answer = await fetch(`${site.running.url}${at}/shown/workspace/${path}`, {
        headers: { cookie: await site.signIn('rev'), 'sec-fetch-dest': 'iframe' },
      });
      expect(answer.status).toBe(404);
    }
  });

  test.each([
    'files/output/script.html',
    'shown/workspace/output/script.html',
    'logs/make_tables',
    'code/HEAD',
    '',
  ])('a stranger gets nothing at %s', async (path) => {
    const answer = await fetch(`${site.running.url}${at}/${path}`, {
      headers: { cookie: await site.signIn('stranger'), 'sec-fetch-dest': 'iframe' },
      redirect: 'manual',
    });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('There is no workspace bp-trends');
  });
});

test('in a browser nothing of it runs, and the frame shows what it can without', async () => {
  const cookie = await site.signIn('rev');
  const [name = '', value = ''] = cookie.split('=', 2);
  const window = await windows.open(site.running.url, [{ name, value }]);
  const answered: string[] = [];
  window.on('response', (response) => answered.push(response.url()));
  for (const path of paths) {
    await window.goto(address(path), { waitUntil: 'load' });
    if (path.endsWith('.html')) {
      await window.locator('iframe.viewer-document').scrollIntoViewIfNeeded();
      await window.frameLocator('iframe').getByRole('heading', { name: 'Report' }).waitFor();
    }
    expect(await window.title()).not.toContain('TAKEN');
  }
  // What a document wants from elsewhere does not leave the browser.
  expect(answered.filter((url) => url.includes('leak') || url.endsWith('/x'))).toEqual([]);
  // The browser says of each script that it was not run; nothing else is wrong.
  const others = windows.complaints.filter(
    (text) => !/sandbox|Content Security Policy|frame is sandboxed|Blocked script/i.test(text),
  );
  expect(others).toEqual([]);
});
