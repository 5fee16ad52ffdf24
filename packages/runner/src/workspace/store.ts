/**
 * Where the outputs of a workspace live, and the names of our own folders in it.
 */
import { join } from 'node:path';

/**
 * The trees that outputs go to. On a researcher's machine `level3` is the study's own folder and there is no second
 * tree: levels are labels and the level 4 checks are only reported. In a secure environment every output goes to
 * `level3`, and what is moderately sensitive and passes the checks goes to `level4` as well.
 */
export interface WorkspaceStore {
  readonly level3: string;
  readonly level4: string | null;
}

/** Our scratch space in a tree; ignored by git, never part of the code of a study. */
export const SCRATCH_FOLDER = '.vitrine';

/** What lies in it, beside the lock. */
export const SCRATCH_FOLDERS: readonly string[] = ['jobs', 'journals', 'staging'];

/** Logs and records, as researchers know it. */
export const METADATA_FOLDER = 'metadata';

/**
 * True for a path in a folder of ours or of git: neither part of the code that runs, nor ever an output. What a program
 * could put there, we would act on (journals), or git outside of the sandbox (its configuration and hooks).
 */
export function isReserved(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  return parts[0] === METADATA_FOLDER || parts[0] === SCRATCH_FOLDER || parts.includes('.git');
}

/** What says how a study runs: for people to change, not for the programs that it runs. */
const STUDY_FILES: readonly string[] = ['project.yaml', 'vitrine.json'];

/** True for a path, already a plain one, at which an output may stand. */
export function mayHoldOutput(path: string): boolean {
  return !isReserved(path) && !STUDY_FILES.includes(path.toLowerCase());
}

export interface StorePaths {
  readonly lock: string;
  readonly journals: string;
  readonly jobs: string;
  readonly manifest: string;
  readonly history: string;
}

/** The places of our own files in the level 3 tree. */
export function storePaths(store: WorkspaceStore): StorePaths {
  return {
    lock: join(store.level3, SCRATCH_FOLDER, 'lock'),
    journals: join(store.level3, SCRATCH_FOLDER, 'journals'),
    jobs: join(store.level3, SCRATCH_FOLDER, 'jobs'),
    manifest: join(store.level3, METADATA_FOLDER, 'manifest.json'),
    history: join(store.level3, METADATA_FOLDER, 'history.json'),
  };
}

/** Where files wait in a tree until they are renamed into place, a folder for each job. */
export function stagingRoot(tree: string): string {
  return join(tree, SCRATCH_FOLDER, 'staging');
}

/** The trees that there are. */
export function treesOf({ level3, level4 }: WorkspaceStore): readonly string[] {
  return level4 === null ? [level3] : [level3, level4];
}
