/** What has been released of a workspace: the newest version of every file, and the releases. */
import {
  card,
  formatSize,
  type Html,
  heading,
  html,
  icon,
  select,
  shortInstant,
  submit,
  textField,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import {
  listOutputs,
  OUTPUT_SORTS,
  type Output,
  type OutputSort,
} from '../../queries/released-files.ts';
import { listReleases, type ReleaseDetail } from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';
import { containing, searchOf } from '../carry-out.ts';
import { respond } from '../frame.ts';
import { workspaceOf, workspaceTrail } from '../workspace.ts';
import { FILES_SHOWN, fileTable, partLinks, readPart, releasedColumn } from './file-table.ts';

/** Releases that the page of outputs lists beside the files. */
const RELEASES_BESIDE = 8;

/** The released files of a workspace, for who may see what is not public. */
export async function outputsPage(call: Call): Promise<Response> {
  const { site, person, http } = call;
  const workspace = await workspaceOf(call);
  const search = searchOf(call);
  const sort = sortOf(http.req.query('sort'));
  const part = readPart(call);
  const [files, releases] = await Promise.all([
    listOutputs(site.db, workspace.id, {
      pattern: search === '' ? undefined : containing(search),
      sort,
      withTakenBack: true,
      limit: FILES_SHOWN,
      offset: (part - 1) * FILES_SHOWN,
    }),
    listReleases(site.db, workspace.id, { limit: RELEASES_BESIDE + 1 }),
  ]);
  const address = addresses.outputs(workspace.name);
  const scope = { projectId: workspace.project_id, organisationId: workspace.organisation_id };
  return await respond(call, {
    title: `Released outputs of ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace, { label: 'Released outputs', href: address }),
    main: html`${heading({
      title: 'Released outputs',
      facts: html`<li>${icon('folder')}<span>Workspace: <a href="${addresses.workspace(workspace.name)}">${workspace.name}</a></span></li>`,
      lead: 'The newest version of every file that two output checkers have let out of the secure environment. Only people with a role on the project see these files before they are published: keep them to yourself until then.',
      actions: html`${may(person, 'snapshot_create', scope) && files.length > 0 ? html`<a class="button primary" href="${addresses.publications(workspace.name)}/new">Prepare a publication</a>` : null}<a class="button" href="${addresses.publications(workspace.name)}">Publications</a>`,
    })}
    <div class="stack">${searchForm(address, search, sort)}<div>
    ${card({
      id: 'files',
      title: 'Files',
      subtitle: countWords(files, part),
      flush: true,
      body: fileTable({
        caption: 'Released files, the newest version of each',
        files,
        nameOf: ({ path }) => path,
        addressOf: ({ release, path }) => addresses.releaseFile(release, path),
        more: [releasedColumn, { heading: 'Versions', align: 'end', cell: versionsCell }],
        empty:
          search === ''
            ? 'Nothing has been released from this workspace yet.'
            : 'No released file has such a name.',
      }),
    })}${partLinks(call, address, part, (files[0]?.total ?? 0) > part * FILES_SHOWN)}</div>
    ${releasesBeside(workspace.name, releases)}</div>`,
  });
}

function sortOf(text: string | undefined): OutputSort {
  return text !== undefined && Object.hasOwn(OUTPUT_SORTS, text) ? (text as OutputSort) : 'path';
}

function searchForm(action: string, search: string, sort: OutputSort): Html {
  return html`<form class="card filters" method="get" action="${action}" role="search" aria-label="Files">
    ${textField({ name: 'q', label: 'Find a file', type: 'search', value: search, plain: true })}
    ${select({
      name: 'sort',
      label: 'Sort by',
      value: sort,
      plain: true,
      options: Object.entries(OUTPUT_SORTS).map(([value, label]) => ({ value, label })),
    })}
    ${submit('Show')}</form>`;
}

function countWords(files: readonly Output[], part: number): string | undefined {
  const [first] = files;
  if (first === undefined) return undefined;
  const { total, total_size } = first;
  const all = `${total.toLocaleString('en-GB')} ${total === 1 ? 'file' : 'files'}, ${formatSize(total_size)} together`;
  const from = (part - 1) * FILES_SHOWN + 1;
  return total > files.length ? `${all}; ${from} to ${from + files.length - 1} are shown` : all;
}

function versionsCell({ release, path, versions }: Output): Html {
  return versions === 1
    ? html`1`
    : html`<a href="${addresses.releaseFile(release, path)}#versions">${versions}<span class="visually-hidden"> versions of ${path}</span></a>`;
}

function releasesBeside(workspace: string, releases: readonly ReleaseDetail[]): Html {
  return card({
    id: 'releases',
    title: 'Releases',
    body:
      releases.length === 0
        ? html`<p class="empty">There are none yet.</p>`
        : html`<ul class="plain-list entries">${releases
            .slice(0, RELEASES_BESIDE)
            .map(
              ({ identifier, released_at, files, author }) =>
                html`<li><a href="${addresses.release(identifier)}">${shortInstant(released_at)}</a><span class="why">${files} ${files === 1 ? 'file' : 'files'}, asked for by ${author}</span></li>`,
            )}</ul>`,
    ...(releases.length > RELEASES_BESIDE
      ? { footer: html`<a href="${addresses.releases(workspace)}">All releases</a>` }
      : {}),
  });
}
