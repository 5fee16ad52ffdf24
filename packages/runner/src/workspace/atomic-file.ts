/**
 * Files that are whole or absent (promise P5): written beside their place, flushed, then renamed over it.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file by new text. After a crash at any moment either the old or the new text is there, whole. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  await writeFlushed(partial, text);
  await rename(partial, path);
  await flushFolder(dirname(path));
}

/** Writes a new file and makes sure that its bytes are on disk. Fails when the file exists. */
export async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames and removals in a folder last through a power cut. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
