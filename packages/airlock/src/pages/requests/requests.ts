import { heading, html, table } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import { partOf, rightsNow } from '../../review/standing.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';

/** The release requests that somebody may see. */
export async function requestsPage(call: PersonalCall): Promise<Response> {
  const { airlock, person, now } = call;
  const rights = rightsNow(person.standing, now.getTime());
  const rows = await airlock.db
    .selectFrom('release_request')
    .selectAll()
    .orderBy('status_since', 'desc')
    .execute();
  return respond(call, {
    title: 'Release requests',
    main: html`${heading({ title: 'Release requests' })}
    ${table({
      caption: 'Release requests that you may see',
      rows: rows.filter((row) => partOf(person.username, rights, row) !== 'stranger'),
      empty: 'There is no release request that you may see.',
      columns: [
        {
          heading: 'Request',
          cell: ({ identifier }) =>
            html`<a href="${addresses.request(identifier)}">${identifier}</a>`,
        },
        { heading: 'Workspace', cell: ({ workspace }) => workspace },
        { heading: 'Status', cell: ({ status }) => status },
      ],
    })}`,
  });
}
