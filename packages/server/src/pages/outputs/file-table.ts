import {
  breakable,
  type Column,
  formatSize,
  type Html,
  html,
  pagination,
  shortInstant,
  table,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import type { ReleasedFile } from '../../queries/released-files.ts';
import { addresses } from '../addresses.ts';
import { takenBackNote } from './file-facts.ts';

/** Files that a page lists. */
export const FILES_SHOWN = 200;

/** Which part of a long list the address asks for; the first where it asks for none that can be. */
export function readPart(call: Call): number {
  const text = call.http.req.query('page') ?? '';
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 1;
}

/** Leads to the parts of a list before and after this one. */
export function partLinks(call: Call, path: string, part: number, hasMore: boolean): Html {
  const query = new URL(call.http.req.url).searchParams;
  query.delete('done');
  const to = (page: number): string => {
    query.set('page', String(page));
    return `${path}?${query}`;
  };
  return pagination({
    newer: part > 1 ? to(part - 1) : null,
    older: hasMore ? to(part + 1) : null,
    words: { newer: 'Previous', older: 'More' },
  });
}

/** When each file was released, where not all of them were at once. */
export const releasedColumn: Column<ReleasedFile> = {
  heading: 'Released (UTC)',
  cell: ({ released_at }) => shortInstant(released_at),
};

export interface FileTable<F extends ReleasedFile> {
  readonly caption: string;
  readonly files: readonly F[];
  readonly nameOf: (file: F) => string;
  readonly addressOf: (file: F) => string;
  /** Columns between the name and the size. */
  readonly more?: readonly Column<F>[];
  readonly empty: string;
}

/** Files with their size and what made them. */
export function fileTable<F extends ReleasedFile>(given: FileTable<F>): Html {
  const { caption, files, nameOf, addressOf, more = [], empty } = given;
  return table<F>({
    caption,
    columns: [
      {
        heading: 'File',
        names: true,
        cell: (file) =>
          html`<a href="${addressOf(file)}">${breakable(nameOf(file))}</a> ${takenBackNote(file)}<span class="why">made by <a href="${addresses.job(file.job)}">${breakable(file.action)}</a></span>`,
      },
      ...more,
      { heading: 'Size', align: 'end', cell: ({ size }) => formatSize(size) },
    ],
    rows: files,
    empty,
  });
}
