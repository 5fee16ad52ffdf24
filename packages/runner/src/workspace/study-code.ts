/**
 * The code that an action runs with: from the working tree (a local run) or from a commit (production).
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Diagnostic, FaultError } from '@vitrine/pipeline';
import { forEachBounded } from './bounded.ts';
import { workspaceFaults } from './faults.ts';
import { GitError, GitOutputError, runGit } from './git.ts';
import { isReserved } from './store.ts';
import { FILES_AT_ONCE, listTree } from './tree.ts';

export type CodeSource =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 'commit';
      /** A clone, bare or not. Which commits may run is decided before (promise P2). */
      readonly repository: string;
      /** All 40 characters (64 for SHA-256 repositories). */
      readonly commit: string;
    };

/** How large the code of a commit may be (promise P8): a repository of a few kilobytes can name a file a million times. */
export interface CodeLimits {
  readonly bytes: number;
  readonly files: number;
}

/**
 * Copies the code of a study into an empty folder: everything but `.git`, `metadata`, `.vitrine`, and what any action
 * declares as an output, so that an input that was not declared is missing here as it would be in production.
 * Links are kept only where they are relative and lead to code.
 *
 * @param isOutput true for a path that some action's pattern matches
 * @param limits - Of a commit. What lies in a folder is there already.
 * @returns warnings about what was left out
 * @throws FaultError commit-not-found, code-too-large
 */
export async function copyStudyCode(
  source: CodeSource,
  target: string,
  isOutput: (path: string) => boolean,
  limits: CodeLimits,
  signal?: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const skip = (path: string): boolean => isReserved(path) || isOutput(path);
  await mkdir(target, { recursive: true });
  const copied =
    source.kind === 'folder'
      ? await copyFolder(source.path, target, skip, signal)
      : await checkOutCommit(source, target, skip, limits, signal);
  return [...copied.warnings, ...(await dropStrayLinks(target, copied.links))];
}

interface Copied {
  readonly links: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

async function copyFolder(
  from: string,
  to: string,
  skip: (path: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<Copied> {
  const tree = await listTree(from, { skip, signal });
  const warnings = tree.unreadable.map(({ path, reason }) => omitted(path, reason));
  for (const folder of new Set(tree.entries.map(({ path }) => dirname(path)))) {
    await mkdir(join(to, folder), { recursive: true });
  }
  const links: string[] = [];
  await forEachBounded(tree.entries, FILES_AT_ONCE, async ({ path, kind }) => {
    signal?.throwIfAborted();
    if (kind === 'file') {
      // A hard link would let the program change the study itself; a clone shares blocks where the file system can.
      await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
    } else if (kind === 'link') {
      await symlink(await readlink(join(from, path)), join(to, path));
      links.push(path);
    } else {
      warnings.push(omitted(path, 'it is a device, pipe or socket'));
    }
  });
  return { links: links.toSorted(), warnings };
}

async function checkOutCommit(
  { repository, commit }: Extract<CodeSource, { kind: 'commit' }>,
  target: string,
  skip: (path: string) => boolean,
  limits: CodeLimits,
  signal: AbortSignal | undefined,
): Promise<Copied> {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
    throw workspaceFaults.error('commit-not-found', { commit, reason: 'it is not a full hash' });
  }
  const index = `${target}.index`;
  const options = { folder: repository, signal, environment: { GIT_INDEX_FILE: index } };
  const links: string[] = [];
  const files: string[] = [];
  const warnings: Diagnostic[] = [];
  let bytes = 0;
  try {
    const listing = await runGit(['ls-tree', '-r', '-l', '-z', '--full-tree', commit], options);
    for (const line of listing.split('\0')) {
      const [, mode, size, path] = /^(\d+) \S+ \S+ +(\S+)\t(.*)$/s.exec(line) ?? [];
      if (mode === undefined || path === undefined || skip(path)) continue;
      if (mode === '160000') {
        warnings.push(omitted(path, 'it is a git submodule'));
        continue;
      }
      if (mode === '120000') links.push(path);
      files.push(path);
      bytes += Number(size);
    }
    if (files.length > limits.files) {
      throw tooLarge(commit, `it has ${files.length} files, and ${limits.files} are allowed`);
    }
    if (bytes > limits.bytes) {
      throw tooLarge(commit, `it has ${bytes} bytes, and ${limits.bytes} are allowed`);
    }
    await runGit(['read-tree', commit], options);
    await runGit(
      ['--work-tree', target, 'checkout-index', '-z', '--stdin', `--prefix=${target}/`],
      {
        ...options,
        input: files.map((path) => `${path}\0`).join(''),
      },
    );
  } catch (error) {
    if (error instanceof GitOutputError) {
      throw tooLarge(commit, 'the list of its files is too long to be read');
    }
    if (!(error instanceof GitError)) throw error;
    throw workspaceFaults.error('commit-not-found', { commit, reason: error.reason });
  } finally {
    await rm(index, { force: true });
  }
  return { links, warnings };
}

function tooLarge(commit: string, reason: string): FaultError {
  return workspaceFaults.error('code-too-large', { commit, reason });
}

/** Removes the links that do not lead, relatively, to something in the copied code. */
async function dropStrayLinks(
  root: string,
  links: readonly string[],
): Promise<readonly Diagnostic[]> {
  const warnings: Diagnostic[] = [];
  const realRoot = await realpath(root);
  for (const path of links) {
    const link = join(root, path);
    const target = await readlink(link);
    const real = isAbsolute(target) ? null : await realpath(link).catch(() => null);
    if (real?.startsWith(`${realRoot}/`) === true) continue;
    await rm(link, { force: true });
    warnings.push(workspaceFaults.diagnose('link-omitted', { path, target }, { file: path }));
  }
  return warnings;
}

function omitted(path: string, reason: string): Diagnostic {
  return workspaceFaults.diagnose('code-omitted', { path, reason }, { file: path });
}
