/** One output of a workspace: whether it may be looked at, and the versions of it that there are. */

import { createHash } from 'node:crypto';
import { FaultError } from '@vitrine/pipeline';
import type { OutputRecord } from '@vitrine/runner';
import { VIEW_LIMIT } from '@vitrine/web';
import type { Airlock } from '../airlock.ts';
import { airlockFaults } from '../faults.ts';
import { type FileState, isListed, type ListedFile, stateOf } from './file-tree.ts';
import { listedFile } from './listed-files.ts';
import { openOutput } from './open-output.ts';
import type { Stand } from './stand.ts';

/** What the manifest says of a file that may be seen. */
export interface SeenFile {
  /** As people ask for it. */
  readonly path: string;
  readonly listed: ListedFile;
  readonly record: OutputRecord;
  readonly state: FileState;
}

/**
 * The output that a path names; of one that was refused the path of its note names it.
 * @throws FaultError file-not-seen
 */
export function seeFile(stand: Stand, path: string): SeenFile {
  const { manifest } = stand;
  const noted = path.endsWith('.txt') ? path.slice(0, -'.txt'.length) : null;
  for (const [name, isNote] of [
    [path, false],
    [noted, true],
  ] as const) {
    if (name === null || manifest === null || !Object.hasOwn(manifest.outputs, name)) continue;
    const record = manifest.outputs[name];
    if (record === undefined || record.excluded !== isNote) continue;
    const listed = listedFile(name, record);
    if (isListed(listed)) return { path, listed, record, state: stateOf(listed, stand) };
  }
  throw airlockFaults.error('file-not-seen', { path });
}

/** Versions of a file that pages can show. */
export const fileVersions = ['workspace', 'request', 'released'] as const;
export type FileVersion = (typeof fileVersions)[number];

export function isFileVersion(text: string): text is FileVersion {
  return (fileVersions as readonly string[]).includes(text);
}

/** A version other than what the workspace has now, of other bytes. */
export interface EarlierVersion {
  readonly version: Exclude<FileVersion, 'workspace'>;
  /** SHA-256 of the copy. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** The copy in the person's request and what was released last under the name, where they differ from the workspace's and are still kept. */
export async function earlierVersions(
  { db, copies }: Pick<Airlock, 'db' | 'copies'>,
  workspace: string,
  { active }: Pick<Stand, 'active'>,
  { path, hash }: ListedFile,
): Promise<readonly EarlierVersion[]> {
  const released = await db
    .selectFrom('released_file')
    .select('sha256')
    .where('workspace', '=', workspace)
    .where('path', '=', path)
    .orderBy('released_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const candidates = [
    ['request', active?.files.get(path)?.hash],
    ['released', released?.sha256],
  ] as const;
  const found: EarlierVersion[] = [];
  for (const [version, candidate] of candidates) {
    if (candidate === undefined || candidate === hash) continue;
    const size = await copies.sizeOf(candidate);
    if (size !== null) found.push({ version, hash: candidate, size });
  }
  return found;
}

/**
 * The bytes that the workspace has: exactly those that the manifest records, or none.
 * @throws FaultError copy-refused, view-too-large, review-bytes-changed
 */
export async function readOutput(
  { workspaces }: Pick<Airlock, 'workspaces'>,
  workspace: string,
  { path, hash }: ListedFile,
): Promise<Uint8Array> {
  const file = await openOutput(workspaces.folder(workspace), path);
  try {
    const { size } = await file.stat();
    if (size > VIEW_LIMIT) throw airlockFaults.error('view-too-large', { path, limit: VIEW_LIMIT });
    const bytes = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const read = bytes.subarray(0, filled);
    if (createHash('sha256').update(read).digest('hex') !== hash) {
      throw airlockFaults.error('review-bytes-changed', { path });
    }
    return read;
  } finally {
    await file.close();
  }
}

/** Bytes, or why they cannot be had. */
export type Attempt =
  | { readonly bytes: Uint8Array }
  | { readonly refusal: FaultError; readonly bytes?: never };

export async function tryToRead(read: () => Promise<Uint8Array>): Promise<Attempt> {
  try {
    return { bytes: await read() };
  } catch (error) {
    if (error instanceof FaultError) return { refusal: error };
    throw error;
  }
}
