/**
 * What is in a folder, without following links. Written to survive what hostile code can leave behind: endless nesting,
 * names that are no text, unreadable folders, very many files.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Stats } from 'node:fs';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../system-error.ts';
import { forEachBounded } from './bounded.ts';

/** Files read or copied at one time; Node's thread pool has four threads, the rest only waits in line. */
export const FILES_AT_ONCE = 16;

export interface TreeEntry {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
  readonly stat: Stats;
}

export interface Tree {
  readonly entries: readonly TreeEntry[];
  /** Paths that could not be looked at, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** True when there were more entries than `maximum`; the rest was not looked at. */
  readonly cut: boolean;
}

export interface ListOptions {
  /** Leaves a path (file or whole folder) out. */
  readonly skip?: (path: string) => boolean;
  /** How many entries, folders included, are looked at. */
  readonly maximum?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Lists everything under a root except folders themselves, sorted by path. */
export async function listTree(root: string, options: ListOptions = {}): Promise<Tree> {
  const { skip = () => false, maximum = Number.POSITIVE_INFINITY, signal } = options;
  const entries: TreeEntry[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  let seen = 0;
  // One wave of folders after the other: depth costs no stack.
  let folders = [''];
  while (folders.length > 0 && seen <= maximum) {
    const next: string[] = [];
    await forEachBounded(folders, FILES_AT_ONCE, async (folder) => {
      signal?.throwIfAborted();
      const names = await readFolder(join(root, folder)).catch((error: unknown) => {
        if (!hasCode(error, 'ENAMETOOLONG', 'EACCES', 'ENOENT')) throw error;
        unreadable.push({ path: folder, reason: 'the folder cannot be read' });
        return [];
      });
      for (const name of names) {
        const path = folder === '' ? name : `${folder}/${name}`;
        if (skip(path)) continue;
        seen += 1;
        if (seen > maximum) return;
        const stat = await lstat(join(root, path)).catch((error: unknown) => {
          if (!hasCode(error, 'ENOENT', 'ENAMETOOLONG')) throw error;
          unreadable.push({ path, reason: 'its name is too long or not UTF-8' });
          return null;
        });
        if (stat === null) continue;
        if (stat.isDirectory()) next.push(path);
        else entries.push({ path, kind: kindOf(stat), stat });
      }
    });
    folders = next;
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, unreadable, cut: seen > maximum };
}

function kindOf(stat: Stats): TreeEntry['kind'] {
  if (stat.isFile()) return 'file';
  return stat.isSymbolicLink() ? 'link' : 'other';
}

/** A job may take away our right to read its own folders; they are ours, so we take it back. */
async function readFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (!hasCode(error, 'EACCES')) throw error;
    await chmod(path, 0o700);
    return await readdir(path);
  }
}

/** Removes a folder and everything in it, however deep it is and whatever its modes are. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // Paths longer than the kernel takes in one call, or folders without permissions: the system's own tools walk
    // with relative names.
    await runQuietly('chmod', ['-R', 'u+rwX', '--', path]);
    await runQuietly('rm', ['-rf', '--', path]);
    await rm(path, { recursive: true, force: true });
  }
}

async function runQuietly(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'close');
}
