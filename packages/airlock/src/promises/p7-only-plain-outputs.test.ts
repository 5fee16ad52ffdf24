/**
 * Promise P7 in the airlock: only what the manifest lists as moderately sensitive is ever opened, without following a link, and only
 * where its bytes are still those that were recorded.
 */
import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestAirlock } from '../site.testing.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 60);
const CANARY = 'CANARY-9434765919';
const at = '/workspaces/bp-trends';
const path = 'output/tables/a.csv';
const table = 'g,n\na,10\n';

let site: TestAirlock;
let cookie = '';
let root = '';
beforeAll(async () => {
  site = await TestAirlock.open();
  cookie = await site.signIn('ann');
  root = join(site.folder, 'level4', 'bp-trends');
  await writeFile(join(site.folder, 'secret.csv'), CANARY);
  await mkdir(join(site.folder, 'elsewhere'));
  await writeFile(join(site.folder, 'elsewhere', 'a.csv'), CANARY);
});
beforeEach(async () => {
  await rm(join(root, 'output'), { recursive: true, force: true });
  await site.write({ [path]: { text: table } });
});
afterAll(async () => await site[Symbol.asyncDispose]());

async function add(fields: Readonly<Record<string, string>>): Promise<Response> {
  const page = await (await site.get(at, cookie)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  return await fetch(`${site.running.url}${at}/add`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ csrf, group: 'default', ...fields }),
  });
}

/** What is kept of files for requests. */
async function copies(): Promise<readonly string[]> {
  const kept = await readdir(join(site.folder, 'airlock', 'copies'), {
    recursive: true,
    withFileTypes: true,
  });
  return kept.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('a file that is no longer what was recorded is neither shown nor taken', () => {
  const file = (): string => join(root, path);
  test.each<readonly [string, () => Promise<void>, RegExp]>([
    [
      'a link to another file',
      async () => {
        await rm(file());
        await symlink(join(site.folder, 'secret.csv'), file());
      },
      /a link, or behind one/,
    ],
    [
      'a link to a file with the very bytes',
      async () => {
        await rename(file(), join(site.folder, 'same.csv'));
        await symlink(join(site.folder, 'same.csv'), file());
      },
      /a link, or behind one/,
    ],
    [
      'a link in place of its folder',
      async () => {
        await rm(dirname(file()), { recursive: true });
        await symlink(join(site.folder, 'elsewhere'), dirname(file()));
      },
      /a link, or behind one/,
    ],
    [
      'a second name of another file',
      async () => {
        await rm(file());
        await link(join(site.folder, 'secret.csv'), file());
      },
      /second name/,
    ],
    [
      'a pipe',
      async () => {
        await rm(file());
        execFileSync('mkfifo', [file()]);
      },
      /no regular file/,
    ],
    [
      'a folder',
      async () => {
        await rm(file());
        await mkdir(file());
      },
      /no regular file/,
    ],
    ['other bytes', async () => await writeFile(file(), `${table}${CANARY}\n`), /not those/],
    ['fewer bytes', async () => await truncate(file(), 3), /not those/],
    ['nothing', async () => await rm(file()), /it is not there/],
  ])('%s', async (_, change, words) => {
    await change();
    const shown = await (await site.get(`${at}/files/${path}`, cookie)).text();
    expect(shown).not.toContain(CANARY);
    expect(shown).toMatch(words);
    const taken = await add({ file: path });
    expect(taken.status).toBeGreaterThanOrEqual(400);
    expect(await taken.text()).toMatch(words);
    expect(await copies()).toEqual([]);
    const rows = await site.database.db
      .selectFrom('release_request')
      .select('identifier')
      .execute();
    expect(rows).toEqual([]);
  });
});

describe('what the manifest does not name as a thing to look at', () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['a file of level 3', { level: 'highly_sensitive' }],
    ['a file that was refused', { excluded: true, message: 'It has a patient_id.' }],
    ['a file that its action no longer makes', { out_of_date_output: true }],
  ])('%s stays shut', async (_, record) => {
    await site.write({ 'output/rows.csv': { text: CANARY, record } });
    for (const address of ['files', 'shown/workspace']) {
      const answer = await fetch(`${site.running.url}${at}/${address}/output/rows.csv`, {
        headers: { cookie, 'sec-fetch-dest': 'iframe' },
      });
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain(CANARY);
    }
    expect((await add({ file: 'output/rows.csv' })).status).toBeGreaterThanOrEqual(400);
    expect((await add({ folder: 'output' })).status).toBeGreaterThanOrEqual(400);
    expect(await copies()).toEqual([]);
  });

  test('whatever path is asked for, only listed files are opened', async () => {
    await writeFile(join(root, 'output', 'unlisted.csv'), CANARY);
    await writeFile(join(site.folder, 'level4', 'secret.csv'), CANARY);
    const piece = fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2E%2e%2f',
      '..%2f',
      '%252e%252e',
      '%00',
      '%',
      '%ff',
      '\\..',
      'output',
      'tables',
      'a.csv',
      'unlisted.csv',
      'secret.csv',
      'metadata',
      'manifest.json',
      'constructor',
      '__proto__',
      '',
      '~',
      'output%2Ftables%2Fa.csv',
    );
    const route = fc.constantFrom('files', 'shown/workspace', 'shown/request', 'logs', 'code');
    await fc.assert(
      fc.asyncProperty(route, fc.array(piece, { maxLength: 6 }), async (to, pieces) => {
        const answer = await fetch(`${site.running.url}${at}/${to}/${pieces.join('/')}`, {
          headers: { cookie, 'sec-fetch-dest': 'iframe' },
          redirect: 'manual',
        });
        const text = await answer.text();
        expect(text).not.toContain(CANARY);
        expect(text).not.toContain('content_hash');
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns },
    );
  });

  test('whatever a form names, only listed files are taken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('file', 'folder', 'path'),
        fc.oneof(
          fc.string(),
          fc.constantFrom('../secret.csv', '/etc/passwd', 'output/../../secret.csv', '..', '', '/'),
        ),
        async (field, value) => {
          fc.pre(value !== path);
          const answer = await add({ [field]: value });
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: Math.ceil(numRuns / 4) },
    );
    expect(await copies()).toEqual([]);
  });
});

