/**
 * From what a job left in its scratch folder to files that may be published: matched, checked, copied aside and hashed
 * in one reading, so that the bytes that were checked are the bytes that are kept (promises P5, P7).
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, type PrivacyLevel, strictestLevel } from '@vitrine/pipeline';
import { forEachBounded } from './bounded.ts';
import { workspaceFaults } from './faults.ts';
import { findObstacle, hashInside, openInside } from './inside.ts';
import { checkLevel4, type Level4Rules, type Level4Verdict } from './level4.ts';
import { matchOutputs, type OutputPattern } from './match-outputs.ts';
import { fingerprint, type InputFile, type PreparedWorkspace } from './prepare.ts';
import { mayHoldOutput } from './store.ts';
import { FILES_AT_ONCE, listTree, type TreeEntry } from './tree.ts';

/** How much one job may put out (promise P8). */
export interface OutputLimits {
  /** All outputs together; apparent size, so that holes in files count. */
  readonly bytes: number;
  /** Number of outputs. */
  readonly files: number;
  /** Number of files and folders in the scratch folder that are looked at. */
  readonly entries: number;
}

/** Where no setting says otherwise. */
export const OUTPUT_LIMITS: OutputLimits = {
  bytes: 64 * 1024 ** 3,
  files: 50_000,
  entries: 500_000,
};

/** A file that was copied aside. */
export interface CollectedFile {
  readonly path: string;
  readonly level: PrivacyLevel;
  readonly size: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** Its name in the staging folder. */
  readonly staged: string;
  /** Null unless its level is moderately_sensitive. */
  readonly level4: Level4Verdict | null;
}

export type Collection =
  | {
      readonly kind: 'collected';
      readonly files: readonly CollectedFile[];
      readonly warnings: readonly Diagnostic[];
    }
  | {
      readonly kind: 'unmatched';
      readonly patterns: readonly OutputPattern[];
      /** What the job made that no pattern covers, at most SUGGESTIONS of them. */
      readonly didYouMean: readonly string[];
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly kind: 'limit'; readonly message: string; readonly hint: string };

/** Longest list of files that nobody asked for. */
const SUGGESTIONS = 32;

