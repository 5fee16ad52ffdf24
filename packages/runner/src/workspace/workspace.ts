/**
 * A workspace that is open for writing: the one place where its outputs and records change.
 *
 * A job's outputs are staged first. Then a journal says what will change, and from that moment the change happens: files
 * are renamed into place, old ones removed, the history and at last the manifest written. A process that is killed
 * before the journal changes nothing; after it, the next one that opens the workspace carries the change through.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '@vitrine/pipeline';
import { actionLogPath } from './action-log.ts';
import { flushFolder, writeFileAtomically, writeFlushed } from './atomic-file.ts';
import { forEachBounded } from './bounded.ts';
import type { CollectedFile } from './collect.ts';
import { workspaceFaults } from './faults.ts';
import type { FinishedJob, History, RunningJob } from './history.ts';
import { readHistory } from './history.ts';
import { findObstacle, hashInside, makeFolderInside, type Obstacle } from './inside.ts';
import { type Lock, takeLock } from './lock.ts';
import { type Manifest, markActions, readManifest } from './manifest.ts';
import {
  applyToHistory,
  applyToManifest,
  type Move,
  notePath,
  type Provenance,
  type Publication,
  planPublication,
  publicationSchema,
  type TreeName,
} from './publication.ts';
import { formatRecord, readRecord } from './record-file.ts';
import {
  METADATA_FOLDER,
  SCRATCH_FOLDER,
  stagingRoot,
  storePaths,
  type WorkspaceStore,
} from './store.ts';
import { hasCode } from './system-error.ts';
import { FILES_AT_ONCE, removeTree } from './tree.ts';

export interface WorkspaceName {
  readonly workspace: string;
  /** URL of its repository, where there is one. */
  readonly repo: string | null;
}

/** What a job that ended hands over. */
export interface JobEnd {
  readonly finished: FinishedJob;
  /** Files in the staging folder; null when the job failed: earlier outputs then stay as they are. */
  readonly files: readonly CollectedFile[] | null;
  readonly provenance: Provenance;
  /** Text of the action's log. */
  readonly log: string;
}