describe('files that are made to do harm end in a message', () => {
  test.each<readonly [string, string, Uint8Array, RegExp]>([
    [
      'a bomb',
      'output/bomb.csv.gz',
      gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      /cannot be unpacked/,
    ],
    ['what is no archive', 'output/bad.csv.gz', Buffer.from('no archive'), /cannot be unpacked/],
    [
      'bytes under the name of a table',
      'output/x.csv',
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]),
      /not the text/,
    ],
    [
      'a table of one endless line',
      'output/wide.csv',
      Buffer.from('a,'.repeat(200_000)),
      /columns; the first 200/,
    ],
    [
      'a page under the name of a picture',
      'output/x.png',
      Buffer.from('<html><script>1'),
      /not the picture/,
    ],
    ['a notebook that is none', 'output/x.ipynb', Buffer.from('{"cells": 1}'), /no notebook/],
  ])('%s', async (_, name, bytes, words) => {
    await site.write({ [name]: { text: bytes } });
    const answer = await site.get(`${at}/files/${name}`, cookie);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(words);
  });

  test('a file of 200 MB is not read', async () => {
    await site.write({ 'output/huge.csv': { text: 'n\n5\n' } });
    await truncate(join(root, 'output', 'huge.csv'), 200 * 1024 * 1024);
    const page = await (await site.get(`${at}/files/output/huge.csv`, cookie)).text();
    expect(page).toContain('is larger than 20 MiB');
    const taken = await add({ file: 'output/huge.csv' });
    expect(await taken.text()).toContain('is larger than 16 MiB');
    expect(await copies()).toEqual([]);
  });
});
