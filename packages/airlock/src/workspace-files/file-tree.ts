/** The files of a workspace at level 4 as a tree, each with what has become of it (cli-review-and-docs §2.2, §2.6). */
import { releasePathSchema } from '@vitrine/protocol';

/** One output as the manifest has it. */
export interface ListedFile {
  /** Relative to the workspace, with slashes. */
  readonly path: string;
  readonly level: string;
  /** SHA-256. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** Refused at level 4: only the note that says why is there. */
  readonly excluded: boolean;
  /** The newest run of its action no longer made it. */
  readonly outOfDateOutput: boolean;
  /** Its action is no longer in the project. */
  readonly outOfDateAction: boolean;
  /** What its disclosure checks found; null where none were made. */
  readonly checked: CheckOutcome | null;
}

/** The outcome of the disclosure checks of a file, in short. */
export interface CheckOutcome {
  /** False where something must not leave as it is. */
  readonly passes: boolean;
  /** All findings, told singly or not. */
  readonly findings: number;
}

export const fileStates = [
  'unreleased',
  'under-review',
  'updated',
  'released',
  'withdrawn',
  'invalid',
] as const;
export type FileState = (typeof fileStates)[number];

export interface FileNode {
  readonly kind: 'file';
  readonly name: string;
  readonly path: string;
  readonly state: FileState;
  readonly size: number;
  readonly checked: CheckOutcome | null;
  readonly outOfDate: boolean;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly name: string;
  readonly path: string;
  /** Folders first, then files, each in the order of their names. */
  readonly children: readonly TreeNode[];
  /** Files below, by state. */
  readonly states: Readonly<Partial<Record<FileState, number>>>;
}

export type TreeNode = FileNode | FolderNode;

export interface TreeRequest {
  readonly files: readonly ListedFile[];
  /** Of the viewer's active request in the workspace, by path; empty where there is none. */
  readonly inRequest: ReadonlyMap<string, { readonly hash: string; readonly type: string }>;
  /** SHA-256 of everything that was released from the workspace. */
  readonly releasedHashes: ReadonlySet<string>;
  /** Extensions that may leave. */
  readonly fileTypes: readonly string[];
  /** Whether files of actions that are no longer in the project are shown. */
  readonly showOutOfDate: boolean;
  /** Of these only those that are looked for; all where it is left out. */
  readonly matches?: (file: FileNode) => boolean;
}

export interface FileTree {
  readonly root: FolderNode;
  /** Files of actions that are no longer in the project, shown or not. */
  readonly outOfDate: number;
}

/** The tree of what may be seen. Paths that are no plain relative ones are left out: nothing leads out of the workspace. */
export function fileTree(request: TreeRequest): FileTree {
  const root = new Folder('', '');
  let outOfDate = 0;
  for (const file of request.files) {
    if (!isListed(file)) continue;
    const parts = file.path.split('/');
    if (file.outOfDateAction) {
      outOfDate += 1;
      if (!request.showOutOfDate) continue;
    }
    const state = stateOf(file, request);
    const name = parts.at(-1) ?? '';
    const node: FileNode = {
      kind: 'file',
      name: file.excluded ? `${name}.txt` : name,
      path: file.excluded ? `${file.path}.txt` : file.path,
      state,
      size: file.size,
      checked: file.checked,
      outOfDate: file.outOfDateAction,
    };
    if (request.matches?.(node) === false) continue;
    root.add(parts.slice(0, -1), node);
  }
  return { root: root.finished(), outOfDate };
}

/** Whether a file is one that people may see: of level 4, still made, and under a path that leads nowhere else. */
export function isListed({ level, outOfDateOutput, path }: ListedFile): boolean {
  return (
    level === 'moderately_sensitive' &&
    !outOfDateOutput &&
    !path.includes('\0') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** What has become of a file. A release is known by its bytes, under whatever name. */
export function stateOf(
  file: ListedFile,
  request: Pick<TreeRequest, 'inRequest' | 'releasedHashes' | 'fileTypes'>,
): FileState {
  if (file.excluded) return 'invalid';
  const copy = request.inRequest.get(file.path);
  if (copy !== undefined && copy.type !== 'withdrawn') {
    return copy.hash === file.hash ? 'under-review' : 'updated';
  }
  if (request.releasedHashes.has(file.hash)) return 'released';
  if (!isNamedPlainly(file.path)) return 'invalid';
  const name = file.path.slice(file.path.lastIndexOf('/') + 1).toLowerCase();
  if (!request.fileTypes.some((type) => name.endsWith(`.${type}`))) return 'invalid';
  return copy === undefined ? 'unreleased' : 'withdrawn';
}

/** Whether a file can leave under its name, or names something that cannot be seen. */
export function isNamedPlainly(path: string): boolean {
  return releasePathSchema.safeParse(path).success;
}

class Folder {
  readonly #name: string;
  readonly #path: string;
  readonly #folders = new Map<string, Folder>();
  readonly #files: FileNode[] = [];
  readonly #states: Partial<Record<FileState, number>> = {};

  constructor(name: string, path: string) {
    this.#name = name;
    this.#path = path;
  }

  add(folders: readonly string[], file: FileNode): void {
    let folder: Folder = this;
    folder.#count(file.state);
    for (const name of folders) {
      let next = folder.#folders.get(name);
      if (next === undefined) {
        next = new Folder(name, folder.#path === '' ? name : `${folder.#path}/${name}`);
        folder.#folders.set(name, next);
      }
      folder = next;
      folder.#count(file.state);
    }
    folder.#files.push(file);
  }

  #count(state: FileState): void {
    this.#states[state] = (this.#states[state] ?? 0) + 1;
  }

  finished(): FolderNode {
    const folders = [...this.#folders.values()].map((folder) => folder.finished());
    return {
      kind: 'folder',
      name: this.#name,
      path: this.#path,
      children: [...folders.toSorted(byName), ...this.#files.toSorted(byName)],
      states: this.#states,
    };
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
