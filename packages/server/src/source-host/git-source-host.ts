/** Reads code with the git program: from any address that git can fetch, GitHub's like others, and in development from folders. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { faults } from '../faults.ts';
import { GitError, runGit } from './git.ts';
import { Kept } from './kept.ts';
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
/** Characters of files that stay in memory. */
const FILES_KEPT = 50_000_000;
/**
 * How long a commit that was on a branch counts as on it, in milliseconds: from a look at the form to its submission. Where a
 * branch is pushed over by force meanwhile, the agent, which looks for itself, refuses the commit (promise P2).
 */
const REACHED_FOR = 600_000;

export class GitSourceHost implements SourceHost {
  readonly #options: Required<GitSourceOptions>;
  /** What is being fetched, so that one repository is not fetched twice at a time. */
  readonly #fetching = new Map<string, Promise<void>>();
  /** Files at commits, which never change. */
  readonly #files = new Kept<{ readonly text: string | null }>(FILES_KEPT);
  /** Commits that were found on a branch, and when. */
  readonly #reached = new Kept<{ readonly at: number }>(10_000);

  constructor(options: GitSourceOptions) {
    this.#options = {
      allowHttp: false,
      fileLimit: 4 * 1024 * 1024,
      diffLimit: 1024 * 1024,
      ...options,
    };
  }

  async headOf(repository: string, branch: string): Promise<string> {
    const ref = `refs/heads/${branch}`;
    const folder = await this.#folderOf(repository);
    const told = folder === repository ? null : await this.#askForHead(repository, folder, ref);
    // What the repository tells needs no copying where the copy has it already.
    const head =
      told !== null && (await this.#hasAll(folder, [told]))
        ? told
        : await this.#commitAt(await this.#fetched(repository), ref);
    if (head === null) throw faults.error('branch-unknown', { branch, repository });
    this.#remember(repository, branch, head);
    return head;
  }

  async isOnBranch(repository: string, branch: string, commit: string): Promise<boolean> {
    requireHash(commit);
    const known = this.#reached.get(`${repository} ${branch} ${commit}`);
    if (known !== undefined && performance.now() - known.at < REACHED_FOR) return true;
    let folder = await this.#folderOf(repository);
    let isReached = await this.#reaches(folder, branch, commit);
    if (!isReached) {
      folder = await this.#fetched(repository);
      isReached = await this.#reaches(folder, branch, commit);
    }
    if (isReached) this.#remember(repository, branch, commit);
    return isReached;
  }

  async readFile(repository: string, commit: string, path: string): Promise<string | null> {
    requireHash(commit);
    // Whether the repository may be read at all is not a thing to remember.
    const folder = await this.#folderOf(repository);
    const key = `${repository} ${commit} ${path}`;
    const known = this.#files.get(key);
    if (known !== undefined) return known.text;
    const text =
      (await this.#blobAt(folder, repository, commit, path)) ??
      (await this.#blobAt(await this.#with(repository, [commit]), repository, commit, path));
    this.#files.set(key, { text }, key.length + (text?.length ?? 0));
    return text;
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

  /**
   * What git can read without credentials, of which it is given none, everybody can. Folders are of development only, where
   * nothing is secret.
   */
  async isPublic(repository: string): Promise<boolean | null> {
    const folder = await this.#folderOf(repository);
    if (folder === repository) return true;
    try {
      await runGit(['ls-remote', '--heads', '--', repository], {
        folder,
        limit: ANSWER_LIMIT,
        timeoutSeconds: 5,
      });
      return true;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      // Hosts answer for a private repository as for none: with a question for a name, or that it is not found.
      return /could not read Username|terminal prompts disabled|not found|40[134]/i.test(
        error.reason,
      )
        ? false
        : null;
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

  #remember(repository: string, branch: string, commit: string): void {
    this.#reached.set(`${repository} ${branch} ${commit}`, { at: performance.now() }, 1);
  }

  /** Where a branch of a distant repository is now; null where it has none of that name. */
  async #askForHead(repository: string, folder: string, ref: string): Promise<string | null> {
    try {
      const args = ['ls-remote', '--heads', '--', repository, ref];
      const { text } = await runGit(args, { folder, limit: ANSWER_LIMIT });
      const line = text.split('\n').find((one) => one.endsWith(`\t${ref}`));
      return line?.slice(0, 40) ?? null;
    } catch (error) {
      throw unreadable(error, repository);
    }
  }

  /** Text of a file in one start of git; null where the folder has no such file, or no such commit. */
  async #blobAt(
    folder: string,
    repository: string,
    commit: string,
    path: string,
  ): Promise<string | null> {
    const limit = this.#options.fileLimit;
    try {
      const { text, isCut } = await runGit(['cat-file', '--batch'], {
        folder,
        // The first line names what was found and its size.
        limit: limit + 100,
        cut: true,
        input: `${commit}:${path}\n`,
      });
      const end = text.indexOf('\n');
      const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(text.slice(0, end)) ?? [];
      if (type !== 'blob') return null;
      if (isCut || Number(size) > limit) {
        throw faults.error('source-too-large', { path, bytes: limit });
      }
      return text.slice(end + 1, -1);
    } catch (error) {
      if (error instanceof GitError && /not a git repository/i.test(error.reason)) return null;
      throw unreadable(error, repository);
    }
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
