/**
 * The workspaces that jobs work in at the moment. Jobs of one workspace share it; it is opened for the first and closed
 * some seconds after the last: the next job of a pipeline finds it open.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanLeftovers, type Executors, readHistory, Workspace } from '@vitrine/runner';
import type { AgentLog } from './agent-log.ts';
import { reasonOf } from './configuration.ts';
import type { DataFolder } from './data-folder.ts';

interface OpenWorkspace {
  readonly opening: Promise<Workspace>;
  users: number;
  /** Runs while nobody uses it. */
  closing: NodeJS.Timeout | null;
}

/** How long a workspace stays open that nobody uses. */
const LINGER_SECONDS = 5;

export interface OpenWorkspacesOptions {
  readonly folder: DataFolder;
  readonly executors: Executors;
  /** True for the name of an execution that some job in hand goes on with. */
  readonly isHeld: (execution: string) => boolean;
  readonly log: AgentLog;
  readonly now: () => Date;
}

export class OpenWorkspaces {
  readonly #options: OpenWorkspacesOptions;
  readonly #open = new Map<string, OpenWorkspace>();
  /** By name: ends when the closing before has ended. */
  readonly #closings = new Map<string, Promise<void>>();

  constructor(options: OpenWorkspacesOptions) {
    this.#options = options;
  }

  /** Works in a workspace that nobody closes meanwhile. `repo`: whose it becomes, where it is new. */
  async use<T>(
    name: string,
    repo: string | null,
    work: (workspace: Workspace) => Promise<T>,
  ): Promise<T> {
    const entry = this.#enter(name, repo);
    entry.users += 1;
    try {
      return await work(await entry.opening);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#linger(name, entry);
    }
  }

  /** Closes all. Nobody uses any by then. */
  async close(): Promise<void> {
    for (const [name, entry] of this.#open) await this.#leave(name, entry);
    await Promise.all(this.#closings.values());
  }

  /**
   * Clears up in all workspaces what earlier processes started and nobody goes on with. What cannot be cleared up now is
   * tried again when the workspace is used.
   */
  async cleanAll(): Promise<void> {
    for (const name of await readdir(this.#options.folder.workspaces)) await this.clean(name);
  }

  async clean(name: string): Promise<void> {
    const { folder, log } = this.#options;
    try {
      const { level3 } = folder.store(name);
      const { running } = await readHistory(join(level3, 'metadata/history.json'));
      if (Object.keys(running).length === 0) return;
      await this.use(name, null, (workspace) => this.#clearUp(name, workspace));
    } catch (error) {
      const facts = { workspace: name, reason: reasonOf(error) };
      log({ level: 'warning', event: 'workspace-not-cleaned', facts });
    }
  }

  #enter(name: string, repo: string | null): OpenWorkspace {
    const known = this.#open.get(name);
    if (known !== undefined) {
      clearTimeout(known.closing ?? undefined);
      known.closing = null;
      return known;
    }
    const before = this.#closings.get(name) ?? Promise.resolve();
    const opening = before.then(() => this.#openOne(name, repo));
    const entry: OpenWorkspace = { opening, users: 0, closing: null };
    // Everybody who waits for it is told. One that cannot be opened now may be later.
    opening.catch(() => {
      if (this.#open.get(name) === entry) this.#open.delete(name);
    });
    this.#open.set(name, entry);
    return entry;
  }

  async #openOne(name: string, repo: string | null): Promise<Workspace> {
    const { folder, now } = this.#options;
    const store = folder.store(name);
    for (const tree of [store.level3, store.level4]) {
      if (tree !== null) await mkdir(tree, { recursive: true, mode: 0o750 });
    }
    const workspace = await Workspace.open(store, { workspace: name, repo }, now());
    try {
      await this.#clearUp(name, workspace);
      return workspace;
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  async #clearUp(name: string, workspace: Workspace): Promise<void> {
    const { executors, isHeld, log } = this.#options;
    for (const { job, action } of await cleanLeftovers(workspace, executors, isHeld)) {
      log({ level: 'info', event: 'leftover-cleaned', facts: { workspace: name, job, action } });
    }
  }

  #linger(name: string, entry: OpenWorkspace): void {
    if (this.#open.get(name) !== entry) return;
    const close = (): void => void this.#leave(name, entry);
    entry.closing = setTimeout(close, LINGER_SECONDS * 1000).unref();
  }

  async #leave(name: string, entry: OpenWorkspace): Promise<void> {
    clearTimeout(entry.closing ?? undefined);
    this.#open.delete(name);
    const closing = entry.opening
      .then((workspace) => workspace.close())
      // A lock that cannot be removed is stale as soon as we are gone, and ours until then.
      .catch(() => {});
    this.#closings.set(name, closing);
    await closing;
    if (this.#closings.get(name) === closing) this.#closings.delete(name);
  }
}
