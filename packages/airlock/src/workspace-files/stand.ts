/** How the files of a workspace stand for one person: what its manifest lists, what of it is in a request, what was released. */
import type { Manifest } from '@vitrine/runner';
import type { Airlock } from '../airlock.ts';
import type { ReleaseRequest } from '../review/request.ts';
import { activeRequestOf } from '../store/active-request.ts';
import { releasedHashes } from '../store/request-store.ts';
import type { ListedFile, TreeRequest } from './file-tree.ts';
import { listedFiles } from './listed-files.ts';

export interface Stand extends Pick<TreeRequest, 'inRequest' | 'releasedHashes' | 'fileTypes'> {
  /** Null where the workspace has run nothing yet. */
  readonly manifest: Manifest | null;
  readonly files: readonly ListedFile[];
  /** The person's own active request in the workspace. */
  readonly active: ReleaseRequest | null;
}

/** @throws FaultError manifest-unreadable */
export async function standOf(airlock: Airlock, workspace: string, user: string): Promise<Stand> {
  const [manifest, stored, released] = await Promise.all([
    airlock.workspaces.manifest(workspace),
    activeRequestOf(airlock, workspace, user),
    releasedHashes(airlock.db, workspace),
  ]);
  return {
    manifest,
    files: manifest === null ? [] : listedFiles(manifest),
    active: stored?.request ?? null,
    inRequest: stored?.request.files ?? new Map(),
    releasedHashes: released,
    fileTypes: airlock.fileTypes,
  };
}
