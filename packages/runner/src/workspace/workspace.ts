/**
 * A workspace that is open for writing: the one place where its outputs and records change.
 *
 * A job's outputs are staged first. Then a journal says what will change, and from that moment the change happens: files
 * are renamed into place, old ones removed, the history and at last the manifest written. A process that is killed
 * before the journal changes nothing; after it, the next one that opens the workspace carries the change through.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExtractRecord } from '@vitrine/cohort';
import type { Diagnostic } from '@vitrine/pipeline';
import { hasCode } from '../system-error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { CollectedFile } from './collect.ts';
import { extractNotes } from './extract-notes.ts';
import { type FinishedJob, type History, type RunningJob, readHistory } from './history.ts';
import { makeFolderInside } from './inside.ts';
import { type Lock, takeLock } from './lock.ts';
import { type Manifest, markActions, readManifest } from './manifest.ts';
import {
  applyToHistory,
  applyToManifest,
  type Provenance,
  type Publication,
  planPublication,
  publicationSchema,
} from './publication.ts';
import {
  checkDestinations,
  moveFiles,
  spareChangedFiles,
  stageCopies,
  stageNotes,
  staleNotes,
} from './publish-files.ts';
import { formatRecord, readRecord } from './record-file.ts';
import {
  METADATA_FOLDER,
  SCRATCH_FOLDER,
  SCRATCH_FOLDERS,
  stagingRoot,
  storePaths,
  treesOf,
  type WorkspaceStore,
} from './store.ts';
import { removeTree } from './tree.ts';

export interface WorkspaceName {
  readonly workspace: string;
  /** URL of its repository, where there is one. */
  readonly repo: string | null;
}

/** What a job that ended hands over. */
export interface JobEnd {
  /** Name of the execution, where it is another than the job's id. */
  readonly execution?: string;
  readonly finished: FinishedJob;
  /** Files in the staging folder; null when the job failed: earlier outputs then stay as they are. */
  readonly files: readonly CollectedFile[] | null;
  readonly provenance: Provenance;
  /** Text of the action's log. */
  readonly log: string;
  /** What came from a database, none if nothing did. */
  readonly extracts?: readonly ExtractRecord[];
}

export class Workspace {
  readonly store: WorkspaceStore;
  #manifest: Manifest;
  #history: History;
  readonly #lock: Lock;
  readonly #keepJobFolders: boolean;
  /** Ends when the change before it has ended: changes of outputs happen one after the other. */
  #changes: Promise<unknown> = Promise.resolve();
  /** Ends when the history before it is on disk: the newest is never overtaken by an older one. */
  #histories: Promise<unknown> = Promise.resolve();
  /** Scratch folders on their way out: nobody waits for them but the end. */
  readonly #removals = new Set<Promise<void>>();
  /** Decided, written down, and cut off on the way: to be carried through before anything else changes. */
  readonly #unfinished = new Map<string, Publication>();

  private constructor(
    store: WorkspaceStore,
    manifest: Manifest,
    history: History,
    lock: Lock,
    keepJobFolders: boolean,
  ) {
    this.store = store;
    this.#manifest = manifest;
    this.#history = history;
    this.#lock = lock;
    this.#keepJobFolders = keepJobFolders;
  }

