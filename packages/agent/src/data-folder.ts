/**
 * The data folder of an agent (pipeline-and-job-runner §3.12):
 *
 * ```
 * level3/workspaces/<workspace>/   every output; metadata/; scratch folders of jobs in .vitrine/
 * level3/logs/<YYYY-MM>/<job>/     log.txt and job.json of every job, by the month in which it was created
 * level3/archives/                 <workspace>.tar.gz, .tar.zstd, .tar.xz of workspaces that were put away
 * level4/workspaces/<workspace>/   what may be looked at inside
 * agent/                           what the agent remembers: jobs/, ended/, reports/, repositories/, lock
 * executor/                        what the executor remembers
 * ```
 */
import { constants } from 'node:fs';
import { access, chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { type Lock, takeLock, type WorkspaceStore } from '@vitrine/runner';
import { reasonOf } from './configuration.ts';
import { agentFaults } from './faults.ts';

/** Endings of archives, in the words of those who make them. */
const ARCHIVES = ['.tar.gz', '.tar.zstd', '.tar.zst', '.tar.xz'];

export class DataFolder {
  readonly root: string;
  readonly #lock: Lock;

  private constructor(root: string, lock: Lock) {
    this.root = root;
    this.#lock = lock;
  }

  /**
   * Makes the folder ready and takes it for this process alone.
   * @throws FaultError data-folder-in-use, data-folder-unusable
   */
  static async open(root: string, now: Date): Promise<DataFolder> {
    try {
      for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
      // Nobody but us reaches what we remember; who may look at level 4 is for the operator to say.
      for (const folder of ['level3', 'agent', 'executor']) await chmod(join(root, folder), 0o700);
      await rm(join(root, 'agent/scratch'), { recursive: true, force: true });
      await mkdir(join(root, 'agent/scratch'));
      return new DataFolder(root, await takeLock(join(root, 'agent/lock'), root, now));
    } catch (error) {
      const reason = reasonOf(error);
      if (error instanceof FaultError) {
        throw agentFaults.error('data-folder-in-use', { folder: root, reason });
      }
      throw agentFaults.error('data-folder-unusable', { folder: root, reason });
    }
  }

  /** A folder of what the agent remembers. */
  agent(name: 'jobs' | 'ended' | 'reports' | 'repositories' | 'scratch' | 'actions'): string {
    return join(this.root, 'agent', name);
  }

  get executor(): string {
    return executorFolder(this.root);
  }

  get workspaces(): string {
    return join(this.root, 'level3/workspaces');
  }

  store(workspace: string): WorkspaceStore {
    return {
      level3: join(this.workspaces, workspace),
      level4: join(this.root, 'level4/workspaces', workspace),
    };
  }

  /** Folder for the log of a job that was created at that moment. */
  logs(createdAt: string, execution: string): string {
    return join(this.root, 'level3/logs', createdAt.slice(0, 7), execution);
  }

  /** True for a workspace that was put away and is not there any more. */
  async isArchived(workspace: string): Promise<boolean> {
    if (await isThere(this.store(workspace).level3)) return false;
    const archives = ARCHIVES.map((ending) =>
      join(this.root, 'level3/archives', workspace + ending),
    );
    return (await Promise.all(archives.map(isThere))).includes(true);
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }
}

/** Where the executors of an agent keep their state. */
export function executorFolder(root: string): string {
  return join(root, 'executor');
}

const FOLDERS = [
  'level3/workspaces',
  'level3/logs',
  'level3/archives',
  'level4/workspaces',
  'agent/jobs',
  'agent/ended',
  'agent/reports',
  'agent/repositories',
  'executor',
];

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