export class Workspace {
  readonly store: WorkspaceStore;
  #manifest: Manifest;
  #history: History;
  readonly #lock: Lock;
  /** Ends when the change before it has ended: changes happen one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(store: WorkspaceStore, manifest: Manifest, history: History, lock: Lock) {
    this.store = store;
    this.#manifest = manifest;
    this.#history = history;
    this.#lock = lock;
  }

  /**
   * Locks a workspace, and carries through what an earlier process began to publish.
   * @throws FaultError workspace-busy, manifest-unreadable
   */
  static async open(store: WorkspaceStore, name: WorkspaceName, now: Date): Promise<Workspace> {
    for (const tree of treesOf(store)) await makeScratchFolder(tree);
    const paths = storePaths(store);
    const lock = await takeLock(paths.lock, store.level3, now);
    try {
      const manifest = await readManifest(paths.manifest, name);
      const history = await readHistory(paths.history);
      const workspace = new Workspace(store, manifest, history, lock);
      await workspace.#recover();
      return workspace;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  get history(): History {
    return this.#history;
  }

  /** Scratch folder of a job; the program's `/workspace` is inside it. */
  jobFolder(job: string): string {
    return join(storePaths(this.store).jobs, job);
  }

  /** Where the outputs of a job are staged. */
  stagingFolder(job: string): string {
    return join(stagingRoot(this.store.level3), job);
  }

  /** Notes which actions the project has, so that outputs of others are marked. */
  async noteActions(actions: ReadonlySet<string>): Promise<void> {
    await this.#change(async () => {
      const marked = markActions(this.#manifest, actions);
      if (JSON.stringify(marked) === JSON.stringify(this.#manifest)) return;
      this.#manifest = marked;
      await this.#writeManifest();
    });
  }

  /** Notes that a job is about to start; until it ends, a crash leaves this trace of it. */
  async begin(job: RunningJob): Promise<void> {
    await this.#change(async () => {
      const running = { ...this.#history.running, [job.job]: job };
      this.#history = { ...this.#history, running };
      await this.#writeHistory();
    });
  }

  /** Forgets a job that was cancelled or cut off: its action is as it was before. */
  async abandon(job: string): Promise<void> {
    await this.#change(async () => {
      await this.#removeTraces(job);
      if (this.#history.running[job] === undefined) return;
      const { [job]: _ended, ...running } = this.#history.running;
      this.#history = { ...this.#history, running };
      await this.#writeHistory();
    });
  }

  /**
   * Publishes what a job made, or only its log when it failed. Whole or not at all.
   * @returns warnings about former outputs that stay
   * @throws FaultError folder-is-link, before anything has changed
   */
  async publish(end: JobEnd): Promise<readonly Diagnostic[]> {
    return this.#change(async () => {
      const planned = planPublication({
        manifest: this.#manifest,
        hasLevel4: this.store.level4 !== null,
        ...end,
      });
      const { removals, warnings } = await this.#spareChangedFiles(planned);
      const extra = await this.#stage(planned, end.log);
      const publication = { ...planned, removals, moves: [...planned.moves, ...extra] };
      await this.#checkDestinations(publication);
      const journal = join(storePaths(this.store).journals, `${publication.job}.json`);
      await writeFileAtomically(journal, formatRecord(publication));
      await this.#carryThrough(publication);
      return warnings;
    });
  }

  async close(): Promise<void> {
    await this.#changes.catch(() => {});
    await this.#lock.release();
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#changes.then(work, work);
    this.#changes = change.catch(() => {});
    return change;
  }

  /** Former outputs that somebody changed by hand are not ours to remove. */
  async #spareChangedFiles({ removals, finished }: Publication): Promise<{
    readonly removals: Publication['removals'];
    readonly warnings: readonly Diagnostic[];
  }> {
    const kept: Publication['removals'][number][] = [];
    const warnings: Diagnostic[] = [];
    for (const removal of removals) {
      const { path } = removal;
      const hash = this.#manifest.outputs[path]?.content_hash;
      if (removal.tree === 'level4' || (await hashInside(this.store.level3, path)) === hash) {
        kept.push(removal);
      } else if ((await findObstacle(this.store.level3, path)) !== 'absent') {
        const values = { path, action: finished.action };
        warnings.push(workspaceFaults.diagnose('output-kept', values, { file: path }));
      }
    }
    return { removals: kept, warnings };
  }

  /** Puts the log, the copies for level 4 and the notes on refused files into the staging folders. */
  async #stage(publication: Publication, log: string): Promise<readonly Move[]> {
    const moves: Move[] = [];
    const from = this.stagingFolder(publication.job);
    for (const tree of TREES) {
      const root = this.#root(tree);
      if (root === null) continue;
      const staging = join(stagingRoot(root), publication.job);
      await mkdir(staging, { recursive: true });
      await writeFlushed(join(staging, LOG), log);
      moves.push({ tree, staged: LOG, path: actionLogPath(publication.finished.action) });
      if (tree === 'level3') continue;
      const copies = publication.moves.filter((move) => move.tree === tree);
      await forEachBounded(copies, FILES_AT_ONCE, ({ staged }) =>
        copyFlushed(join(from, staged), join(staging, staged)),
      );
      for (const [index, [path, record]] of Object.entries(publication.outputs).entries()) {
        const note = notePath(path);
        if (record?.excluded !== true || record.job_id !== publication.job) continue;
        // An output of that very name comes before our note; the manifest has the reason as well.
        if (publication.outputs[note] != null || this.#manifest.outputs[note] !== undefined) {
          continue;
        }
        const staged = `note-${index}`;
        await writeFlushed(
          join(staging, staged),
          `${path} is not shown here.\n${record.message}\n`,
        );
        moves.push({ tree, staged, path: note });
      }
    }
    return moves;
  }

  async #checkDestinations({ moves }: Publication): Promise<void> {
    const folders = new Set<string>();
    for (const { tree, path } of moves) {
      const root = this.#root(tree);
      if (root === null) continue;
      const key = `${tree}/${dirname(path)}`;
      if (!folders.has(key)) await makeFolderInside(root, path);
      folders.add(key);
      const stat = await lstat(join(root, path)).catch(() => null);
      if (stat?.isDirectory() === true) {
        throw workspaceFaults.error('output-is-folder', { path }, { file: path });
      }
    }
  }

  /** Does what a journal says. Every step may have been done before. */
  async #carryThrough(publication: Publication): Promise<void> {
    const touched = new Set<string>();
    await forEachBounded(publication.moves, FILES_AT_ONCE, async ({ tree, staged, path }) => {
      const root = this.#root(tree);
      if (root === null) return;
      const folder = await makeFolderInside(root, path);
      touched.add(folder);
      const from = join(join(stagingRoot(root), publication.job), staged);
      await rename(from, join(root, path)).catch(ignoreAbsent);
    });
    for (const { tree, path } of publication.removals) {
      const root = this.#root(tree);
      if (root === null || !isRemovable(await findObstacle(root, path))) continue;
      await rm(join(root, path), { force: true });
      touched.add(dirname(join(root, path)));
    }
    await forEachBounded(touched, FILES_AT_ONCE, (folder) =>
      flushFolder(folder).catch(ignoreAbsent),
    );
    this.#history = applyToHistory(this.#history, publication);
    this.#manifest = applyToManifest(this.#manifest, publication);
    await this.#writeHistory();
    await this.#writeManifest();
    await rm(join(storePaths(this.store).journals, `${publication.job}.json`), { force: true });
    await this.#removeTraces(publication.job);
  }

  async #recover(): Promise<void> {
    const { journals, jobs } = storePaths(this.store);
    for (const name of await namesIn(journals)) {
      const file = join(journals, name);
      // A journal that was not whole yet has changed nothing.
      const publication = name.endsWith('.json') ? await readRecord(file, publicationSchema) : null;
      if (publication === null) await rm(file, { force: true });
      else await this.#carryThrough(publication);
    }
    for (const tree of treesOf(this.store)) await removeTree(stagingRoot(tree));
    for (const name of await namesIn(jobs)) {
      if (this.#history.running[name] === undefined) await removeTree(join(jobs, name));
    }
  }

  async #removeTraces(job: string): Promise<void> {
    for (const tree of treesOf(this.store)) await removeTree(join(stagingRoot(tree), job));
    await removeTree(this.jobFolder(job));
  }

  #root(tree: TreeName): string | null {
    return tree === 'level3' ? this.store.level3 : this.store.level4;
  }

  async #writeHistory(): Promise<void> {
    await writeFileAtomically(storePaths(this.store).history, formatRecord(this.#history));
  }

  /** The copy for those who look at level 4 first; the one that counts last. */
  async #writeManifest(): Promise<void> {
    const text = formatRecord(this.#manifest);
    if (this.store.level4 !== null) {
      await writeFileAtomically(join(this.store.level4, METADATA_FOLDER, 'manifest.json'), text);
    }
    await writeFileAtomically(storePaths(this.store).manifest, text);
  }
}

/** Our own former output, or what somebody put in its place; never a way out of the tree. */
function isRemovable(obstacle: Obstacle | null): boolean {
  return obstacle === null || obstacle === 'a hard link' || obstacle === 'a symbolic link';
}

const TREES: readonly TreeName[] = ['level3', 'level4'];

/** Name of the log in a staging folder; outputs have numbers. */
const LOG = 'log';

function treesOf({ level3, level4 }: WorkspaceStore): readonly string[] {
  return level4 === null ? [level3] : [level3, level4];
}

/** Our scratch space hides itself from git, so that no study has to know of it. */
async function makeScratchFolder(tree: string): Promise<void> {
  const folder = join(tree, SCRATCH_FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

async function copyFlushed(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const file = await open(to, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    ignoreAbsent(error);
    return [];
  });
}

function ignoreAbsent(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}
