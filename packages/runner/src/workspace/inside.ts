/**
 * Reaching files strictly inside a folder: no component of the way may be a link, and only regular files are opened
 * (promise P7). The folder itself is trusted; what is under it was written by study code.
 */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../system-error.ts';
import { workspaceFaults } from './faults.ts';

/** Why a path is not a file that we touch; reads after "because it is". */
export type Obstacle =
  | 'absent'
  | 'outside the workspace'
  | 'a symbolic link'
  | 'behind a symbolic link'
  | 'a folder'
  | 'a device, pipe or socket'
  | 'a hard link'
  | 'unreadable';

export type OpenedFile =
  | { readonly file: FileHandle; readonly stat: Stats }
  | { readonly file: null; readonly obstacle: Obstacle };

/** True for `a/b.csv`: relative, normal, without `.`, `..`, empty parts or NUL. */
export function isPlainPath(path: string): boolean {
  return (
    !path.includes('\0') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/**
 * What stands at a path, judged component by component without following anything.
 * @returns the obstacle, or null when it is a regular file with one name
 */
export async function findObstacle(root: string, path: string): Promise<Obstacle | null> {
  if (!isPlainPath(path)) return 'outside the workspace';
  const parts = path.split('/');
  let here = root;
  for (const [index, part] of parts.entries()) {
    here = join(here, part);
    const stat = await lstat(here).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return null;
      throw error;
    });
    if (stat === null) return 'absent';
    const last = index === parts.length - 1;
    if (stat.isSymbolicLink()) return last ? 'a symbolic link' : 'behind a symbolic link';
    if (!last && !stat.isDirectory()) return 'absent';
    if (last) return obstacleOf(stat);
  }
  return 'absent';
}

function obstacleOf(stat: Stats): Obstacle | null {
  if (stat.isDirectory()) return 'a folder';
  if (!stat.isFile()) return 'a device, pipe or socket';
  return stat.nlink > 1 ? 'a hard link' : null;
}

/** Opens a regular file inside a folder for reading. The caller closes it. */
export async function openInside(root: string, path: string): Promise<OpenedFile> {
  const obstacle = await findObstacle(root, path);
  if (obstacle !== null) return { file: null, obstacle };
  const full = join(root, path);
  // Non-blocking, so that a pipe put there in the meantime cannot hold us.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(full, flags).catch(async (error: unknown) => {
    if (!hasCode(error, 'EACCES')) throw error;
    await chmod(full, 0o600);
    return open(full, flags);
  });
  const stat = await file.stat();
  const late = obstacleOf(stat);
  if (late === null) return { file, stat };
  await file.close();
  return { file: null, obstacle: late };
}

/** SHA-256 of a file inside a folder, or null where there is none that may be read. */
export async function hashInside(root: string, path: string): Promise<string | null> {
  const opened = await openInside(root, path);
  if (opened.file === null) return null;
  const hash = createHash('sha256');
  for await (const chunk of opened.file.createReadStream()) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/**
 * Makes the folder of a file inside a root, part by part.
 * @throws FaultError folder-is-link when a part is a link or a file
 */
export async function makeFolderInside(root: string, path: string): Promise<string> {
  const folder = dirname(path);
  if (folder === '.') return root;
  let here = root;
  for (const part of folder.split('/')) {
    here = join(here, part);
    await mkdir(here).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    if (!(await lstat(here)).isDirectory()) {
      throw workspaceFaults.error('folder-is-link', { path: folder }, { file: folder });
    }
  }
  return here;
}
