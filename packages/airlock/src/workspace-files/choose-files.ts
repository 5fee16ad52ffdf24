/** Which files of a workspace are meant by what somebody has ticked, and what speaks against taking them. Pure. */
import type { Diagnostic } from '@vitrine/pipeline';
import { airlockFaults } from '../faults.ts';
import { type FileState, isListed, isNamedPlainly, type ListedFile, stateOf } from './file-tree.ts';
import type { Stand } from './stand.ts';

/** Files that can be added at once: each is copied while its adder waits. */
export const MOST_CHOSEN = 500;

export interface Choice {
  /** Paths that were ticked one by one: what cannot be taken of them is refused. */
  readonly files: readonly string[];
  /** Folders that were ticked: all below that can be taken. */
  readonly folders: readonly string[];
  readonly type: 'output' | 'supporting';
  /** Of the files below ticked folders, those that were on the page. */
  readonly isShown: (file: ListedFile, state: FileState) => boolean;
}

export type Chosen =
  | { readonly files: readonly ListedFile[]; readonly refusals?: never }
  | { readonly refusals: readonly Diagnostic[] };

export function chooseFiles(stand: Omit<Stand, 'manifest' | 'active'>, choice: Choice): Chosen {
  const { type, isShown } = choice;
  const byPath = new Map(stand.files.filter(isListed).map((file) => [file.path, file]));
  const refusals: Diagnostic[] = [];
  const chosen = new Map<string, ListedFile>();
  for (const path of new Set(choice.files)) {
    const file = byPath.get(path);
    const refusal = refusalOf(path, file, type, stand.fileTypes);
    if (refusal === null && file !== undefined) chosen.set(path, file);
    else if (refusal !== null) refusals.push(refusal);
  }
  const prefixes = choice.folders.map((folder) => `${folder}/`);
  for (const file of prefixes.length === 0 ? [] : byPath.values()) {
    if (!prefixes.some((prefix) => file.path.startsWith(prefix))) continue;
    const state = stateOf(file, stand);
    if (canTake(state, type) && isShown(file, state)) chosen.set(file.path, file);
  }
  if (refusals.length === 0 && chosen.size === 0) {
    refusals.push(airlockFaults.diagnose('files-not-chosen', {}));
  }
  if (chosen.size > MOST_CHOSEN) {
    const words = { count: chosen.size, limit: MOST_CHOSEN };
    refusals.push(airlockFaults.diagnose('files-too-many', words));
  }
  return refusals.length > 0 ? { refusals } : { files: [...chosen.values()] };
}

/** What somebody may tick by a folder: the rest is there already, has left, or never may. */
function canTake(state: FileState, type: Choice['type']): boolean {
  const table: Readonly<Record<FileState, boolean>> = {
    unreleased: true,
    withdrawn: true,
    released: type === 'supporting',
    'under-review': false,
    updated: false,
    invalid: false,
  };
  return table[state];
}

function refusalOf(
  path: string,
  file: ListedFile | undefined,
  type: Choice['type'],
  fileTypes: readonly string[],
): Diagnostic | null {
  if (file === undefined) return airlockFaults.diagnose('file-not-seen', { path });
  if (file.excluded) return airlockFaults.diagnose('file-excluded', { path });
  if (!isNamedPlainly(path)) return airlockFaults.diagnose('file-name-unseen', { path });
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const isLeavable = fileTypes.some((ending) => name.endsWith(`.${ending}`));
  return type === 'output' && !isLeavable
    ? airlockFaults.diagnose('review-file-type', { path })
    : null;
}
