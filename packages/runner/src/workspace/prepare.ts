/**
 * The scratch folder that an action runs in: the study's code and the recorded outputs of the needed actions, nothing
 * else (pipeline-and-job-runner §3.3, cli-review-and-docs §1.5).
 */
import { constants, type Stats } from 'node:fs';
import { copyFile, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnostic, PrivacyLevel } from '@vitrine/pipeline';
import { forEachBounded } from './bounded.ts';
import { workspaceFaults } from './faults.ts';
import { findObstacle, makeFolderInside } from './inside.ts';
import type { Manifest } from './manifest.ts';
import type { SpareCode, WantedCode } from './spare-code.ts';
import { copyStudyCode } from './study-code.ts';
import { FILES_AT_ONCE, listTree, removeTree } from './tree.ts';

/** An output of a needed action, as it was recorded. */
export interface InputFile {
  readonly path: string;
  readonly action: string;
  readonly level: PrivacyLevel;
  readonly hash: string;
}

/**
 * Enough of a file to see that it was written. Not ctime: executors give the folder to the user of the job and back. A
 * program can set mtime back, but then it only hides what it did.
 */
export interface Fingerprint {
  readonly size: number;
  readonly inode: number;
  readonly modified: number;
}

export interface PreparedWorkspace {
  /** What becomes `/workspace`. */
  readonly folder: string;
  /** Every file that was put there, by path. */
  readonly baseline: ReadonlyMap<string, Fingerprint>;
  readonly inputs: ReadonlyMap<string, InputFile>;
  readonly warnings: readonly Diagnostic[];
}

export interface Preparation {
  /** Made afresh: whatever is there is removed. */
  readonly folder: string;
  readonly wanted: WantedCode;
  /** Where copies of code lie ready. */
  readonly spareCode?: SpareCode | undefined;
  /** Root of the recorded outputs. */
  readonly level3: string;
  readonly manifest: Manifest;
  /** Actions whose outputs become inputs. */
  readonly needs: readonly NeededAction[];
  readonly signal?: AbortSignal | undefined;
}

export interface NeededAction {
  readonly action: string;
  /** False for an action that declares no outputs: nothing recorded is then no fault. */
  readonly declaresOutputs: boolean;
}

/**
 * Makes the scratch folder of a job.
 * @throws FaultError input-missing, input-not-recorded, folder-is-link, commit-not-found, code-too-large
 */
export async function prepareWorkspace(preparation: Preparation): Promise<PreparedWorkspace> {
  const { folder, wanted, spareCode, level3, signal } = preparation;
  await removeTree(folder);
  const inputs = findInputs(preparation);
  await mkdir(dirname(folder), { recursive: true });
  const spare = (await spareCode?.take(wanted, folder)) ?? null;
  const warnings =
    spare?.warnings ??
    (await copyStudyCode(wanted.code, folder, wanted.isOutput, wanted.limits, signal));
  await forEachBounded(inputs.values(), FILES_AT_ONCE, async ({ path, action }) => {
    signal?.throwIfAborted();
    if ((await findObstacle(level3, path)) !== null) {
      throw workspaceFaults.error('input-missing', { path, action }, { file: path });
    }
    await makeFolderInside(folder, path);
    await copyFile(join(level3, path), join(folder, path), constants.COPYFILE_FICLONE);
  });
  const entries = spare?.entries ?? (await listTree(folder, { signal })).entries;
  const baseline = new Map(entries.map(({ path, stat }) => [path, fingerprint(stat)]));
  if (spare !== null) {
    await forEachBounded(inputs.keys(), FILES_AT_ONCE, async (path) => {
      baseline.set(path, fingerprint(await lstat(join(folder, path))));
    });
  }
  return { folder, baseline, inputs, warnings };
}

function findInputs({ manifest, needs }: Preparation): ReadonlyMap<string, InputFile> {
  const inputs = new Map<string, InputFile>();
  for (const { action, declaresOutputs } of needs) {
    const recorded = Object.entries(manifest.outputs).filter(
      ([, output]) => output.action === action && !output.out_of_date_output,
    );
    if (recorded.length === 0 && declaresOutputs) {
      throw workspaceFaults.error('input-not-recorded', { action });
    }
    for (const [path, { level, content_hash: hash }] of recorded) {
      inputs.set(path, { path, action, level, hash });
    }
  }
  return inputs;
}

export function fingerprint(stat: Stats): Fingerprint {
  return { size: stat.size, inode: stat.ino, modified: stat.mtimeMs };
}
