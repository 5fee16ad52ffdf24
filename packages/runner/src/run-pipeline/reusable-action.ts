/**
 * Reusable actions: `name:version` in a run command that is no runtime is a repository of a configured organisation or
 * folder, whose `action.yaml` says what to run (pipeline-and-job-runner §2.9).
 */
import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type Action,
  isDatabaseAction,
  joinWords,
  type RunCommand,
  splitWords,
} from '@vitrine/pipeline';
import { parse } from 'yaml';
import { z } from 'zod';
import { workspaceFaults } from '../workspace/faults.ts';
import { GitError, runGit } from '../workspace/git.ts';
import type { CodeSource } from '../workspace/study-code.ts';

export interface ReusableActionSources {
  /** Folders of clones, or addresses of organisations; the first that has the repository counts. */
  readonly sources: readonly string[];
  /** Where repositories of organisations are kept. */
  readonly cacheFolder: string;
  /** Names that an action's own command may run on. */
  readonly runtimes: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface ReusableAction {
  /** What runs: the action's command and then the words of the study. */
  readonly run: RunCommand;
  /** The action's code, which takes the place of the study's. */
  readonly code: CodeSource;
}

/**
 * Finds the command and code of a reusable action.
 * @throws FaultError reusable-bad-name, reusable-not-configured, reusable-not-found, reusable-unknown-version,
 * reusable-not-on-main, reusable-invalid
 */
export async function resolveReusableAction(
  action: Action,
  options: ReusableActionSources,
): Promise<ReusableAction> {
  const { name, tag: version } = action.run.image;
  // Both become parts of paths, addresses and git arguments.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(version)) {
    throw workspaceFaults.error('reusable-bad-name', { name: `${name}:${version}` }, action.place);
  }
  if (options.sources.length === 0) {
    const runtimes = options.runtimes.join(', ');
    throw workspaceFaults.error('reusable-not-configured', { name, runtimes }, action.place);
  }
  const { repository, commit } = await findVersion(action, options);
  const git = { folder: repository, signal: options.signal };
  const onMain = await isOnMain(commit, git);
  if (!onMain) {
    throw workspaceFaults.error('reusable-not-on-main', { name, version }, action.place);
  }
  const text = await runGit(['show', `${commit}:action.yaml`], git).catch((error: unknown) => {
    if (!(error instanceof GitError)) throw error;
    throw invalid(action, 'it has no file action.yaml');
  });
  const command = readCommand(text, action);
  const [image = '', ...words] = command;
  const [ownName = '', ownTag = ''] = image.split(':');
  if (!options.runtimes.includes(ownName)) {
    throw invalid(action, `it runs on ${image}, which is no runtime`);
  }
  const all = [...words, ...action.run.arguments];
  const run: RunCommand = {
    raw: joinWords([image, ...all]),
    image: { name: ownName, tag: ownTag },
    arguments: all,
  };
  if (isDatabaseAction({ ...action, run })) {
    throw invalid(action, 'it would use the database, which reusable actions may not');
  }
  return { run, code: { kind: 'commit', repository, commit } };
}

const actionFile = z.looseObject({ run: z.string().min(1) });

function readCommand(text: string, action: Action): readonly string[] {
  try {
    return splitWords(actionFile.parse(parse(text)).run);
  } catch (error) {
    const fault = error instanceof z.ZodError ? 'has no run command' : 'cannot be read';
    throw invalid(action, `its action.yaml ${fault}`);
  }
}

function invalid(action: Action, reason: string): Error {
  return workspaceFaults.error(
    'reusable-invalid',
    { name: action.run.image.name, reason },
    action.place,
  );
}

interface FoundVersion {
  readonly repository: string;
  readonly commit: string;
}

async function findVersion(action: Action, options: ReusableActionSources): Promise<FoundVersion> {
  const { name, tag: version } = action.run.image;
  const reasons: string[] = [];
  for (const source of options.sources) {
    const found = isAddress(source)
      ? await cloneOf(`${source.replace(/\/+$/, '')}/${name}`, version, options)
      : await localClone(resolve(source), name);
    if (typeof found !== 'string') {
      reasons.push(found.reason);
      continue;
    }
    const git = { folder: found, signal: options.signal };
    const commit = await commitOf(version, git);
    if (commit !== null) return { repository: found, commit };
    const known = await runGit(['tag', '--list', '--sort=-version:refname'], git);
    const tags = known.trim().split('\n').slice(0, 10).join(', ');
    const values = { name, version, known: tags };
    throw workspaceFaults.error('reusable-unknown-version', values, action.place);
  }
  const values = { name, source: options.sources.join(', '), reason: reasons.join('; ') };
  throw workspaceFaults.error('reusable-not-found', values, action.place);
}

interface NotFound {
  readonly reason: string;
}

function isAddress(source: string): boolean {
  return /^(?:https?|ssh|git|file):\/\//.test(source);
}

async function localClone(folder: string, name: string): Promise<string | NotFound> {
  for (const path of [join(folder, name), join(folder, `${name}.git`)]) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) continue;
    try {
      // A folder that merely lies in somebody's repository is not one.
      const top = await runGit(['rev-parse', '--git-dir'], { folder: path });
      if (['.', '.git'].includes(top.trim())) return path;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
    }
    return { reason: `${path} is not a git repository` };
  }
  return { reason: 'there is no such folder' };
}

/** A bare copy of a repository. It is asked for news unless it has the tag: tags of versions do not move. */
async function cloneOf(
  address: string,
  version: string,
  { cacheFolder, signal }: ReusableActionSources,
): Promise<string | NotFound> {
  const folder = join(cacheFolder, createHash('sha256').update(address).digest('hex').slice(0, 32));
  const git = { folder, signal };
  await mkdir(folder, { recursive: true });
  try {
    await runGit(['init', '--quiet', '--bare'], git);
    if (await refExists(`refs/tags/${version}`, git)) return folder;
    const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
    await runGit(['fetch', '--quiet', '--prune', '--no-auto-gc', address, ...refs], git);
    return folder;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { reason: error.reason.split('\n').at(-1) ?? 'git failed' };
  }
}

interface Git {
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/** A tag before a branch of that name; a branch that was only fetched counts as well. */
async function commitOf(version: string, git: Git): Promise<string | null> {
  for (const ref of [
    `refs/tags/${version}`,
    `refs/heads/${version}`,
    `refs/remotes/origin/${version}`,
  ]) {
    if (!(await refExists(ref, git))) continue;
    return (await runGit(['rev-parse', '--verify', `${ref}^{commit}`], git)).trim();
  }
  return null;
}

async function isOnMain(commit: string, git: Git): Promise<boolean> {
  for (const main of ['refs/remotes/origin/main', 'refs/heads/main']) {
    if (!(await refExists(main, git))) continue;
    return succeeds(['merge-base', '--is-ancestor', commit, main], git);
  }
  return false;
}

function refExists(ref: string, git: Git): Promise<boolean> {
  return succeeds(['show-ref', '--verify', '--quiet', ref], git);
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
