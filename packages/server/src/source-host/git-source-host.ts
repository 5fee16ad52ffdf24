/** Reads code with the git program: from any address that git can fetch, GitHub's like others, and in development from folders. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { faults } from '../faults.ts';
import { GitError, runGit } from './git.ts';
import type { SourceDifference, SourceHost } from './source-host.ts';

export interface GitSourceOptions {
  /** Folder for copies of repositories. */
  readonly cacheDir: string;
  /** Whether repositories may be folders of this machine: for development only. */
  readonly allowFolders: boolean;
  /** Whether addresses may be plain http: for servers inside one's own house only. */
  readonly allowHttp?: boolean;
  /** Most bytes of a file. */
  readonly fileLimit?: number;
  /** Most bytes of a diff; the rest is left out. */
  readonly diffLimit?: number;
}

const FULL_HASH = /^[0-9a-f]{40}$/;
/** Enough for lists of refs and hashes. */
const ANSWER_LIMIT = 1024 * 1024;

export class GitSourceHost implements SourceHost {
  readonly #options: Required<GitSourceOptions>;
  /** What is being fetched, so that one repository is not fetched twice at a time. */
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(options: GitSourceOptions) {
    this.#options = {
      allowHttp: false,
      fileLimit: 4 * 1024 * 1024,
      diffLimit: 1024 * 1024,
      ...options,
    };
  }

  async headOf(repository: string, branch: string): Promise<string> {
    const folder = await this.#fetched(repository);
    const head = await this.#commitAt(folder, `refs/heads/${branch}`);
    if (head === null) throw faults.error('branch-unknown', { branch, repository });
    return head;
  }

  async isOnBranch(repository: string, branch: string, commit: string): Promise<boolean> {
    requireHash(commit);
    let folder = await this.#folderOf(repository);
    if (!(await this.#reaches(folder, branch, commit))) {
      folder = await this.#fetched(repository);
      return await this.#reaches(folder, branch, commit);
    }
    return true;
  }

  async readFile(repository: string, commit: string, path: string): Promise<string | null> {
    requireHash(commit);
    const folder = await this.#with(repository, [commit]);
    const limit = this.#options.fileLimit;
    try {
      const { text: entry } = await runGit(['ls-tree', '-l', '-z', commit, '--', path], {
        folder,
        limit: ANSWER_LIMIT,
      });
      const [, type, hash, size] = /^\d+ (\w+) ([0-9a-f]+) +(\d+|-)\t/.exec(entry) ?? [];
      if (type !== 'blob' || hash === undefined) return null;
      if (Number(size) > limit) throw faults.error('source-too-large', { path, bytes: limit });
      return (await runGit(['cat-file', 'blob', hash], { folder, limit })).text;
    } catch (error) {
      throw unreadable(error, repository);
    }
  }

  async compare(repository: string, from: string, to: string): Promise<SourceDifference> {
    requireHash(from);
    requireHash(to);
    const folder = await this.#with(repository, [from, to]);
    try {
      const { text, isCut } = await runGit(
        ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--find-renames', from, to, '--'],
        { folder, limit: this.#options.diffLimit, cut: true },
      );
      return { diff: text, isCut };
    } catch (error) {
      throw unreadable(error, repository);
    }
  }

  /** Folder that git works in; for an address a bare copy, which may be empty or old. */
  async #folderOf(repository: string): Promise<string> {
    if (isAbsolute(repository)) {
      if (!this.#options.allowFolders) throw faults.error('repository-refused', { repository });
      return repository;
    }
    const known = this.#options.allowHttp ? /^https?:\/\/[^\s@]+$/ : /^https:\/\/[^\s@]+$/;
    if (!known.test(repository)) {
      throw faults.error('repository-refused', { repository });
    }
    const name = createHash('sha256').update(repository).digest('hex').slice(0, 32);
    const folder = join(this.#options.cacheDir, name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** The folder with the newest that the repository has. */
  async #fetched(repository: string): Promise<string> {
    const folder = await this.#folderOf(repository);
    if (folder === repository) return folder;
    const before = this.#fetching.get(repository);
    const fetching = before ?? this.#fetch(repository, folder);
    if (before === undefined) {
      this.#fetching.set(repository, fetching);
      fetching.finally(() => this.#fetching.delete(repository)).catch(() => {});
    }
    await fetching;
    return folder;
  }

  async #fetch(repository: string, folder: string): Promise<void> {
    const options = { folder, limit: ANSWER_LIMIT, timeoutSeconds: 300 };
    try {
      await runGit(['init', '--quiet', '--bare'], options);
      const heads = '+refs/heads/*:refs/heads/*';
      await runGit(['fetch', '--quiet', '--no-tags', '--prune', repository, heads], options);
    } catch (error) {
      throw unreadable(error, repository);
    }
  }

  /** The folder with these commits in it. */
  async #with(repository: string, commits: readonly string[]): Promise<string> {
    const folder = await this.#folderOf(repository);
    if (await this.#hasAll(folder, commits)) return folder;
    await this.#fetched(repository);
    for (const commit of commits) {
      if ((await this.#commitAt(folder, commit)) === null) {
        throw faults.error('commit-unreadable', { commit, repository });
      }
    }
    return folder;
  }

  async #hasAll(folder: string, commits: readonly string[]): Promise<boolean> {
    for (const commit of commits) if ((await this.#commitAt(folder, commit)) === null) return false;
    return true;
  }

  async #commitAt(folder: string, name: string): Promise<string | null> {
    try {
      const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
      return (await runGit(args, { folder, limit: ANSWER_LIMIT })).text.trim();
    } catch (error) {
      if (error instanceof GitError) return null;
      throw error;
    }
  }

  async #reaches(folder: string, branch: string, commit: string): Promise<boolean> {
    try {
      await runGit(['merge-base', '--is-ancestor', commit, `refs/heads/${branch}`], {
        folder,
        limit: ANSWER_LIMIT,
      });
      return true;
    } catch (error) {
      if (error instanceof GitError) return false;
      throw error;
    }
  }
}

function requireHash(commit: string): void {
  if (!FULL_HASH.test(commit)) throw faults.error('commit-malformed', { commit });
}

function unreadable(error: unknown, repository: string): unknown {
  return error instanceof GitError
    ? faults.error('repository-unreachable', { repository, reason: error.reason })
    : error;
}
