import {
  breakable,
  formatRuntime,
  type Html,
  html,
  pagination,
  shortInstant,
  table,
} from '@vitrine/web';
import type { ListedRequest, RequestPage } from '../queries/request-list.ts';
import { addresses } from './addresses.ts';
import { statusPill } from './words.ts';

/** A page of job requests as a table; `without` leaves out what the page is about. */
export function requestTable(
  { rows }: Pick<RequestPage, 'rows'>,
  without: readonly ('workspace' | 'project' | 'person' | 'backend')[] = [],
): Html {
  const columns = [
    {
      key: null,
      heading: 'Number',
      names: true,
      cell: (row: ListedRequest) =>
        html`<a href="${addresses.request(row.number)}">${row.number}</a>`,
    },
    { key: null, heading: 'Status', cell: (row: ListedRequest) => statusPill(row.status) },
    {
      key: 'workspace',
      heading: 'Workspace',
      cell: (row: ListedRequest) =>
        html`<a href="${addresses.workspace(row.workspace)}">${breakable(row.workspace)}</a>`,
    },
    {
      key: 'project',
      heading: 'Project',
      cell: (row: ListedRequest) =>
        html`<a href="${addresses.project(row.project_slug)}">${row.project}</a><span class="why">${row.organisation}</span>`,
    },
    {
      key: 'person',
      heading: 'Requested by',
      cell: (row: ListedRequest) =>
        html`<a href="${addresses.person(row.username)}">${row.person}</a>`,
    },
    { key: 'backend', heading: 'Backend', cell: (row: ListedRequest) => row.backend },
    {
      key: null,
      heading: 'Jobs',
      align: 'end' as const,
      cell: (row: ListedRequest) => `${row.succeeded_jobs} of ${row.jobs}`,
    },
    {
      key: null,
      heading: 'Created (UTC)',
      cell: (row: ListedRequest) => shortInstant(row.created_at),
    },
    {
      key: null,
      heading: 'Runtime',
      align: 'end' as const,
      cell: (row: ListedRequest) => formatRuntime(row.runtime_seconds),
    },
  ].filter(({ key }) => key === null || !(without as readonly string[]).includes(key));
  return table({ caption: 'Job requests, newest first', columns, rows, empty: 'No job requests.' });
}

/** The links to the pages before and after, keeping search and filters. */
export function requestPages(path: string, query: URLSearchParams, page: RequestPage): Html {
  const at = (key: 'before' | 'after', number: number | null): string | null => {
    if (number === null) return null;
    const next = new URLSearchParams(query);
    for (const old of ['before', 'after', 'done']) next.delete(old);
    next.set(key, String(number));
    return `${path}?${next}`;
  };
  return pagination({ newer: at('after', page.newer), older: at('before', page.older) });
}
