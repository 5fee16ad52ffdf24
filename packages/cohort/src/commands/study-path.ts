/**
 * Paths that a command line or a study gives. What the study wrote is not trusted: a path that leads out of its folder,
 * by `..` or by a link, would let it read or overwrite files of whoever runs it (promise P7).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { formatFaults } from '../formats/faults.ts';
import { commandFaults } from './faults.ts';

/** Where a study lies when its actions run; commands written for that are understood anywhere. */
const WORKSPACE = '/workspace';

/** A path inside the study, both ways of saying it. */
export interface StudyPath {
  readonly absolute: string;
  /** As the researcher knows it, with forward slashes. */
  readonly relative: string;
}

/**
 * Resolves a path that exists or does not. `flag` says in messages what gave it.
 * @throws FaultError path-outside-study
 */
export function studyPath(directory: string, path: string, flag: string): StudyPath {
  const root = realpathSync(directory);
  const inWorkspace = path === WORKSPACE || path.startsWith(`${WORKSPACE}/`);
  const absolute = inWorkspace
    ? join(directory, path.slice(WORKSPACE.length))
    : resolve(directory, path);
  if (!isWithin(root, realPath(absolute))) {
    throw commandFaults.error('path-outside-study', { path, flag });
  }
  return { absolute, relative: relative(directory, absolute).split(sep).join('/') };
}

/**
 * Makes a folder of the study, with those above it.
 * @throws FaultError path-outside-study, path-not-a-folder
 */
export function makeFolder(directory: string, path: string, flag: string): StudyPath {
  const folder = studyPath(directory, path, flag);
  try {
    mkdirSync(folder.absolute, { recursive: true });
  } catch (error) {
    if (isCode(error, 'EEXIST', 'ENOTDIR')) {
      throw commandFaults.error('path-not-a-folder', { path }, { file: path });
    }
    throw error;
  }
  return folder;
}

/**
 * A folder that holds cohort files and measures, none of which is a link that leads out of the study.
 * @throws FaultError path-outside-study
 */
export function cohortFolder(directory: string, path: string, flag: string): StudyPath {
  const folder = studyPath(directory, path, flag);
  const names = existsSync(folder.absolute) ? readdirSync(folder.absolute) : [];
  for (const name of names) {
    if (/^(input|measure_)/.test(name)) studyPath(directory, `${folder.absolute}/${name}`, flag);
  }
  return folder;
}

/**
 * The bytes of a regular file of the study.
 * @throws FaultError path-outside-study, file-not-found, file-not-readable
 */
export function readStudyFile(directory: string, path: string, flag: string): Uint8Array {
  const { absolute } = studyPath(directory, path, flag);
  try {
    if (!statSync(absolute).isFile()) {
      const reason = 'it is not a regular file';
      throw formatFaults.error('file-not-readable', { file: path, reason }, { file: path });
    }
    return readFileSync(absolute);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) {
      throw formatFaults.error('file-not-found', { file: path }, { file: path });
    }
    throw error;
  }
}

/** The real path of what exists of a path, with the rest as it is written. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isCode(error, 'ENOENT') || parent === path) throw error;
    return join(realPath(parent), basename(path));
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
