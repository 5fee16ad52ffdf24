import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderReleaseStore } from './folder-store.ts';
import { codesOf, sha256Of } from './release.testing.ts';
import type { KeepOutcome } from './release-store.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 25);
const RELEASE = 'aaaaaaaaaaaaaaaa';

let folder: string;
let store: FolderReleaseStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-releases-'));
  store = new FolderReleaseStore(folder);
});
afterEach(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const pieceOf = (whole: string, from: number, to?: number) => ({
  release: RELEASE,
  sha256: sha256Of(whole),
  size: Buffer.byteLength(whole),
  offset: from,
  bytes: new Blob([Buffer.from(whole).subarray(from, to)]).stream(),
});

async function textOf(sha256: string): Promise<string | null> {
  const stream = await store.open(sha256);
  return stream === null ? null : await text(stream);
}

test('nothing is there before the first file comes', async () => {
  expect(await store.open(sha256Of('x'))).toBeNull();
  expect(await store.received(RELEASE, sha256Of('x'))).toBe(0);
  expect(await store.underway()).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('a file of any size in pieces of any size is kept as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 3000 }).map((text) => text.toWellFormed()),
      fc.array(fc.nat(800), { maxLength: 6 }),
      async (text, sizes) => {
        const sha256 = sha256Of(text);
        let offset = 0;
        for (const size of sizes) {
          await store.receive(pieceOf(text, offset, offset + size));
          offset = Math.min(offset + size, Buffer.byteLength(text));
          expect(await store.received(RELEASE, sha256)).toBe(offset);
        }
        await store.receive(pieceOf(text, offset));
        expect(await store.keep(RELEASE, sha256)).toBe('kept');
        expect(await textOf(sha256)).toBe(text);
        expect(await store.received(RELEASE, sha256)).toBe(0);
      },
    ),
    { numRuns },
  );
});

test('what came before a sender broke off stays, and nothing of it is seen', async () => {
  const text = 'one two three';
  const { bytes: _, ...piece } = pieceOf(text, 0);
  let asked = 0;
  const bytes = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        asked += 1;
        if (asked === 1) controller.enqueue(Buffer.from('one '));
        else controller.error(new Error('gone'));
      },
    },
    { highWaterMark: 0 },
  );
  await store.receive({ ...piece, bytes });
  expect(await store.received(RELEASE, piece.sha256)).toBe(4);
  expect(await textOf(piece.sha256)).toBeNull();
  await store.receive(pieceOf(text, 4));
  expect(await store.keep(RELEASE, piece.sha256)).toBe('kept');
  expect(await textOf(piece.sha256)).toBe(text);
});

test('more bytes than the file has are refused, and all of it is dropped', async () => {
  const piece = pieceOf('long enough', 0);
  expect(await codesOf(store.receive({ ...piece, size: 4 }))).toEqual(['release-file-too-long']);
  expect(await store.received(RELEASE, piece.sha256)).toBe(0);
});

test('what others dropped in the middle is gone, and that is no failure', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const text = 'some text';
      const send = scheduler.schedule(Promise.resolve()).then(async () => {
        await store.receive(pieceOf(text, 0));
        return await store.keep(RELEASE, sha256Of(text));
      });
      const drop = scheduler.schedule(Promise.resolve()).then(() => store.drop(RELEASE));
      await scheduler.waitAll();
      await drop;
      expect(['kept', 'gone']).toContain(await send);
    }),
    { numRuns },
  );
});

test('other bytes than announced are dropped', async () => {
  const piece = { ...pieceOf('good', 0), sha256: sha256Of('fine') };
  await store.receive(piece);
  expect(await store.keep(RELEASE, piece.sha256)).toBe('other-bytes');
  expect(await store.received(RELEASE, piece.sha256)).toBe(0);
  expect(await store.open(piece.sha256)).toBeNull();
});

test('the same file sent by several at once is kept once and whole', async () => {
  const text = 'x'.repeat(200_000);
  const sha256 = sha256Of(text);
  const send = async (): Promise<KeepOutcome> => {
    await store.receive(pieceOf(text, 0));
    return await store.keep(RELEASE, sha256);
  };
  expect(await Promise.all([send(), send(), send()])).toContain('kept');
  await send();
  expect(await textOf(sha256)).toBe(text);
  await store.drop(RELEASE);
  expect(await readdir(join(folder, sha256.slice(0, 2)))).toEqual([sha256]);
});

