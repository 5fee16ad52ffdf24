import { card, heading, html, instant, table } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { listReleases, type ReleaseDetail } from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { workspaceOf, workspaceTrail } from '../workspace.ts';
import { partLinks, readPart } from './file-table.ts';

const RELEASES_SHOWN = 50;

/** The releases of a workspace. How many files they have is told to those who may see them (job-server §2.8). */
export async function releasesPage(call: Call): Promise<Response> {
  const workspace = await workspaceOf(call);
  const part = readPart(call);
  const found = await listReleases(call.site.db, workspace.id, {
    limit: RELEASES_SHOWN + 1,
    offset: (part - 1) * RELEASES_SHOWN,
  });
  const scope = { projectId: workspace.project_id, organisationId: workspace.organisation_id };
  const seesFiles = may(call.person, 'release_file_view', scope);
  const address = addresses.releases(workspace.name);
  return await respond(call, {
    title: `Releases of ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace, { label: 'Releases', href: address }),
    main: html`${heading({
      title: 'Releases',
      lead: 'Every time that files were let out of a secure environment, after two output checkers had approved each.',
      actions: html`${seesFiles ? html`<a class="button" href="${addresses.outputs(workspace.name)}">Newest version of each file</a>` : null}<a class="button" href="${addresses.publications(workspace.name)}">Publications</a>`,
    })}${card({
      id: 'releases',
      title: `Releases from ${workspace.name}`,
      flush: true,
      body: table<ReleaseDetail>({
        caption: 'Releases, newest first',
        columns: [
          {
            heading: 'Released',
            names: true,
            cell: ({ identifier, released_at }) =>
              html`<a href="${addresses.release(identifier)}">${instant(released_at)}</a>`,
          },
          { heading: 'Backend', cell: ({ backend }) => backend },
          {
            heading: 'Asked for by',
            cell: ({ author, author_username }) =>
              html`<a href="${addresses.person(author_username)}">${author}</a>`,
          },
          ...(seesFiles
            ? [
                {
                  heading: 'Files',
                  align: 'end' as const,
                  cell: ({ files }: ReleaseDetail) => files,
                },
              ]
            : []),
        ],
        rows: found.slice(0, RELEASES_SHOWN),
        empty: 'Nothing has been released from this workspace yet.',
      }),
    })}${partLinks(call, address, part, found.length > RELEASES_SHOWN)}`,
  });
}