export interface CollectionRequest {
  readonly prepared: PreparedWorkspace;
  readonly patterns: readonly OutputPattern[];
  /** Where files are copied to; on the file system of the store. */
  readonly staging: string;
  readonly limits: OutputLimits;
  readonly rules: Level4Rules;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Collects the outputs of a job that ended well. Only regular files with one name that the job itself made or changed
 * count; nothing is followed. Nothing is staged unless every pattern matches.
 */
export async function collectOutputs(request: CollectionRequest): Promise<Collection> {
  const { prepared, patterns, limits, signal } = request;
  const tree = await listTree(prepared.folder, { maximum: limits.entries, signal });
  if (tree.cut) {
    return overLimit(`The action left more than ${limits.entries} files and folders`, 'fewer');
  }
  const touched = tree.entries.filter((entry) => isTouched(entry, prepared));
  const matches = matchOutputs(
    touched.map(({ path }) => path),
    patterns,
  );
  const refusals = await refuseFiles(matches.levels.keys(), prepared);
  const kept = matchOutputs(
    [...matches.levels.keys()].filter((path) => !refusals.has(path)),
    patterns,
  );
  if (kept.unmatched.length > 0) {
    const didYouMean = matches.others.filter(isWorthNaming).slice(0, SUGGESTIONS);
    for (const { path, action } of prepared.inputs.values()) {
      const isAsked = matchOutputs([path], kept.unmatched).levels.size > 0;
      if (isAsked && !refusals.has(path)) refusals.set(path, unchangedOutputOf(action));
    }
    const warnings = [...refusals].map(warnOfRefusal);
    return { kind: 'unmatched', patterns: kept.unmatched, didYouMean, warnings };
  }
  // An input that lies among the outputs needs no word, unless it was all that there was.
  const warnings = [...refusals].filter(([path]) => !prepared.inputs.has(path)).map(warnOfRefusal);
  if (kept.levels.size > limits.files) {
    return overLimit(
      `The action made ${kept.levels.size} outputs; the limit is ${limits.files}`,
      'fewer',
    );
  }
  const bytes = touched.reduce(
    (sum, { path, stat }) => sum + (kept.levels.has(path) ? stat.size : 0),
    0,
  );
  if (bytes > limits.bytes) {
    return overLimit(`The outputs have ${bytes} bytes; the limit is ${limits.bytes}`, 'smaller');
  }
  const files = await stageFiles(kept.levels, request, warnings);
  return { kind: 'collected', files, warnings };
}

function overLimit(message: string, remedy: 'fewer' | 'smaller'): Collection {
  return {
    kind: 'limit',
    message: `${message}.`,
    hint: `Write ${remedy} files, or ask for a higher limit of outputs.`,
  };
}

function isTouched({ path, stat }: TreeEntry, { baseline }: PreparedWorkspace): boolean {
  const before = baseline.get(path);
  const after = fingerprint(stat);
  return (
    before === undefined ||
    before.size !== after.size ||
    before.inode !== after.inode ||
    before.modified !== after.modified
  );
}

/** Path → reason, completing "it is". */
async function refuseFiles(
  paths: Iterable<string>,
  prepared: PreparedWorkspace,
): Promise<Map<string, string>> {
  const refusals = new Map<string, string>();
  await forEachBounded(paths, FILES_AT_ONCE, async (path) => {
    const obstacle = mayHoldOutput(path)
      ? await findObstacle(prepared.folder, path)
      : 'where the study, Vitrine or git keeps what it goes by';
    const input = prepared.inputs.get(path);
    if (obstacle !== null) refusals.set(path, obstacle);
    else if (input !== undefined && (await hashInside(prepared.folder, path)) === input.hash) {
      refusals.set(path, unchangedOutputOf(input.action));
    }
  });
  return refusals;
}

function unchangedOutputOf(action: string): string {
  return `the unchanged output of ${action}`;
}

function warnOfRefusal([path, reason]: readonly [string, string]): Diagnostic {
  const values = { path, reason: `it is ${reason}` };
  return workspaceFaults.diagnose('output-refused', values, { file: path });
}

async function stageFiles(
  levels: ReadonlyMap<string, PrivacyLevel>,
  request: CollectionRequest,
  warnings: Diagnostic[],
): Promise<readonly CollectedFile[]> {
  await mkdir(request.staging, { recursive: true });
  const inputsByHash = strictestByHash(request.prepared.inputs.values());
  const files: CollectedFile[] = [];
  const numbered = [...levels].map(([path, level], index) => ({ path, level, staged: `${index}` }));
  await forEachBounded(numbered, FILES_AT_ONCE, async ({ path, level: declared, staged }) => {
    request.signal?.throwIfAborted();
    const copy = join(request.staging, staged);
    const { size, hash } = await copyAside(request.prepared.folder, path, copy);
    // A file keeps the level it came with: changed in place, or copied or moved byte for byte.
    const origin =
      request.prepared.inputs.get(path) ?? (size > 0 ? inputsByHash.get(hash) : undefined);
    const level = origin === undefined ? declared : stricter(declared, origin.level);
    if (level !== declared && origin !== undefined) {
      const reason =
        origin.path === path
          ? `it was ${origin.level} when the action got it from ${origin.action}`
          : `it has the same bytes as ${origin.path}, which is ${origin.level}`;
      warnings.push(
        workspaceFaults.diagnose('output-stricter', { path, level, reason }, { file: path }),
      );
    }
    const level4 =
      level === 'moderately_sensitive'
        ? await checkLevel4({ path, size, read: () => readFile(copy) }, request.rules)
        : null;
    files.push({ path, level, size, hash, staged, level4 });
  });
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function stricter(a: PrivacyLevel, b: PrivacyLevel): PrivacyLevel {
  return strictestLevel([a, b]) ?? a;
}

function strictestByHash(inputs: Iterable<InputFile>): ReadonlyMap<string, InputFile> {
  const byHash = new Map<string, InputFile>();
  for (const input of inputs) {
    const former = byHash.get(input.hash);
    if (former === undefined || stricter(former.level, input.level) !== former.level) {
      byHash.set(input.hash, input);
    }
  }
  return byHash;
}

/** Copies a file out of the scratch folder, hashing on the way, and makes sure that it is on disk. */
async function copyAside(
  root: string,
  path: string,
  target: string,
): Promise<{ readonly size: number; readonly hash: string }> {
  const opened = await openInside(root, path);
  if (opened.file === null) throw new Error(`${path} changed while it was collected`);
  const hash = createHash('sha256');
  let size = 0;
  const buffer = Buffer.allocUnsafe(Math.min(opened.stat.size + 1, CHUNK_BYTES));
  const copy = await open(target, 'wx');
  try {
    for (;;) {
      const { bytesRead } = await opened.file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      size += bytesRead;
      await copy.writeFile(chunk);
    }
    await copy.sync();
  } finally {
    await Promise.all([copy.close(), opened.file.close()]);
  }
  return { size, hash: hash.digest('hex') };
}

/** Read and written at one time; with the files at one time it bounds our memory. */
const CHUNK_BYTES = 1024 * 1024;

/** Traces of interpreters are never what a researcher forgot to declare. */
function isWorthNaming(path: string): boolean {
  return !/(?:^|\/)(?:__pycache__|\.ipynb_checkpoints|\.cache|\.config)\//.test(path);
}
