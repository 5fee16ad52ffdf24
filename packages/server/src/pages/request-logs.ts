import { card, heading, html, type Link } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { listRequests, type RequestFilter } from '../queries/request-list.ts';
import { readQuery, searchForm } from './event-log.ts';
import { respond } from './frame.ts';
import { requestPages, requestTable } from './request-table.ts';

/** The log of an organisation, a project or a person: the event log, of one thing only. */
export async function requestLog(
  call: Call,
  about: {
    readonly title: string;
    readonly path: string;
    readonly breadcrumbs: readonly Link[];
    readonly filter: RequestFilter;
  },
): Promise<Response> {
  const { site } = call;
  const { filter, page, query } = readQuery(call);
  const [backends, found] = await Promise.all([
    site.db.selectFrom('backend').select(['slug', 'name']).orderBy('name').execute(),
    listRequests(site.db, { ...filter, ...about.filter }, page),
  ]);
  return await respond(call, {
    title: about.title,
    breadcrumbs: [...about.breadcrumbs, { label: 'Log', href: about.path }],
    main: html`${heading({ title: about.title })}
    <div class="stack">${searchForm(about.path, query, backends)}
    <div>${card({ id: 'requests', title: 'Job requests', flush: true, body: requestTable(found) })}
    ${requestPages(about.path, query, found)}</div></div>`,
  });
}
