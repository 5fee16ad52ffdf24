/**
 * Released bytes in a folder:
 *
 *     ab/abcdef…                  kept files by their SHA-256, whole and flushed to disk; the same bytes are there once
 *     incoming/RELEASE/SHA256     what has come so far of a file
 *     incoming/RELEASE/….keeping  a file on its way among those that are kept
 *
 * Servers that share a database share the folder. Nothing is locked: two senders of one file write the same bytes to the same
 * places, and if they do not, the hash of what is kept tells.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '@vitrine/platform';
import { releaseFaults } from './faults.ts';
import type { KeepOutcome, ReceivedPiece, ReleaseStore } from './release-store.ts';

const KEEPING = '.keeping';
/** What was left for so long, in milliseconds, nobody works on: 16 MiB are written in far less. */
const LEFT_BEHIND = 3_600_000;
/** Bytes that are read at a time. */
const PIECE = 1024 * 1024;

export class FolderReleaseStore implements ReleaseStore {
  readonly #folder: string;

  /** @param folder made when something first comes */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(sha256: string): Promise<ReadableStream<Uint8Array> | null> {
    const path = this.#kept(sha256);
    return (await unlessMissing(stat(path))) === null ? null : piecesOf(path);
  }

  async received(release: string, sha256: string): Promise<number> {
    return (await unlessMissing(stat(this.#coming(release, sha256))))?.size ?? 0;
  }

  async receivedOf(release: string): Promise<ReadonlyMap<string, number>> {
    const names = (await unlessMissing(readdir(this.#incoming(release)))) ?? [];
    const coming = names.filter((name) => !name.endsWith(KEEPING));
    const entries = coming.map(async (name) => [name, await this.received(release, name)] as const);
    return new Map(await Promise.all(entries));
  }

  async receive(piece: ReceivedPiece): Promise<void> {
    const { release, sha256, size, offset, bytes } = piece;
    const path = this.#coming(release, sha256);
    const opening = room(async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return await openForWriting(path);
    });
    const file = await unlessMissing(opening);
    if (file === null) return;
    try {
      let position = offset;
      for await (const chunk of untilBrokenOff(bytes)) {
        if (position + chunk.byteLength > size) {
          await rm(path, { force: true });
          throw releaseFaults.error('release-file-too-long', { sha256, size });
        }
        await room(async () => await writeAll(file, chunk, position));
        position += chunk.byteLength;
      }
    } finally {
      await file.close();
    }
  }

  async keep(release: string, sha256: string): Promise<KeepOutcome> {
    const path = this.#coming(release, sha256);
    const from = await unlessMissing(open(path, 'r'));
    // Somebody else was faster, or it was dropped: what is kept is the truth.
    if (from === null) return await this.#isKept(sha256);
    const keeping = `${path}.${randomUUID()}${KEEPING}`;
    try {
      const found = await unlessMissing(room(async () => await copyAndHash(from, keeping)));
      if (found === null) return await this.#isKept(sha256);
      if (found !== sha256) {
        await rm(path, { force: true });
        return 'other-bytes';
      }
      const moving = room(async () => await moveInto(this.#kept(sha256), keeping));
      if ((await unlessMissing(moving)) === null) return await this.#isKept(sha256);
      await rm(path, { force: true });
      return 'kept';
    } finally {
      await from.close();
      await rm(keeping, { force: true });
    }
  }

  async #isKept(sha256: string): Promise<KeepOutcome> {
    return (await unlessMissing(stat(this.#kept(sha256)))) === null ? 'gone' : 'kept';
  }

  async drop(release: string): Promise<void> {
    await rm(this.#incoming(release), { recursive: true, force: true, maxRetries: 5 });
  }

  async remove(sha256: string): Promise<void> {
    const path = this.#kept(sha256);
    await unlessMissing(unlink(path));
    // Others may be in it.
    await rmdir(dirname(path)).catch(() => {});
  }

  async underway(): Promise<readonly string[]> {
    return (await unlessMissing(readdir(join(this.#folder, 'incoming')))) ?? [];
  }

  async cleanLeftovers(now: Date): Promise<void> {
    for (const release of await this.underway()) {
      const folder = this.#incoming(release);
      for (const name of (await unlessMissing(readdir(folder))) ?? []) {
        if (!name.endsWith(KEEPING)) continue;
        const left = await unlessMissing(stat(join(folder, name)));
        if (left !== null && left.mtimeMs < now.getTime() - LEFT_BEHIND) {
          await rm(join(folder, name), { force: true });
        }
      }
    }
  }

  #incoming(release: string): string {
    return join(this.#folder, 'incoming', nameOf(release));
  }

  #coming(release: string, sha256: string): string {
    return join(this.#incoming(release), nameOf(sha256));
  }

  #kept(sha256: string): string {
    return join(this.#folder, nameOf(sha256).slice(0, 2), sha256);
  }
}

/** Identifiers and hashes only: whatever a caller hands on, no path leads out of the folder. */
function nameOf(name: string): string {
  if (!/^[a-z0-9]{16,64}$/.test(name)) throw new Error('Not a name of a release or of a file.');
  return name;
}

/** Opens a file that is written at places, and makes it where there is none. */
async function openForWriting(path: string): Promise<FileHandle> {
  const made = await open(path, 'wx+', 0o600).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
    return null;
  });
  return made ?? (await open(path, 'r+'));
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, written, null, position + written);
    written += bytesWritten;
  }
}

/** Reads a file in pieces. It is opened with the first one: who never reads leaves nothing open. */
function piecesOf(path: string): ReadableStream<Uint8Array> {
  let file: FileHandle | null = null;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        file ??= await open(path, 'r');
        try {
          const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE / 16));
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        } catch (error) {
          await file.close();
          throw error;
        }
        await file.close();
        controller.close();
      },
      cancel: async () => await file?.close(),
    },
    { highWaterMark: 0 },
  );
}

/** Copies to a file that is there once it is on the disk. */
async function copyAndHash(from: FileHandle, path: string): Promise<string> {
  const hash = createHash('sha256');
  const to = await open(path, 'wx', 0o600);
  try {
    const buffer = Buffer.alloc(PIECE);
    for (let position = 0; ; ) {
      const { bytesRead } = await from.read(buffer, 0, PIECE, position);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      await writeAll(to, piece, position);
      position += bytesRead;
    }
    await to.sync();
  } finally {
    await to.close();
  }
  return hash.digest('hex');
}

/** Moves a file that is on the disk to its place, and sees to it that the place is on the disk too. */
async function moveInto(place: string, file: string): Promise<true> {
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await rename(file, place);
  const folder = await open(dirname(place), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return true;
}

/** The pieces that come; a sender who breaks off ends them. */
async function* untilBrokenOff(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const next = await reader.read().catch(() => null);
      if (next === null || next.done) return;
      yield next.value;
    }
  } finally {
    // Of what is not wanted nothing more is waited for.
    await reader.cancel().catch(() => {});
  }
}

/** Does work that takes room on the disk. */
async function room<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw releaseFaults.error('release-store-full', {});
    throw error;
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
