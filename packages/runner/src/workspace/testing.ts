/** What the tests of this folder share: a store on disk, jobs without an executor, and people who read files. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PrivacyLevel } from '@vitrine/pipeline';
import { type Collection, collectOutputs, OUTPUT_LIMITS, type OutputLimits } from './collect.ts';
import { LEVEL4_RULES } from './level4.ts';
import type { OutputPattern } from './match-outputs.ts';
import { type NeededAction, type PreparedWorkspace, prepareWorkspace } from './prepare.ts';
import type { WorkspaceStore } from './store.ts';
import { listTree } from './tree.ts';
import { Workspace } from './workspace.ts';

export const NOW: Date = new Date('2026-01-02T03:04:05Z');

export type Files = Readonly<Record<string, string>>;

export async function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'vitrine-workspace-'));
}

export async function removeFolder(path: string): Promise<void> {
  // A supervisor that has just ended its job may still be writing beside us.
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** Everything in a tree but our own scratch space and records. */
export async function readFiles(root: string): Promise<Files> {
  const skip = (path: string): boolean => path === '.vitrine' || path === 'metadata';
  const { entries } = await listTree(root, { skip });
  const files: [string, string][] = [];
  for (const { path, kind } of entries) {
    files.push([path, kind === 'file' ? await readFile(join(root, path), 'utf8') : kind]);
  }
  return Object.fromEntries(files);
}

/** `{ 'output/a.csv': 'highly_sensitive' }` as patterns. */
export function patternsOf(levels: Readonly<Record<string, PrivacyLevel>>): OutputPattern[] {
  return Object.entries(levels).map(([pattern, level]) => ({ pattern, level }));
}

export async function openWorkspace(store: WorkspaceStore): Promise<Workspace> {
  return Workspace.open(store, { workspace: 'test', repo: null }, NOW);
}

export interface TestJob {
  readonly job: string;
  readonly action: string;
  readonly outputs: Readonly<Record<string, PrivacyLevel>>;
  readonly needs?: readonly NeededAction[];
  /** Stands for the program. */
  readonly run: (folder: string) => Promise<void> | void;
  readonly limits?: Partial<OutputLimits>;
}

/** Runs the road of one job up to its collection. */
export async function collectJob(
  workspace: Workspace,
  job: TestJob,
): Promise<{ readonly collection: Collection; readonly prepared: PreparedWorkspace }> {
  const patterns = patternsOf(job.outputs);
  const folder = join(workspace.jobFolder(job.job), 'workspace');
  const code = join(workspace.store.level3, 'code');
  await mkdir(code, { recursive: true });
  const prepared = await prepareWorkspace({
    folder,
    wanted: {
      code: { kind: 'folder', path: code },
      patterns: [],
      isOutput: () => false,
      limits: { bytes: 2 ** 20, files: 1000 },
    },
    level3: workspace.store.level3,
    manifest: workspace.manifest,
    needs: job.needs ?? [],
  });
  await job.run(folder);
  const collection = await collectOutputs({
    prepared,
    patterns,
    staging: workspace.stagingFolder(job.job),
    limits: { ...OUTPUT_LIMITS, ...job.limits },
    rules: LEVEL4_RULES,
  });
  return { collection, prepared };
}

/** Runs a job and publishes it; a job that collects nothing is published as failed. */
export async function runJob(workspace: Workspace, job: TestJob): Promise<Collection> {
  const { collection } = await collectJob(workspace, job);
  const files = collection.kind === 'collected' ? collection.files : null;
  await workspace.publish({
    finished: {
      job: job.job,
      request: 'request',
      action: job.action,
      state: files === null ? 'failed' : 'succeeded',
      started: NOW.toISOString(),
      finished: NOW.toISOString(),
      commit: null,
      outputs: files?.map(({ path }) => path) ?? [],
    },
    files,
    provenance: { request: 'request', user: null, repo: null, commit: null, timestamp: 0 },
    log: `log of ${job.job}\n`,
  });
  return collection;
}
