import { heading, html, pill, submit, table, textField } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { seenWorkspaces } from './see-workspace.ts';

/** Workspaces from which the list has a search. */
const MANY = 10;

/** The workspaces that somebody may look at. */
export function homePage(call: PersonalCall): Response {
  const all = seenWorkspaces(call);
  const search = (call.http.req.query('q') ?? '').slice(0, 200);
  const words = search.toLowerCase().split(/\s+/);
  const found = all.filter(({ name, project_name, organisation_name }) => {
    const text = `${name} ${project_name} ${organisation_name}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return respond(call, {
    title: 'Workspaces',
    main: html`${heading({ title: 'Workspaces' })}
    <div class="stack">${
      all.length < MANY
        ? null
        : html`<search class="card"><form method="get" action="${addresses.home}" class="filters">${textField(
            {
              name: 'q',
              label: 'Find by workspace, project or organisation',
              value: search,
              type: 'search',
              plain: true,
            },
          )}${submit('Find', 'plain')}</form></search>`
    }<section class="card" aria-label="Workspaces">${table({
      caption: 'Workspaces that you may look at',
      rows: found,
      empty:
        all.length === 0
          ? 'There is no workspace here that you may look at.'
          : 'No workspace is found. Try another part of a name.',
      columns: [
        {
          heading: 'Workspace',
          names: true,
          cell: ({ name }) => html`<a href="${addresses.workspace(name)}">${name}</a>`,
        },
        { heading: 'Project', cell: ({ project_name }) => project_name },
        { heading: 'Organisation', cell: ({ organisation_name }) => organisation_name },
        {
          heading: 'State',
          cell: ({ is_open }) =>
            is_open
              ? pill({ tone: 'success', icon: 'tick', words: 'Open' })
              : pill({ tone: 'neutral', icon: 'stop', words: 'To look at only' }),
        },
      ],
    })}</section></div>`,
  });
}
