import {
  breakable,
  type Content,
  card,
  type Html,
  heading,
  html,
  type Pill,
  pill,
  shortInstant,
  table,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import type { PublicationState } from '../../publications/transitions.ts';
import { listPublications, type PublicationDetail } from '../../queries/publications.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { workspaceOf, workspaceTrail } from '../workspace.ts';
import { partLinks, readPart } from './file-table.ts';
import { maySeeDrafts, PUBLIC_STATES } from './publication-access.ts';

const PUBLICATIONS_SHOWN = 50;

const pills: Readonly<Record<PublicationState, Pill>> = {
  draft: { tone: 'info', icon: 'clock', words: 'Draft' },
  public: { tone: 'success', icon: 'tick', words: 'Public' },
  withdrawn: { tone: 'warning', icon: 'warning', words: 'Withdrawn' },
  discarded: { tone: 'neutral', icon: 'dash', words: 'Discarded' },
};

export function publicationPill(state: PublicationState): Html {
  return pill(pills[state]);
}

/** The publications of a workspace; drafts among them for members and publishers. */
export async function publicationsPage(call: Call): Promise<Response> {
  const { site, person } = call;
  const workspace = await workspaceOf(call);
  const scope = { projectId: workspace.project_id, organisationId: workspace.organisation_id };
  const part = readPart(call);
  const found = await listPublications(site.db, {
    workspaceId: workspace.id,
    states: maySeeDrafts(person, scope) ? [...PUBLIC_STATES, 'draft', 'discarded'] : PUBLIC_STATES,
    limit: PUBLICATIONS_SHOWN + 1,
    offset: (part - 1) * PUBLICATIONS_SHOWN,
  });
  const address = addresses.publications(workspace.name);
  const button = (href: string, label: string, kind = ''): Content =>
    html`<a class="button${kind}" href="${href}">${label}</a>`;
  return await respond(call, {
    title: `Publications of ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace, { label: 'Publications', href: address }),
    main: html`${heading({
      title: 'Publications',
      lead: 'Files that left the secure environment and that everybody may see, in sets that never change.',
      actions: html`${may(person, 'snapshot_create', scope) ? button(`${address}/new`, 'Prepare a publication', ' primary') : null}${may(person, 'release_file_view', scope) ? button(addresses.outputs(workspace.name), 'Released outputs') : null}`,
    })}${card({
      id: 'publications',
      title: `Publications of ${workspace.name}`,
      flush: true,
      body: publicationTable(found.slice(0, PUBLICATIONS_SHOWN), 'Nothing has been published yet.'),
    })}${partLinks(call, address, part, found.length > PUBLICATIONS_SHOWN)}`,
  });
}

/** Everything that was published; before it, for who publishes, what waits for them. */
export async function allPublicationsPage(call: Call): Promise<Response> {
  const { site, person } = call;
  const part = readPart(call);
  const publishes = may(person, 'snapshot_publish');
  const [drafts, found] = await Promise.all([
    publishes
      ? listPublications(site.db, { states: ['draft'], limit: PUBLICATIONS_SHOWN })
      : Promise.resolve([]),
    listPublications(site.db, {
      states: PUBLIC_STATES,
      limit: PUBLICATIONS_SHOWN + 1,
      offset: (part - 1) * PUBLICATIONS_SHOWN,
    }),
  ]);
  return await respond(call, {
    title: 'Publications',
    main: html`${heading({
      title: 'Publications',
      lead: 'What came of code that ran on health records: sets of files that two output checkers have let out, and that everybody may see.',
    })}<div class="stack">${
      publishes
        ? card({
            id: 'drafts',
            title: 'Drafts that wait for an output publisher',
            flush: true,
            body: publicationTable(drafts, 'No draft is waiting.', true),
          })
        : null
    }<div>${card({
      id: 'publications',
      title: 'Published',
      flush: true,
      body: publicationTable(
        found.slice(0, PUBLICATIONS_SHOWN),
        'Nothing has been published yet.',
        true,
      ),
    })}${partLinks(call, addresses.allPublications, part, found.length > PUBLICATIONS_SHOWN)}</div></div>`,
  });
}

function publicationTable(
  publications: readonly PublicationDetail[],
  empty: string,
  withWorkspace = false,
): Html {
  return table<PublicationDetail>({
    caption: 'Publications, newest first',
    columns: [
      {
        heading: 'Title',
        names: true,
        cell: ({ identifier, title }) =>
          html`<a href="${addresses.publication(identifier)}">${title}</a>`,
      },
      ...(withWorkspace
        ? [
            {
              heading: 'Workspace',
              cell: ({ workspace }: PublicationDetail) =>
                html`<a href="${addresses.workspace(workspace)}">${breakable(workspace)}</a>`,
            },
          ]
        : []),
      { heading: 'State', cell: ({ state }) => publicationPill(state) },
      {
        heading: 'Files',
        align: 'end',
        cell: ({ files, state }) => (state === 'withdrawn' ? '–' : files),
      },
      {
        heading: 'Published (UTC)',
        cell: ({ published_at }) => shortInstant(published_at),
      },
    ],
    rows: publications,
    empty,
  });
}
