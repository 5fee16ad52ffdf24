/** The page of one file, of a release or of a publication. */
import type { Shown } from '@vitrine/platform';
import {
  alert,
  type Content,
  card,
  fileViewer,
  formatSize,
  type Html,
  heading,
  html,
  icon,
  keysBar,
  type Link,
  type SortOrder,
  viewKindOf,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import type { ReleasedFile } from '../../queries/released-files.ts';
import { readReleasedBytes } from '../../releases/released-bytes.ts';
import { respond } from '../frame.ts';
import { type FileFacts, fileFacts } from './file-facts.ts';

/** Each does what a link of the page does. */
const keyWords: readonly (readonly [key: string, words: string])[] = [
  ['j', 'next file'],
  ['k', 'previous file'],
  ['r', 'back to all files'],
];

export interface FilePage {
  /** The file's name in the list that it is seen in. */
  readonly name: string;
  readonly facts: FileFacts;
  readonly breadcrumbs: readonly Link[];
  /** The list that the neighbours are of. */
  readonly list: Link;
  /** Address of the bytes. */
  readonly raw: string;
  readonly previous: Link | null;
  readonly next: Link | null;
  /** Who may see it, in a sentence. */
  readonly lead: string;
  /** Cards below the file. */
  readonly below?: Content;
  /** Cards beside it. */
  readonly beside?: Content;
  readonly status?: Shown['status'];
}

export async function filePage(call: Call, page: FilePage): Promise<Response> {
  const { name, facts, raw } = page;
  const { file } = facts;
  const isThere = file.withdrawn_at === null;
  const origin = card({ id: 'origin', title: 'Where it comes from', body: fileFacts(facts) });
  return await respond(call, {
    title: name,
    breadcrumbs: page.breadcrumbs,
    hasKeys: true,
    frames: viewKindOf(file.path) === 'document',
    ...(page.status ? { status: page.status } : {}),
    main: html`${heading({
      title: name.split('/').at(-1) ?? name,
      facts: html`<li>${icon('folder')}<span>In <code>${folderOf(name)}</code></span></li><li>${icon('tag')}<span>${formatSize(file.size)}</span></li>`,
      lead: page.lead,
      actions: isThere
        ? html`<a class="button primary" href="${raw}?download" download>Download</a>`
        : null,
    })}
    ${neighbours(page)}
    <div class="stack">${card({
      id: 'file',
      title: 'The file',
      body: isThere ? await shown(call, file, raw) : takenBackAlert(file),
    })}
    ${
      // Alone below the file, what is beside it would leave two thirds of the page empty.
      page.below === undefined
        ? html`<div class="stack wide">${origin}${page.beside}</div>`
        : html`<div class="columns"><div class="stack">${page.below}</div><div class="stack">${origin}${page.beside}</div></div>`
    }</div>${keysBar({ title: 'Keys of this page', keys: keyWords })}`,
  });
}

function folderOf(name: string): string {
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : 'the top of the workspace';
}

async function shown({ site, http }: Call, file: ReleasedFile, raw: string): Promise<Html> {
  return await fileViewer({
    path: file.path,
    size: file.size,
    address: raw,
    read: async () => await readReleasedBytes(site.releases, file),
    sorting: {
      order: orderOf(http),
      address: (order) => `${http.req.path}${order === null ? '' : queryOf(order)}#file`,
    },
    outputAddress: (cell, output, type) =>
      `${raw}?cell=${cell}&output=${output}&type=${encodeURIComponent(type)}`,
  });
}

function orderOf({ req }: Call['http']): SortOrder | null {
  const column = req.query('sort') ?? '';
  if (!/^\d{1,4}$/.test(column)) return null;
  return { column: Number(column), descending: req.query('order') === 'descending' };
}

function queryOf({ column, descending }: SortOrder): string {
  return `?sort=${column}&order=${descending ? 'descending' : 'ascending'}`;
}

function takenBackAlert({ withdrawn_at, withdrawer, withdrawal_reason }: ReleasedFile): Html {
  return alert({
    tone: 'warning',
    title: 'This file has been taken back.',
    body: html`<p>By ${withdrawer} on ${withdrawn_at?.toISOString().slice(0, 10)}; it is not handed out any more.</p><p>Reason: ${withdrawal_reason}</p>`,
  });
}

function neighbours({ list, previous, next }: FilePage): Html {
  const link = (to: Link | null, words: string, rel: string, key: string): Html =>
    to === null
      ? html`<span class="button" aria-disabled="true">${words}</span>`
      : html`<a class="button" rel="${rel}" data-key="${key}" href="${to.href}">${words}<span class="visually-hidden">: ${to.label}</span></a>`;
  return html`<nav class="file-neighbours" aria-label="Files">${link(previous, '← Previous file', 'prev', 'k')}${link(next, 'Next file →', 'next', 'j')}<a href="${list.href}" data-key="r">${list.label}</a></nav>`;
}
