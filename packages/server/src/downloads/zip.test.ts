import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ZipEntry, zipOf } from './zip.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-zip-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytesOf = async (entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): Promise<Buffer> =>
  Buffer.from(await new Response(zipOf(entries)).arrayBuffer());

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

const entries = (): ZipEntry[] => [
  { name: 'first.csv', content: 'a,b\n1,2\n' },
  { name: 'tables/Zürich – two.csv', content: new TextEncoder().encode('c\n') },
  { name: 'figures/plot.svg', content: () => pieces('<svg', '/>') },
  { name: 'empty.txt', content: () => pieces() },
];

/** Another program reads it, checks every CRC and says what is in it. */
const unpack = `
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps([[i.filename, archive.read(i).decode(), i.date_time, i.compress_type] for i in archive.infolist()]))
`;

test('another program finds every file, in order, stored, without a time', async () => {
  const file = join(folder, 'archive.zip');
  writeFileSync(file, await bytesOf(entries()));
  const found: unknown = JSON.parse(execFileSync('python3', ['-c', unpack, file]).toString());
  const time = [1980, 1, 1, 0, 0, 0];
  expect(found).toEqual([
    ['first.csv', 'a,b\n1,2\n', time, 0],
    ['tables/Zürich – two.csv', 'c\n', time, 0],
    ['figures/plot.svg', '<svg/>', time, 0],
    ['empty.txt', '', time, 0],
  ]);
});

test('the same files give the same bytes', async () => {
  expect((await bytesOf(entries())).equals(await bytesOf(entries()))).toBe(true);
});

test.each([
  ['../outside', 'is not a path within the archive'],
  ['/etc/passwd', 'is not a path within the archive'],
  ['a//b', 'is not a path within the archive'],
  ['folder/', 'is not a path within the archive'],
  ['', 'is not a path within the archive'],
  ['a/./b', 'is not a path within the archive'],
  ['a\\b', 'has a character that cannot be in a name'],
  ['a\0b', 'has a character that cannot be in a name'],
  ['x'.repeat(65_536), 'is too long'],
  ['twice', 'is there already'],
])('refuses the name %.20s', async (name, reason) => {
  const twice = [
    { name: 'twice', content: '' },
    { name, content: '' },
  ];
  await expect(bytesOf(twice)).rejects.toThrow(reason);
});

test('opens a file when its turn comes, and reads no further than it is read', async () => {
  const opened: string[] = [];
  const file = (name: string): ZipEntry => ({
    name,
    content: async function* () {
      opened.push(name);
      for (let piece = 0; piece < 100; piece += 1) {
        opened.push(`${name} ${piece}`);
        yield new Uint8Array(1 << 16);
      }
    },
  });
  const reader = zipOf([file('one'), file('two')]).getReader();
  await reader.read();
  await reader.read();
  expect(opened.length).toBeLessThan(10);
  expect(opened).not.toContain('two');
  await reader.cancel();
});

test('closes what is open when the reader goes away, and when a file fails', async () => {
  const closed: string[] = [];
  async function* endless(name: string): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(1024);
    } finally {
      closed.push(name);
    }
  }
  async function* listed(): AsyncGenerator<ZipEntry> {
    try {
      yield { name: 'endless', content: () => endless('file') };
    } finally {
      closed.push('list');
    }
  }
  const reader = zipOf(listed()).getReader();
  for (let read = 0; read < 5; read += 1) await reader.read();
  await reader.cancel();
  expect(closed.toSorted()).toEqual(['file', 'list']);

  // biome-ignore lint/correctness/useYield: a file that cannot be read gives nothing
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new Error('the disk is gone');
  }
  const failing = [{ name: 'broken', content: (): AsyncIterable<Uint8Array> => broken() }];
  await expect(bytesOf(failing)).rejects.toThrow('the disk is gone');
});
