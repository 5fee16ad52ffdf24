import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from './program.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-disclosure-'));
  await writeFile(join(folder, 'safe.csv'), 'region,n\nEast,15\nLondon,20\n');
  await writeFile(join(folder, 'counts.csv'), 'region,n\nEast,12\nLondon,3\nWest,40\nNorth,55\n');
});
afterEach(() => rm(folder, { recursive: true }));

async function vitrine(...words: readonly string[]) {
  let out = '';
  let err = '';
  const code = await main(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    columns: 100,
    style: (_, text) => text,
  });
  return { code, out, err };
}

test('check tells every finding with its place and remedy and ends with 1', async () => {
  const { code, out } = await vitrine('disclosure', 'check', folder);
  expect(code).toBe(1);
  expect(out).toMatch(/✗ .*counts\.csv\n[^✓]*line 2, B2, n {2}The count 12 is no multiple of 5\./);
  expect(out).toMatch(/small-count\n.*line 3, B3, n {2}The count 3 is from 1 to 7\.\n.*→/);
  expect(out).toMatch(/✓ .*safe\.csv/);
  expect((await vitrine('disclosure', 'check', join(folder, 'safe.csv'))).code).toBe(0);
});

test('check as JSON and as SARIF', async () => {
  const { code, out } = await vitrine('disclosure', 'check', folder, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    files: [
      { passes: false, counts: { 'small-count': 1, 'unrounded-count': 1 } },
      { passes: true },
    ],
  });
  const sarif = await vitrine('disclosure', 'check', folder, '--sarif');
  expect(sarif.code).toBe(1);
  expect(JSON.parse(sarif.out)).toMatchObject({ version: '2.1.0', runs: [{ results: [{}, {}] }] });
});

test('fix writes copies that pass beside the originals, and nothing beside those that pass', async () => {
  const { code } = await vitrine('disclosure', 'fix', folder);
  expect(code).toBe(0);
  expect((await readdir(folder)).toSorted()).toEqual([
    'counts.csv',
    'counts.fixed.csv',
    'safe.csv',
  ]);
  const fixed = await readFile(join(folder, 'counts.fixed.csv'), 'utf8');
  expect(fixed).toBe('region,n\nEast,10\nLondon,[REDACTED]\nWest,40\nNorth,55\n');
  expect((await vitrine('disclosure', 'check', join(folder, 'counts.fixed.csv'))).code).toBe(0);
  // A second time the copies are not taken for originals.
  await vitrine('disclosure', 'fix', folder);
  expect(await readdir(folder)).toHaveLength(3);
});

test('the owner’s thresholds count, and what was released before', async () => {
  const safe = join(folder, 'safe.csv');
  const settings = join(folder, 'settings.json');
  await writeFile(settings, '{"threshold": 16}');
  expect((await vitrine('disclosure', 'check', safe, '--settings', settings)).code).toBe(1);
  await writeFile(settings, '{"treshold": 16}');
  const wrong = await vitrine('disclosure', 'check', safe, '--settings', settings);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringMatching(/treshold/) });
  const before = join(folder, 'before.csv');
  await writeFile(before, 'region,n\nEast,20\nLondon,20\n');
  const compared = await vitrine('disclosure', 'check', safe, '--released', before, '--json');
  expect(JSON.parse(compared.out)).toMatchObject({ files: [{ counts: { differencing: 1 } }] });
});

test('a path that is not there is wrong usage', async () => {
  const { code, err } = await vitrine('disclosure', 'check', join(folder, 'nothing'));
  expect(code).toBe(2);
  expect(err).toMatch(/There is no file or folder/);
});
