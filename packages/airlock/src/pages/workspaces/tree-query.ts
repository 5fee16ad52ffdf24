/** What of a tree the address asks for: what is looked for, and which folders are unfolded. */
import { type FileNode, type FileState, fileStates } from '../../workspace-files/file-tree.ts';
import { addresses } from '../addresses.ts';

export interface TreeQuery {
  /** Words that the path has to hold, in small letters. */
  readonly words: readonly string[];
  readonly state: FileState | null;
  /** Whether files of actions that are no longer in the project are shown. */
  readonly showOutOfDate: boolean;
  /** Paths of unfolded folders. */
  readonly open: ReadonlySet<string>;
}

/** Unfolded folders that an address may name. */
const MOST_OPEN = 100;

export function readTreeQuery(query: URLSearchParams): TreeQuery {
  const state = query.get('state') ?? '';
  const search = (query.get('q') ?? '').slice(0, 200).toLowerCase();
  return {
    words: search.split(/\s+/).filter((word) => word !== ''),
    state: fileStates.find((known) => known === state) ?? null,
    showOutOfDate: query.get('out-of-date') === 'shown',
    open: new Set(query.getAll('open').slice(-MOST_OPEN)),
  };
}

/** True where something is looked for: then what is found is shown, whatever is unfolded. */
export function isSearch({ words, state }: TreeQuery): boolean {
  return words.length > 0 || state !== null;
}

export function matches(
  { words, state }: TreeQuery,
  file: Pick<FileNode, 'path' | 'state'>,
): boolean {
  if (state !== null && file.state !== state) return false;
  const path = file.path.toLowerCase();
  return words.every((word) => path.includes(word));
}

/** What is looked for, as a query: what a form was sent from. */
export function shownQuery({ words, state, showOutOfDate }: TreeQuery): string {
  const choices = new URLSearchParams();
  if (words.length > 0) choices.set('q', words.join(' '));
  if (state !== null) choices.set('state', state);
  if (showOutOfDate) choices.set('out-of-date', 'shown');
  return choices.toString();
}

/** Address of the tree with other choices. */
export function treeAddress(workspace: string, query: TreeQuery): string {
  const choices = new URLSearchParams(shownQuery(query));
  for (const path of query.open) choices.append('open', path);
  const address = addresses.workspace(workspace);
  return choices.size === 0 ? address : `${address}?${choices}`;
}

/** The same address with one folder folded or unfolded, at that folder. */
export function toggleAddress(workspace: string, query: TreeQuery, folder: string): string {
  const open = new Set(query.open);
  if (!open.delete(folder)) open.add(folder);
  return `${treeAddress(workspace, { ...query, open })}#${folderId(folder)}`;
}

/** Where a folder stands on the page. */
export function folderId(path: string): string {
  return `in-${encodeURIComponent(path)}`;
}
