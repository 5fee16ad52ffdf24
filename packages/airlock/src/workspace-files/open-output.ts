/** Opening a file below a folder without ever following a link (promise P7): not as its name, and not on the way to it. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@vitrine/platform';
import { airlockFaults } from '../faults.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

/**
 * Opens a regular file for reading. The caller closes it.
 * @param path relative, as the manifest lists it
 * @throws FaultError copy-refused
 */
export async function openOutput(root: string, path: string): Promise<FileHandle> {
  const parts = path.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPlain || path.includes('\0')) throw refused(path, 'it is no plain path');
  let folder = await openPart(root, O_RDONLY | O_DIRECTORY, path);
  let place = root;
  try {
    for (const part of parts.slice(0, -1)) {
      const next = await openPart(
        below(folder, place, part),
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
        path,
      );
      await folder.close();
      folder = next;
      place = join(place, part);
    }
    const name = below(folder, place, parts.at(-1) ?? '');
    // A pipe must not hold us until somebody writes to it.
    const file = await openPart(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, path);
    const stat = await file.stat();
    // A second name may be one that somebody still writes to.
    if (stat.isFile() && stat.nlink === 1) return file;
    await file.close();
    throw refused(path, stat.isFile() ? 'it has a second name' : 'it is no regular file');
  } finally {
    await folder.close();
  }
}

/** Linux opens below a folder that is open already, whatever its path leads to meanwhile; elsewhere its path has to do. */
function below(folder: FileHandle, place: string, part: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${folder.fd}/${part}` : join(place, part);
}

async function openPart(path: string, flags: number, named: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    throw refused(named, reasons[errorCode(error) ?? ''] ?? 'it cannot be read');
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ELOOP: 'it is a link, or behind one',
  ENOTDIR: 'it is a link, or behind one',
  EISDIR: 'it is a folder',
  ENXIO: 'it is no regular file',
  ENAMETOOLONG: 'its name is too long',
};

function refused(path: string, reason: string): Error {
  return airlockFaults.error('copy-refused', { path, reason });
}
