import { REQUEST_STATUSES, statusLabel } from '@vitrine/protocol';
import { card, type Html, heading, html, select, submit, textField } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { listRequests, type PageOf, type RequestFilter } from '../queries/request-list.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';
import { requestPages, requestTable } from './request-table.ts';

/** Every job request, newest first, with search and filters. */
export async function eventLogPage(call: Call): Promise<Response> {
  const { site } = call;
  const { filter, page, query } = readQuery(call);
  const [backends, found] = await Promise.all([
    site.db.selectFrom('backend').select(['slug', 'name']).orderBy('name').execute(),
    listRequests(site.db, filter, page),
  ]);
  return await respond(call, {
    title: 'Event log',
    main: html`${heading({
      title: 'Event log',
      lead: 'Every time that code was run on health records: who asked, what for, where, and how it ended.',
    })}
    <div class="stack">${searchForm(addresses.eventLog, query, backends)}
    <div>${card({ id: 'requests', title: 'Job requests', flush: true, body: requestTable(found) })}
    ${requestPages(addresses.eventLog, query, found)}</div></div>`,
  });
}

/** What the address asks for. What makes no sense in it is left out, as a search that finds nothing would be. */
export function readQuery(call: Call): {
  readonly filter: RequestFilter;
  readonly page: PageOf;
  readonly query: URLSearchParams;
} {
  const query = new URL(call.http.req.url).searchParams;
  const number = (name: string): number | undefined => {
    const text = query.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  const before = number('before');
  const after = number('after');
  const status = query.get('status') ?? '';
  const backend = query.get('backend') ?? '';
  const search = (query.get('q') ?? '').trim().replaceAll('\0', '').slice(0, 200);
  return {
    filter: {
      ...(search === '' ? {} : { search }),
      ...(backend === '' ? {} : { backends: [backend.replaceAll('\0', '')] }),
      ...((REQUEST_STATUSES as readonly string[]).includes(status) ? { statuses: [status] } : {}),
    },
    page: {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
    query,
  };
}

export function searchForm(
  action: string,
  query: URLSearchParams,
  backends: readonly { readonly slug: string; readonly name: string }[],
): Html {
  const searched = [...query.keys()].some((key) => ['q', 'status', 'backend'].includes(key));
  return html`<search class="card"><form method="get" action="${action}" class="filters">
    ${textField({
      name: 'q',
      label: 'Search by number, ID, workspace, project, person or action',
      value: query.get('q') ?? '',
      type: 'search',
      required: false,
      plain: true,
    })}
    ${select({
      name: 'backend',
      label: 'Backend',
      plain: true,
      value: query.get('backend') ?? '',
      options: [
        { value: '', label: 'All backends' },
        ...backends.map(({ slug, name }) => ({ value: slug, label: name })),
      ],
    })}
    ${select({
      name: 'status',
      label: 'Status',
      plain: true,
      value: query.get('status') ?? '',
      options: [
        { value: '', label: 'All statuses' },
        ...REQUEST_STATUSES.map((value) => ({ value, label: statusLabel(value) })),
      ],
    })}
    ${submit('Search')}${searched ? html` <a class="button" href="${action}">Clear search</a>` : null}
  </form></search>`;
}
