/** Copies of the files of release requests, each under the SHA-256 of its bytes: what was reviewed is what is released. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode, newSecret } from '@vitrine/platform';
import { airlockFaults } from '../faults.ts';

export interface TakenCopy {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

export class FileCopies {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the folder, and removes what an earlier process left half written. */
  static async open(folder: string): Promise<FileCopies> {
    await mkdir(join(folder, 'taking'), { recursive: true, mode: 0o700 });
    for (const left of await readdir(join(folder, 'taking'))) {
      await rm(join(folder, 'taking', left), { force: true });
    }
    return new FileCopies(folder);
  }

  /**
   * Takes a copy of an open file, and closes it.
   * @param name what people know it by
   * @param limit most bytes
   * @param recordedHash SHA-256 that the bytes must have; others are not kept
   * @throws FaultError copy-too-large, review-bytes-changed
   */
  async take(
    source: FileHandle,
    name: string,
    { limit, recordedHash }: { readonly limit: number; readonly recordedHash: string },
  ): Promise<TakenCopy> {
    const taking = join(this.#folder, 'taking', newSecret());
    try {
      const hash = createHash('sha256');
      let size = 0;
      const counting = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          size += chunk.byteLength;
          hash.update(chunk);
          done(
            size > limit ? airlockFaults.error('copy-too-large', { path: name, limit }) : null,
            chunk,
          );
        },
      });
      await pipeline(
        source.createReadStream(),
        counting,
        createWriteStream(taking, { mode: 0o400, flush: true }),
      );
      const digest = hash.digest('hex');
      if (digest !== recordedHash)
        throw airlockFaults.error('review-bytes-changed', { path: name });
      await mkdir(join(this.#folder, digest.slice(0, 2)), { recursive: true, mode: 0o700 });
      await rename(taking, this.#pathOf(digest));
      return { hash: digest, size };
    } finally {
      await source.close().catch(() => {});
      await rm(taking, { force: true });
    }
  }

  /** The bytes of a copy, from an offset on. */
  read(hash: string, from = 0): Readable {
    return createReadStream(this.#pathOf(hash), { start: from });
  }

  /** The bytes as one piece; copies are bounded. */
  async bytes(hash: string): Promise<Buffer<ArrayBuffer>> {
    return Buffer.concat(await this.read(hash).toArray());
  }

  /** Size in bytes; null where there is no such copy. */
  async sizeOf(hash: string): Promise<number | null> {
    try {
      return (await stat(this.#pathOf(hash))).size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** SHA-256 of what lies there now; null where there is no such copy. */
  async hashNow(hash: string): Promise<string | null> {
    if ((await this.sizeOf(hash)) === null) return null;
    const computed = createHash('sha256');
    await pipeline(this.read(hash), computed);
    return computed.digest('hex');
  }

  #pathOf(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('a copy is named by a SHA-256');
    return join(this.#folder, hash.slice(0, 2), hash);
  }
}
