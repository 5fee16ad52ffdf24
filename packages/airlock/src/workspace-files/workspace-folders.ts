/** Level 4 of the workspaces of a backend, as the agent leaves it: a folder for each, with a manifest that says what is in it. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@vitrine/platform';
import { type Manifest, readManifestOf } from '@vitrine/runner';

/** What is remembered of a manifest, so that one that has not changed is not read again. */
interface Read {
  readonly stamp: string;
  readonly manifest: Manifest;
}

export class WorkspaceFolders {
  readonly #root: string;
  readonly #read = new Map<string, Read>();

  /** @param root folder with one folder a workspace */
  constructor(root: string) {
    this.#root = root;
  }

  /** Names of the workspaces that have a folder. */
  async names(): Promise<readonly string[]> {
    const entries = await readdir(this.#root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /**
   * What a workspace's manifest lists; null where the workspace has run nothing yet.
   * @throws FaultError manifest-unreadable
   */
  async manifest(workspace: string): Promise<Manifest | null> {
    const file = join(this.folder(workspace), 'metadata', 'manifest.json');
    const stamp = await stampOf(file);
    if (stamp === null) return null;
    const known = this.#read.get(workspace);
    if (known?.stamp === stamp) return known.manifest;
    const manifest = await readManifestOf(file, workspace);
    this.#read.set(workspace, { stamp, manifest });
    return manifest;
  }

  /** Folder of a workspace. The name was checked against the rights of whoever asks. */
  folder(workspace: string): string {
    if (!/^[A-Za-z0-9_-]+$/.test(workspace)) throw new Error('no name of a workspace');
    return join(this.#root, workspace);
  }
}

/** Changes whenever the file is replaced, which is how manifests change. */
async function stampOf(file: string): Promise<string | null> {
  try {
    const { ino, mtimeMs, size } = await lstat(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
