import { card, heading, html } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { listWorkspaces } from '../queries/places.ts';
import { listRequests } from '../queries/request-list.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';
import { workspaceTable } from './places.ts';
import { requestTable } from './request-table.ts';

/** How code and tables travel, for who is here for the first time. */
const road = html`<ol class="road">
  <li><h2>Code goes in</h2><p>A study is a repository of code. A researcher asks for it to be run, at one commit of it, inside a secure environment.</p></li>
  <li><h2>Records stay inside</h2><p>The code runs without a network beside the records. What holds <a href="/security-levels">a row for each patient</a> is never looked at by anybody.</p></li>
  <li><h2>Reviewed tables come out</h2><p>Only tables and figures that two people have checked leave. Each has the commit that made it.</p></li>
  <li><h2>All of it is written down</h2><p>Who ran what, when, and what came of it is in the <a href="/event-log">event log</a>, for everybody and for ever.</p></li>
</ol>`;

/** The first page: for everybody what was run last, for those signed in also what is theirs. */
export async function homePage(call: Call): Promise<Response> {
  const { site, person } = call;
  const projects = (person?.memberships ?? []).flatMap(({ scope, on }) =>
    scope === 'project' && on !== null ? [on] : [],
  );
  const [latest, mine, workspaces] = await Promise.all([
    listRequests(site.db, {}, { size: 10 }),
    person === null ? null : listRequests(site.db, { personId: person.id }, { size: 5 }),
    person === null ? [] : listWorkspaces(site.db, projects, 10),
  ]);
  return await respond(call, {
    title: site.name,
    main: html`${
      person === null
        ? heading({
            title: 'Open code, sealed records',
            lead: 'Researchers run code on health records that stay sealed. A vitrine is a display case: everybody can see everything that is done, nobody can touch what is inside.',
          })
        : heading({ title: `Good to see you, ${person.name}` })
    }
    <div class="stack">
      ${person === null ? road : null}
      ${
        person === null
          ? null
          : card({
              id: 'workspaces',
              title: 'Your workspaces',
              flush: true,
              body: workspaceTable(
                workspaces.filter(({ is_archived }) => !is_archived),
                true,
              ),
            })
      }
      ${mine === null ? null : card({ id: 'mine', title: 'Your job requests', flush: true, body: requestTable(mine, ['person']) })}
      ${card({
        id: 'latest',
        title: 'Latest job requests',
        flush: true,
        body: requestTable(latest),
        footer: html`<a href="${addresses.eventLog}">View all job requests</a>`,
      })}
    </div>`,
  });
}
