/** The code of studies at a commit: bare copies of their repositories, of branches only, as the agent has them. */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError, runGit } from '@vitrine/runner';
import { airlockFaults } from '../faults.ts';

/** Where in the code of a study. */
export interface CodePlace {
  readonly repository: string;
  /** All 40 characters (64 for SHA-256 repositories). */
  readonly commit: string;
  /** Relative to the repository; empty for its first folder. */
  readonly path: string;
}

export interface CodeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

export type CodeThing =
  /** Folders first, then files, each by name. */
  | { readonly kind: 'folder'; readonly entries: readonly CodeEntry[] }
  /** Text is null where it is none. */
  | { readonly kind: 'file'; readonly text: string | null };

/** Largest file that is shown, in bytes. */
const FILE_LIMIT = 4 * 1024 * 1024;
/** Seconds that somebody waits for a repository. */
const FETCH_SECONDS = 60;
/** Addresses of git that would run a program of the address's own choosing (`ext::`) are not spoken. */
const ENVIRONMENT = { GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file' };
/** What a git process that was killed leaves behind, or makes of a copy. */
const BROKEN = /\.lock'|bad object|corrupt|not a git repository|missing (?:blob|tree|commit)/i;

export class StudyCode {
  readonly #folder: string;
  /** By repository, so that one is not fetched twice at a time. */
  readonly #fetching = new Map<string, Promise<void>>();

  /** @param folder for the copies */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * What is there. Nothing is asked of the repository's server where the commit is here already.
   * @throws FaultError code-unreachable, code-commit-missing, code-file-missing, view-too-large
   */
  async find(place: CodePlace, signal: AbortSignal): Promise<CodeThing> {
    const { path, commit } = place;
    const parts = path === '' ? [] : path.split('/');
    const missing = (): Error =>
      airlockFaults.error('code-file-missing', {
        path: path === '' ? 'such folder' : path,
        commit,
      });
    if (parts.some((part) => part === '' || part === '.' || part === '..')) throw missing();
    const folder = await this.#with(place, signal);
    const git = { folder, signal, environment: ENVIRONMENT };
    const object = `${commit}:${path}`;
    const type = await answerOf(['cat-file', '-t', object], git);
    switch (type?.trim()) {
      case 'tree':
        return {
          kind: 'folder',
          entries: entriesOf(await runGit(['ls-tree', '-z', object], git)),
        };
      case 'blob': {
        const size = Number(await runGit(['cat-file', '-s', object], git));
        if (size > FILE_LIMIT) {
          throw airlockFaults.error('view-too-large', { path, limit: FILE_LIMIT });
        }
        const text = await runGit(['cat-file', 'blob', object], git);
        return { kind: 'file', text: text.includes('\0') ? null : text };
      }
      default:
        throw missing();
    }
  }

  /** The folder of a copy that has the commit. */
  async #with({ repository, commit }: CodePlace, signal: AbortSignal): Promise<string> {
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
      throw airlockFaults.error('code-commit-missing', { repository, commit });
    }
    const name = createHash('sha256').update(repository).digest('hex').slice(0, 32);
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    const git = { folder, signal, environment: ENVIRONMENT };
    const has = async (): Promise<boolean> =>
      (await answerOf(['cat-file', '-e', `${commit}^{commit}`], git)) !== null;
    if (await has()) return folder;
    await this.#fetched(repository, folder, signal);
    if (await has()) return folder;
    throw airlockFaults.error('code-commit-missing', { repository, commit });
  }

  async #fetched(repository: string, folder: string, signal: AbortSignal): Promise<void> {
    const underWay = this.#fetching.get(repository) ?? fetchBranches(repository, folder, signal);
    this.#fetching.set(repository, underWay);
    try {
      await underWay;
    } catch (error) {
      if (error instanceof GitError) throw airlockFaults.error('code-unreachable', { repository });
      throw error;
    } finally {
      if (this.#fetching.get(repository) === underWay) this.#fetching.delete(repository);
    }
  }
}

async function fetchBranches(
  repository: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const git = { folder, signal, environment: ENVIRONMENT, timeoutSeconds: FETCH_SECONDS };
  const heads = '+refs/heads/*:refs/heads/*';
  const arguments_ = ['fetch', '--quiet', '--no-tags', '--no-auto-gc', '--', repository, heads];
  try {
    await runGit(['init', '--quiet', '--bare'], git);
    await runGit(arguments_, git);
  } catch (error) {
    if (!(error instanceof GitError) || !BROKEN.test(error.reason)) throw error;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await runGit(['init', '--quiet', '--bare'], git);
    await runGit(arguments_, git);
  }
}

/** What git prints; null where it says no. */
async function answerOf(
  args: readonly string[],
  git: { readonly folder: string; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    return await runGit(args, git);
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

/** Links and submodules are left out: what they lead to is no code of this commit. */
function entriesOf(listing: string): readonly CodeEntry[] {
  const entries = listing.split('\0').flatMap((line): readonly CodeEntry[] => {
    const [, mode, name] = /^(\d+) \S+ \S+\t(.*)$/s.exec(line) ?? [];
    if (name === undefined) return [];
    if (mode === '040000') return [{ name, kind: 'folder' }];
    return mode === '100644' || mode === '100755' ? [{ name, kind: 'file' }] : [];
  });
  const rank = ({ kind }: CodeEntry): number => (kind === 'folder' ? 0 : 1);
  return entries.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
