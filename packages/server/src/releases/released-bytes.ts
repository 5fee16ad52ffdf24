import { createHash } from 'node:crypto';
import { downloadFaults } from '../downloads/faults.ts';
import type { ReleaseStore } from './release-store.ts';

/** Names bytes of a release, and what they have to be. */
export interface BytesOfFile {
  /** For messages. */
  readonly path: string;
  readonly sha256: string;
}

/**
 * The bytes of a released file. What the store gives is compared with the approved hash as it passes; the last piece is handed on only
 * once all of them fit, so that a reader who counts never takes what differs for the whole.
 *
 * @throws FaultError released-bytes-differ, in the course of reading too; it is the same where they are missing
 */
export async function* releasedBytes(
  store: ReleaseStore,
  { path, sha256 }: BytesOfFile,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = await store.open(sha256);
  if (stream === null) throw downloadFaults.error('released-bytes-differ', { path });
  const hash = createHash('sha256');
  let held: Uint8Array | null = null;
  for await (const piece of stream) {
    hash.update(piece);
    if (held !== null) yield held;
    held = piece;
  }
  if (hash.digest('hex') !== sha256) {
    throw downloadFaults.error('released-bytes-differ', { path });
  }
  if (held !== null) yield held;
}

/** All of them at once; files of a release are bounded. */
export async function readReleasedBytes(
  store: ReleaseStore,
  file: BytesOfFile,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of releasedBytes(store, file)) pieces.push(piece);
  return Buffer.concat(pieces);
}
