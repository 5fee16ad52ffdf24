/** The files of a publication: staged, checked against where they go, and moved there. */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Diagnostic, visible } from '@vitrine/pipeline';
import { hasCode } from '../system-error.ts';
import { actionLogPath } from './action-log.ts';
import { flushFolder, writeFlushed } from './atomic-file.ts';
import { forEachBounded } from './bounded.ts';
import { type ActionNote, notePaths } from './extract-notes.ts';
import { workspaceFaults } from './faults.ts';
import { findObstacle, hashInside, makeFolderInside, type Obstacle } from './inside.ts';
import type { Manifest } from './manifest.ts';
import {
  type Move,
  notePath,
  type Publication,
  type Removal,
  type TreeName,
} from './publication.ts';
import { stagingRoot, treesOf, type WorkspaceStore } from './store.ts';
import { FILES_AT_ONCE } from './tree.ts';

const TREES: readonly TreeName[] = ['level3', 'level4'];

/** Name of the log in a staging folder; outputs have numbers. */
const LOG = 'log';

/** Former outputs that somebody changed by hand are not ours to remove. */
export async function spareChangedFiles(
  store: WorkspaceStore,
  manifest: Manifest,
  { removals, finished }: Publication,
): Promise<{
  readonly removals: Publication['removals'];
  readonly warnings: readonly Diagnostic[];
}> {
  const kept: Publication['removals'][number][] = [];
  const warnings: Diagnostic[] = [];
  for (const removal of removals) {
    const { path } = removal;
    const hash = manifest.outputs[path]?.content_hash;
    if (removal.tree === 'level4' || (await hashInside(store.level3, path)) === hash) {
      kept.push(removal);
    } else if ((await findObstacle(store.level3, path)) !== 'absent') {
      const values = { path, action: finished.action };
      warnings.push(workspaceFaults.diagnose('output-kept', values, { file: path }));
    }
  }
  return { removals: kept, warnings };
}

/** Notes of an earlier run of an action that has ended anew without them. */
export async function staleNotes(
  store: WorkspaceStore,
  action: string,
  notes: readonly ActionNote[],
): Promise<readonly Removal[]> {
  const stale: Removal[] = [];
  for (const path of notePaths(action)) {
    for (const tree of TREES) {
      const root = store[tree];
      const isNew = notes.some((note) => note.path === path && note.trees.includes(tree));
      if (root === null || isNew || (await findObstacle(root, path)) === 'absent') continue;
      stale.push({ tree, path });
    }
  }
  return stale;
}

/** Puts the log, notes and the copies for level 4 into the staging folders, which no other job looks at. */
export async function stageCopies(
  store: WorkspaceStore,
  publication: Publication,
  log: string,
  notes: readonly ActionNote[],
): Promise<readonly Move[]> {
  const moves: Move[] = [];
  const from = join(stagingRoot(store.level3), publication.job);
  for (const tree of TREES) {
    const root = store[tree];
    if (root === null) continue;
    const staging = join(stagingRoot(root), publication.job);
    await mkdir(staging, { recursive: true });
    await writeFlushed(join(staging, LOG), log);
    moves.push({ tree, staged: LOG, path: actionLogPath(publication.finished.action) });
    for (const { staged, path, trees, text } of notes) {
      if (!trees.includes(tree)) continue;
      await writeFlushed(join(staging, staged), text);
      moves.push({ tree, staged, path });
    }
    if (tree === 'level3') continue;
    const copies = publication.moves.filter((move) => move.tree === tree);
    await forEachBounded(copies, FILES_AT_ONCE, ({ staged }) =>
      copyFlushed(join(from, staged), join(staging, staged)),
    );
  }
  return moves;
}

/** Puts the notes on refused files there; then all that is staged lasts through a power cut. */
export async function stageNotes(
  store: WorkspaceStore,
  manifest: Manifest,
  publication: Publication,
): Promise<readonly Move[]> {
  const moves: Move[] = [];
  for (const [index, [path, record]] of Object.entries(publication.outputs).entries()) {
    if (store.level4 === null) break;
    const note = notePath(path);
    if (record?.excluded !== true || record.job_id !== publication.finished.job) continue;
    // An output of that very name comes before our note; the manifest has the reason as well.
    if (publication.outputs[note] != null || manifest.outputs[note] !== undefined) continue;
    const staged = `note-${index}`;
    const file = join(stagingRoot(store.level4), publication.job, staged);
    await writeFlushed(file, `${visible(path)} is not shown here.\n${record.message}\n`);
    moves.push({ tree: 'level4', staged, path: note });
  }
  // The journal must not outlive a power cut that the staged files do not.
  for (const tree of treesOf(store)) {
    await flushFolder(join(stagingRoot(tree), publication.job));
    await flushFolder(stagingRoot(tree));
  }
  return moves;
}

export async function checkDestinations(
  store: WorkspaceStore,
  { moves }: Publication,
): Promise<void> {
  const folders = new Set<string>();
  for (const { tree, path } of moves) {
    const root = store[tree];
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

/**
 * Moves staged files into place and removes what is to go. Every step may have been done before; when this returns, all of
 * it lasts through a power cut.
 */
export async function moveFiles(store: WorkspaceStore, publication: Publication): Promise<void> {
  const touched = new Set<string>();
  await forEachBounded(publication.moves, FILES_AT_ONCE, async ({ tree, staged, path }) => {
    const root = store[tree];
    if (root === null) return;
    touched.add(await makeFolderInside(root, path));
    const from = join(stagingRoot(root), publication.job, staged);
    await rename(from, join(root, path)).catch(ignoreAbsent);
  });
  for (const { tree, path } of publication.removals) {
    const root = store[tree];
    if (root === null || !isRemovable(await findObstacle(root, path))) continue;
    await rm(join(root, path), { force: true });
    touched.add(dirname(join(root, path)));
  }
  await forEachBounded(touched, FILES_AT_ONCE, (folder) => flushFolder(folder).catch(ignoreAbsent));
}

/** Our own former output, or what somebody put in its place; never a way out of the tree. */
function isRemovable(obstacle: Obstacle | null): boolean {
  return obstacle === null || obstacle === 'a hard link' || obstacle === 'a symbolic link';
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

function ignoreAbsent(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}