test('what is dropped, and what is removed, is gone', async () => {
  await store.receive(pieceOf('one two', 0, 3));
  expect(await store.underway()).toEqual([RELEASE]);
  await store.drop(RELEASE);
  expect(await store.underway()).toEqual([]);
  await store.receive(pieceOf('kept', 0));
  await store.keep(RELEASE, sha256Of('kept'));
  await store.remove(sha256Of('kept'));
  await store.remove(sha256Of('kept'));
  expect(await textOf(sha256Of('kept'))).toBeNull();
});

test('a full disk is told, and what came so far stays', async () => {
  const piece = pieceOf('x'.repeat(10), 0);
  await store.receive(pieceOf('x'.repeat(10), 0, 4));
  const path = join(folder, 'incoming', RELEASE, piece.sha256);
  await rename(path, `${path}aside`);
  // Takes no byte, as a disk without room.
  await symlink('/dev/full', path);
  expect(await codesOf(store.receive(piece))).toEqual(['release-store-full']);
  await rename(`${path}aside`, path);
  expect(await store.received(RELEASE, piece.sha256)).toBe(4);
  await store.receive(pieceOf('x'.repeat(10), 4));
  expect(await store.keep(RELEASE, piece.sha256)).toBe('kept');
});

test('files are for the server alone', async () => {
  await store.receive(pieceOf('kept', 0));
  await store.keep(RELEASE, sha256Of('kept'));
  const path = join(folder, sha256Of('kept').slice(0, 2), sha256Of('kept'));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test.each(['../../../../etc/passwd', '', 'x'.repeat(16).toUpperCase(), `${'a'.repeat(16)}/..`])(
  'no name leads out of the folder: %j',
  async (name) => {
    await expect(store.open(name)).rejects.toThrow('Not a name');
    await expect(store.received(name, sha256Of('x'))).rejects.toThrow('Not a name');
    await expect(store.drop(name)).rejects.toThrow('Not a name');
  },
);

test('what was left half kept goes when it is old, and not before', async () => {
  await store.receive(pieceOf('one two', 0, 3));
  const left = join(folder, 'incoming', RELEASE, `${sha256Of('one two')}.1.keeping`);
  await writeFile(left, 'one');
  const now = new Date();
  await store.cleanLeftovers(now);
  expect(await readdir(join(folder, 'incoming', RELEASE))).toHaveLength(2);
  const old = new Date(now.getTime() - 7_200_000);
  await utimes(left, old, old);
  await store.cleanLeftovers(now);
  expect(await readdir(join(folder, 'incoming', RELEASE))).toEqual([sha256Of('one two')]);
});

test('whenever a server is killed, every file that is kept is whole', {
  timeout: 300_000,
}, async () => {
  for (let round = 0; round < 3; round += 1) {
    const program = spawn(
      process.execPath,
      [join(import.meta.dirname, 'keeper.testing.ts'), folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = once(program, 'exit');
    await once(program.stdout, 'data');
    program.kill('SIGKILL');
    await ended;
  }
  let kept = 0;
  for (const part of await readdir(folder)) {
    if (part === 'incoming') continue;
    for (const name of await readdir(join(folder, part))) {
      const bytes = await readFile(join(folder, part, name));
      expect(name.startsWith(part)).toBe(true);
      expect(sha256Of(bytes)).toBe(name);
      kept += 1;
    }
  }
  expect(kept).toBeGreaterThanOrEqual(6);
});

test('a reader who stops, or never begins, leaves no file open', async () => {
  const text = 'x'.repeat(1_000_000);
  await store.receive(pieceOf(text, 0));
  await store.keep(RELEASE, sha256Of(text));
  const openFiles = async (): Promise<number> =>
    (
      await Promise.all(
        (
          await readdir('/proc/self/fd')
        ).map(async (name) => await readlink(`/proc/self/fd/${name}`).catch(() => '')),
      )
    ).filter((path) => path.startsWith(folder)).length;
  expect(await store.open(sha256Of(text))).not.toBeNull();
  expect(await openFiles()).toBe(0);
  const reader = (await store.open(sha256Of(text)))?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
  expect(await openFiles()).toBe(1);
  await reader?.cancel();
  expect(await openFiles()).toBe(0);
  expect(await textOf(sha256Of(text))).toBe(text);
  expect(await openFiles()).toBe(0);
});