  /**
   * Locks a workspace, and carries through what an earlier process began to publish. `keepJobFolders` leaves the scratch
   * folders of jobs for a look until the workspace is opened again.
   * @throws FaultError workspace-busy, manifest-unreadable, folder-is-link
   */
  static async open(
    store: WorkspaceStore,
    name: WorkspaceName,
    now: Date,
    { keepJobFolders = false }: { readonly keepJobFolders?: boolean } = {},
  ): Promise<Workspace> {
    for (const tree of treesOf(store)) await makeOwnFolders(tree);
    const paths = storePaths(store);
    const lock = await takeLock(paths.lock, store.level3, now);
    try {
      const manifest = await readManifest(paths.manifest, name);
      const history = await readHistory(paths.history);
      const workspace = new Workspace(store, manifest, history, lock, keepJobFolders);
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

  /**
   * Notes that a job is about to start; until it ends, a crash leaves this trace of it. It waits for no change: a job does
   * not start later because another one publishes very much.
   */
  async begin(job: RunningJob): Promise<void> {
    const running = { ...this.#history.running, [job.job]: job };
    this.#history = { ...this.#history, running };
    await this.#writeHistory();
  }

  /** Forgets a job that was cancelled or cut off: its action is as it was before. */
  async abandon(job: string): Promise<void> {
    // Once there is a journal the change is made: its files are needed, and whoever comes next carries it through.
    if ((await readRecord(this.#journal(job), publicationSchema)) !== null) return;
    await this.#removeTraces(job);
    if (this.#history.running[job] === undefined) return;
    const { [job]: _ended, ...running } = this.#history.running;
    this.#history = { ...this.#history, running };
    await this.#writeHistory();
  }

  /**
   * Publishes what a job made, or only its log when it failed. Whole or not at all.
   * @returns warnings about former outputs that stay
   * @throws FaultError folder-is-link, before anything has changed
   */
  async publish(end: JobEnd): Promise<readonly Diagnostic[]> {
    const plan = (): Publication =>
      planPublication({
        execution: end.execution ?? end.finished.job,
        manifest: this.#manifest,
        hasLevel4: this.store.level4 !== null,
        ...end,
      });
    // The large part, before it is this job's turn.
    const notes = extractNotes(end.finished.action, end.files === null ? [] : (end.extracts ?? []));
    const staged = await stageCopies(this.store, plan(), end.log, notes);
    return this.#change(async () => {
      for (const cutOff of this.#unfinished.values()) await this.#carryThrough(cutOff);
      const planned = plan();
      const { removals, warnings } = await spareChangedFiles(this.store, this.#manifest, planned);
      const refusals = await stageNotes(this.store, this.#manifest, planned);
      const moves = [...planned.moves, ...staged, ...refusals];
      const stale =
        end.files === null ? [] : await staleNotes(this.store, end.finished.action, notes);
      const publication = { ...planned, removals: [...removals, ...stale], moves };
      await checkDestinations(this.store, publication);
      await writeFileAtomically(this.#journal(publication.job), formatRecord(publication));
      await this.#carryThrough(publication);
      return warnings;
    });
  }

  async close(): Promise<void> {
    await this.#changes.catch(() => {});
    await Promise.all(this.#removals);
    await this.#histories.catch(() => {});
    await this.#lock.release();
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#changes.then(work, work);
    this.#changes = change.catch(() => {});
    return change;
  }

  /** Does what a journal says. Every step may have been done before. */
  async #carryThrough(publication: Publication): Promise<void> {
    this.#unfinished.set(publication.job, publication);
    await moveFiles(this.store, publication);
    this.#history = applyToHistory(this.#history, publication);
    this.#manifest = applyToManifest(this.#manifest, publication);
    await this.#writeHistory();
    await this.#writeManifest();
    await rm(this.#journal(publication.job), { force: true });
    this.#unfinished.delete(publication.job);
    // What cannot be removed now is removed by the next that opens the workspace.
    const removal = this.#removeTraces(publication.job).catch(() => {});
    this.#removals.add(removal);
    void removal.then(() => this.#removals.delete(removal));
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
    if (!this.#keepJobFolders) await removeTree(this.jobFolder(job));
  }

  #journal(job: string): string {
    return join(storePaths(this.store).journals, `${job}.json`);
  }

  async #writeHistory(): Promise<void> {
    const write = (): Promise<void> =>
      writeFileAtomically(storePaths(this.store).history, formatRecord(this.#history));
    const written = this.#histories.then(write, write);
    this.#histories = written;
    written.catch(() => {});
    await written;
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

/**
 * Our own folders in a tree. A study can bring folders or links of these names along: where they lead elsewhere, we would
 * write and remove there.
 */
async function makeOwnFolders(tree: string): Promise<void> {
  const ours = [METADATA_FOLDER, ...SCRATCH_FOLDERS.map((name) => `${SCRATCH_FOLDER}/${name}`)];
  for (const folder of ours) await makeFolderInside(tree, `${folder}/any`);
  // It hides itself from git, so that no study has to know of it.
  const ignore = join(tree, SCRATCH_FOLDER, '.gitignore');
  await writeFile(ignore, '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    return [];
  });
}
