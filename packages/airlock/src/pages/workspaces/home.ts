import { heading, html, table } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';

/** The workspaces that somebody may look at. */
export function homePage(call: PersonalCall): Response {
  const workspaces = [...call.person.workspaces.values()];
  return respond(call, {
    title: 'Workspaces',
    main: html`${heading({ title: 'Workspaces' })}
    ${table({
      caption: 'Workspaces that you may look at',
      rows: workspaces,
      empty: 'There is no workspace here that you may look at.',
      columns: [
        {
          heading: 'Workspace',
          cell: ({ name }) => html`<a href="${addresses.workspace(name)}">${name}</a>`,
        },
        { heading: 'Project', cell: ({ project_name }) => project_name },
        { heading: 'Organisation', cell: ({ organisation_name }) => organisation_name },
      ],
    })}`,
  });
}
