/** The last steps of a file that somebody else wrote: read for its hash, flushed, and renamed into its place. */
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { formatFaults } from '../formats/faults.ts';

/** Bytes read at once. */
const BLOCK = 1 << 20;

export interface FinishedFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Moves a written file to its place. When that fails the written file is removed, and what stood in its place stays.
 * @throws FaultError file-not-written
 */
export async function finishFile(part: string, path: string): Promise<FinishedFile> {
  try {
    const finished = await flushed(part);
    await rename(part, path);
    return finished;
  } catch (error) {
    await rm(part, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw formatFaults.error('file-not-written', { file: path, reason }, { file: path });
  }
}

/** Reads a file, and flushes it to disk. */
export async function flushed(path: string): Promise<FinishedFile> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK);
  let bytes = 0;
  await using file = await open(path, 'r+');
  for (;;) {
    const { bytesRead } = await file.read(block, 0, BLOCK, bytes);
    if (bytesRead === 0) break;
    hash.update(block.subarray(0, bytesRead));
    bytes += bytesRead;
  }
  await file.sync();
  return { bytes, sha256: hash.digest('hex') };
}
