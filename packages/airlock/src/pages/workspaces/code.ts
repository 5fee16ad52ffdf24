/** The code of a study at the commit that made a file. */
import {
  breakable,
  card,
  codeViewer,
  type Html,
  heading,
  html,
  icon,
  languageOf,
  repositoryName,
} from '@vitrine/web';
import { filePathOf } from '../../http/file-path.ts';
import type { PersonalCall } from '../../http/route.ts';
import type { CodeEntry } from '../../workspace-files/study-code.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { seeWorkspace } from './see-workspace.ts';

/** What a study is described by: shown first. */
const PROJECT_FILE = 'project.yaml';

export async function codePage(call: PersonalCall): Promise<Response> {
  const { workspace } = seeWorkspace(call);
  const { airlock, http } = call;
  const { name } = workspace;
  const commit = http.req.param('commit') ?? '';
  const path = filePathOf(call, 4);
  const manifest = await airlock.workspaces.manifest(name);
  // The repository may have been another one when the file was made.
  const maker = Object.values(manifest?.outputs ?? {}).find((output) => output.commit === commit);
  const repository = maker?.repo ?? workspace.repository;
  const thing = await airlock.code.find({ repository, commit, path }, airlock.stopping);
  const isRoot = path === '';
  const project =
    isRoot && thing.kind === 'folder' && thing.entries.some((one) => one.name === PROJECT_FILE)
      ? await airlock.code.find({ repository, commit, path: PROJECT_FILE }, airlock.stopping)
      : null;
  const parts = isRoot ? [] : path.split('/');
  const short = commit.slice(0, 7);
  return respond(call, {
    title: isRoot ? `Code at ${short}` : path,
    breadcrumbs: [
      { label: 'Workspaces', href: addresses.home },
      { label: name, href: addresses.workspace(name) },
      { label: `Code at ${short}`, href: addresses.workspaceCode(name, commit) },
      ...parts.map((label, index) => ({
        label,
        href: addresses.workspaceCode(name, commit, parts.slice(0, index + 1).join('/')),
      })),
    ],
    main: html`${heading({
      title: isRoot ? `Code at ${short}` : path,
      facts: html`<li>${icon('folder')}${repositoryName(repository)}</li><li>${icon('tag')}<code>${commit}</code></li>`,
    })}
    <div class="stack">${
      project === null || project.kind === 'folder'
        ? null
        : card({
            id: 'project',
            title: PROJECT_FILE,
            body: await fileView(PROJECT_FILE, project.text),
          })
    }
    ${
      thing.kind === 'folder'
        ? card({
            id: 'files',
            title: 'Files',
            body: listing(name, commit, path, thing.entries),
          })
        : card({ id: 'content', title: 'What it holds', body: await fileView(path, thing.text) })
    }</div>`,
  });
}

async function fileView(path: string, text: string | null): Promise<Html> {
  if (text === null) return html`<p class="empty">The file is no text, and is not shown.</p>`;
  if (text === '') return html`<p class="empty">The file is empty.</p>`;
  return await codeViewer(path, text, languageOf(path));
}

function listing(
  workspace: string,
  commit: string,
  folder: string,
  entries: readonly CodeEntry[],
): Html {
  if (entries.length === 0) return html`<p class="empty">There is nothing in this folder.</p>`;
  return html`<ul class="tree">${entries.map(({ name, kind }) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    const isFolder = kind === 'folder';
    return html`<li><div class="tree-line"><a class="tree-name" href="${addresses.workspaceCode(workspace, commit, path)}">${
      isFolder ? icon('folder') : null
    }<span>${breakable(name)}${isFolder ? '/' : ''}</span></a></div></li>`;
  })}</ul>`;
}
