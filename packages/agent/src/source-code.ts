/**
 * The code of studies: bare copies of allowed repositories, and the proof that a commit is on the branch that it is said
 * to be on (promise P2). Only that branch is fetched, so a commit that merely exists on the server, as those of forks do
 * (threat T3), is not even here.
 */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultProjectLimits, type Pipeline, parseProject } from '@vitrine/pipeline';
import type { Task } from '@vitrine/protocol';
import { type CodeSource, GitError, runGit } from '@vitrine/runner';
import type { Refusal } from './allow-list.ts';

export interface StudyCode {
  readonly code: Extract<CodeSource, { kind: 'commit' }>;
  readonly pipeline: Pipeline;
}

export type FoundCode = StudyCode | { readonly refusal: Refusal };

type Source = Pick<Task, 'repository' | 'branch' | 'commit'>;

/** Commits whose project is kept in memory. */
const KEPT = 64;

/** Seconds that a fetch may take. */
const FETCH_SECONDS = 1200;

/** What a git process that was killed leaves behind, or makes of a copy. */
const BROKEN = /\.lock'|bad object|corrupt|not a git repository|missing (?:blob|tree|commit)/i;

export class SourceCode {
  readonly #folder: string;
  readonly #known = new Map<string, StudyCode>();
  /** By repository: ends when the fetch before has ended. */
  readonly #fetches = new Map<string, Promise<unknown>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Finds the code of a commit and its project.yaml. Nothing is asked of the repository's server when the commit was
   * seen on that branch before.
   */
  async find(source: Source, signal: AbortSignal): Promise<FoundCode> {
    const key = `${source.repository}\n${source.branch}\n${source.commit}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await this.#verify(source, signal);
    if (!('refusal' in found)) {
      this.#known.set(key, found);
      for (const [oldest] of this.#known) {
        if (this.#known.size <= KEPT) break;
        this.#known.delete(oldest);
      }
    }
    return found;
  }

  async #verify(source: Source, signal: AbortSignal): Promise<FoundCode> {
    const { repository, branch, commit } = source;
    const folder = this.#copyOf(repository);
    const ref = `refs/heads/${branch}`;
    await mkdir(folder, { recursive: true });
    const git = { folder, signal, environment: ENVIRONMENT };
    if (!(await succeeds(['check-ref-format', ref], git))) {
      return refuse('commit_refused', `${branch} is not a name of a branch`);
    }
    const isOnBranch = ['merge-base', '--is-ancestor', commit, ref];
    if (!(await succeeds(isOnBranch, git))) {
      const refusal = await this.#fetchInTurn(source, signal);
      if (refusal !== null) return { refusal };
      if (!(await succeeds(isOnBranch, git))) {
        return refuse('commit_refused', `${commit} is not on ${branch} of ${repository}`);
      }
    }
    return readStudy({ kind: 'commit', repository: folder, commit }, signal);
  }

  #copyOf(repository: string): string {
    const name = createHash('sha256').update(repository).digest('hex').slice(0, 32);
    return join(this.#folder, name);
  }

  async #fetchInTurn(source: Source, signal: AbortSignal): Promise<Refusal | null> {
    const before = this.#fetches.get(source.repository) ?? Promise.resolve();
    const fetched = before.then(() => this.#fetch(source, signal));
    const settled = fetched.catch(() => {});
    this.#fetches.set(source.repository, settled);
    try {
      return await fetched;
    } finally {
      if (this.#fetches.get(source.repository) === settled) {
        this.#fetches.delete(source.repository);
      }
    }
  }

  async #fetch({ repository, branch }: Source, signal: AbortSignal): Promise<Refusal | null> {
    const folder = this.#copyOf(repository);
    const git = { folder, signal, environment: ENVIRONMENT, timeoutSeconds: FETCH_SECONDS };
    for (let turn = 0; ; turn += 1) {
      try {
        await runGit(['init', '--quiet', '--bare'], git);
        const refs = `+refs/heads/${branch}:refs/heads/${branch}`;
        await runGit(['fetch', '--quiet', '--no-tags', '--no-auto-gc', repository, refs], git);
        return null;
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        if (/couldn't find remote ref/.test(error.reason)) {
          return { code: 'commit_refused', detail: `${repository} has no branch ${branch}` };
        }
        if (turn > 0 || !BROKEN.test(error.reason)) {
          return { code: 'repository_unreachable', detail: error.reason };
        }
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
      }
    }
  }
}

/** Addresses of git that would run a program of the address's own choosing (`ext::`) are not spoken. */
const ENVIRONMENT = { GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file' };

interface Git {
  readonly folder: string;
  readonly signal: AbortSignal;
}

async function readStudy(code: StudyCode['code'], signal: AbortSignal): Promise<FoundCode> {
  const git: Git = { folder: code.repository, signal };
  const file = `${code.commit}:project.yaml`;
  try {
    const size = Number(await runGit(['cat-file', '-s', file], git));
    if (size > 4 * defaultProjectLimits.maxLength) {
      return refuse('project_refused', 'project.yaml is too long');
    }
    const text = await runGit(['cat-file', 'blob', file], git);
    const { pipeline, diagnostics } = parseProject(text, { file: 'project.yaml' });
    if (pipeline !== null) return { code, pipeline };
    const fault = diagnostics.find(({ severity }) => severity === 'error');
    return refuse('project_refused', fault?.message ?? 'it is not valid');
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return refuse('project_refused', `there is no project.yaml: ${error.reason}`);
  }
}

function refuse(code: Refusal['code'], detail: string): { readonly refusal: Refusal } {
  return { refusal: { code, detail } };
}

async function succeeds(args: readonly string[], git: Git): Promise<boolean> {
  try {
    await runGit(args, git);
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}
