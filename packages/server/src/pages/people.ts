/** People, as everybody sees them. */
import { httpFaults } from '@vitrine/platform';
import { card, heading, html, instant, keyValues, shortInstant, table } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { listRequests } from '../queries/request-list.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';
import { requestLog } from './request-logs.ts';
import { requestTable } from './request-table.ts';

export async function peoplePage(call: Call): Promise<Response> {
  const after = call.http.req.query('after') ?? '';
  const rows = await call.site.db
    .selectFrom('person')
    .select(['username', 'name', 'created_at'])
    .where('username', '>', after.replaceAll('\0', ''))
    .orderBy('username')
    .limit(101)
    .execute();
  const shown = rows.slice(0, 100);
  return await respond(call, {
    title: 'People',
    main: html`${heading({ title: 'People', lead: 'Everybody who may ask for code to be run.' })}
    ${card({
      id: 'people',
      title: 'People by user name',
      flush: true,
      body: table({
        caption: 'People',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ username, name }) => html`<a href="${addresses.person(username)}">${name}</a>`,
          },
          { heading: 'User name', cell: ({ username }) => html`<code>${username}</code>` },
          { heading: 'Joined (UTC)', cell: ({ created_at }) => shortInstant(created_at) },
        ],
        rows: shown,
        empty: 'Nobody.',
      }),
    })}
    ${rows.length > shown.length ? html`<nav class="pagination" aria-label="Pages"><span></span><a class="button" rel="next" href="${addresses.people}?after=${encodeURIComponent(shown.at(-1)?.username ?? '')}">More →</a></nav>` : null}`,
  });
}

async function personOfPage(
  call: Call,
): Promise<{ id: number; username: string; name: string; created_at: Date }> {
  const name = call.http.req.param('person') ?? '';
  const person = await call.site.db
    .selectFrom('person')
    .select(['id', 'username', 'name', 'created_at'])
    .where('username', '=', name)
    .executeTakeFirst();
  if (person === undefined) throw httpFaults.error('thing-unknown', { what: 'person', name });
  return person;
}

export async function personPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const shown = await personOfPage(call);
  const [projects, recent] = await Promise.all([
    db
      .selectFrom('membership')
      .innerJoin('project', 'project.id', 'membership.project_id')
      .select(['project.slug', 'project.name'])
      .distinct()
      .where('membership.person_id', '=', shown.id)
      .orderBy('project.name')
      .execute(),
    listRequests(db, { personId: shown.id }, { size: 10 }),
  ]);
  const address = addresses.person(shown.username);
  return await respond(call, {
    title: shown.name,
    breadcrumbs: [
      { label: 'People', href: addresses.people },
      { label: shown.name, href: address },
    ],
    main: html`${heading({ title: shown.name, actions: html`<a class="button" href="${address}/logs">View logs</a>` })}
    <div class="stack"><div class="tiles">
      ${card({
        id: 'person',
        title: 'About',
        body: keyValues([
          ['User name', html`<code>${shown.username}</code>`],
          ['Joined', instant(shown.created_at)],
        ]),
      })}
      ${card({
        id: 'projects',
        title: 'Projects',
        body:
          projects.length === 0
            ? html`<p class="quiet">None.</p>`
            : html`<ul>${projects.map(({ slug, name }) => html`<li><a href="${addresses.project(slug)}">${name}</a></li>`)}</ul>`,
      })}
    </div>
    ${card({ id: 'latest', title: 'Latest job requests', flush: true, body: requestTable(recent, ['person']) })}</div>`,
  });
}

export async function personLogPage(call: Call): Promise<Response> {
  const { id, username, name } = await personOfPage(call);
  return await requestLog(call, {
    title: `Log of ${name}`,
    path: `${addresses.person(username)}/logs`,
    breadcrumbs: [{ label: name, href: addresses.person(username) }],
    filter: { personId: id },
  });
}
