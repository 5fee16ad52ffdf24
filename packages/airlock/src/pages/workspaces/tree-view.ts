import { breakable, type Content, flag, formatSize, type Html, html, icon } from '@vitrine/web';
import {
  type FileNode,
  type FolderNode,
  fileStates,
  type TreeNode,
} from '../../workspace-files/file-tree.ts';
import { addresses } from '../addresses.ts';
import { folderId, isSearch, type TreeQuery, toggleAddress } from './tree-query.ts';
import { checkBadge, statePill, stateWords } from './words.ts';

/** Files that one page lists; more are found by their names. */
const MOST_FILES = 500;

export interface TreeView {
  readonly workspace: string;
  readonly root: FolderNode;
  readonly query: TreeQuery;
  /** Whether files can be chosen for a release request. */
  readonly canChoose: boolean;
}

/** The tree as far as it is unfolded: of a folder that is folded only its counts are made. */
export function treeView(view: TreeView): Html {
  const budget = { files: MOST_FILES };
  return html`<ul class="tree" id="tree">${lines(view, view.root.children, budget)}</ul>`;
}

function lines(
  view: TreeView,
  nodes: readonly TreeNode[],
  budget: { files: number },
): readonly Content[] {
  const shown: Content[] = [];
  let hidden = 0;
  for (const node of nodes) {
    if (node.kind === 'folder') {
      shown.push(folderLine(view, node, budget, nodes.length === 1));
    } else if (budget.files > 0) {
      budget.files -= 1;
      shown.push(fileLine(view, node));
    } else hidden += 1;
  }
  if (hidden > 0) {
    shown.push(
      html`<li class="quiet">${count(hidden, 'more file')}: find them by a part of their name.</li>`,
    );
  }
  return shown;
}

function folderLine(
  view: TreeView,
  folder: FolderNode,
  budget: { files: number },
  isAlone: boolean,
): Html {
  const { workspace, query, canChoose } = view;
  // A folder that is the only one has nothing to choose from; what is looked for is shown where it is.
  const isFixed = isAlone || isSearch(query);
  const isOpen = isFixed || query.open.has(folder.path);
  const name = html`${icon('folder')}<span>${breakable(folder.name)}/</span>`;
  return html`<li class="tree-folder" id="${folderId(folder.path)}"><div class="tree-line">${
    canChoose
      ? html`<input type="checkbox" name="folder" value="${folder.path}" aria-label="All files in ${folder.path}">`
      : null
  }${
    isFixed
      ? html`<span class="tree-name">${name}</span>`
      : html`<a class="tree-name" href="${toggleAddress(workspace, query, folder.path)}" aria-expanded="${isOpen ? 'true' : 'false'}" data-unfold="tree">${name}</a>`
  }<span class="tree-counts">${statesWords(folder)}</span></div>${
    isOpen ? html`<ul>${lines(view, folder.children, budget)}</ul>` : null
  }</li>`;
}

function fileLine({ workspace, canChoose }: TreeView, file: FileNode): Html {
  const { path, name, state, size, checked, outOfDate } = file;
  return html`<li><div class="tree-line">${
    canChoose
      ? html`<input type="checkbox" name="file" value="${path}" aria-label="${path}"${flag('disabled', state === 'invalid')}>`
      : null
  }<a class="tree-name" href="${addresses.workspaceFile(workspace, path)}">${breakable(name)}</a>${
    outOfDate ? html`<span class="quiet small">action gone</span>` : null
  }<span class="tree-facts">${statePill(state)}${state === 'invalid' ? null : checkBadge(checked)}${size === 0 ? null : html`<span class="quiet small">${formatSize(size)}</span>`}</span></div></li>`;
}

function statesWords({ states }: FolderNode): string {
  return fileStates
    .flatMap((state) => {
      const files = states[state];
      return files === undefined ? [] : [`${files} ${stateWords[state].words.toLowerCase()}`];
    })
    .join(' · ');
}

function count(value: number, word: string): string {
  return `${value.toLocaleString('en-GB')} ${word}${value === 1 ? '' : 's'}`;
}
