import { httpFaults } from '@vitrine/platform';
import {
  alert,
  breakable,
  buttonForm,
  card,
  type Html,
  heading,
  html,
  icon,
  instant,
  keyValues,
  pill,
  repositoryLinks,
  repositoryName,
  shortInstant,
  table,
} from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { may, mayAnywhere } from '../people/actor.ts';
import { listPublications } from '../queries/publications.ts';
import { listRequests } from '../queries/request-list.ts';
import {
  findWorkspace,
  type NewestJob,
  newestJobs,
  type WorkspaceDetail,
} from '../queries/workspace-page.ts';
import { addresses } from './addresses.ts';
import { type Asset, assetsOf } from './asset-view.ts';
import { readQuery, searchForm } from './event-log.ts';
import { respond } from './frame.ts';
import { outputReview } from './output-review.ts';
import { PUBLICATIONS_BESIDE, workspaceOutputs } from './outputs/links.ts';
import { readDefinition } from './project-definition.ts';
import { requestPages, requestTable } from './request-table.ts';
import { jobPill } from './words.ts';

export async function workspaceOf(call: Call): Promise<WorkspaceDetail> {
  const name = call.http.req.param('workspace') ?? '';
  const workspace = await findWorkspace(call.site.db, name);
  if (workspace === null) throw httpFaults.error('thing-unknown', { what: 'workspace', name });
  return workspace;
}

/** A workspace: every action with its newest state, and whether it is out of date and why. */
export async function workspacePage(call: Call): Promise<Response> {
  const { site } = call;
  const workspace = await workspaceOf(call);
  const [jobs, recent, published] = await Promise.all([
    newestJobs(site.db, workspace.id),
    listRequests(site.db, { workspaceId: workspace.id }, { size: 5 }),
    listPublications(site.db, {
      workspaceId: workspace.id,
      states: ['public'],
      limit: PUBLICATIONS_BESIDE,
    }),
  ]);
  const scope = { projectId: workspace.project_id, organisationId: workspace.organisation_id };
  const review = await outputReview(call, workspace.id, scope);
  const disabled = runDisabled(call, workspace);
  const backends = [...new Map(jobs.map((job) => [job.backend_id, job])).values()];
  return await respond(call, {
    title: `Workspace: ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace),
    main: html`${heading({
      title: `Workspace: ${workspace.name}`,
      facts: html`
        <li>${icon('building')}<span>Organisation: <a href="${addresses.organisation(workspace.organisation_slug)}">${workspace.organisation}</a></span></li>
        <li>${icon('folder')}<span>Project: <a href="${addresses.project(workspace.project_slug)}">${workspace.project}</a></span></li>`,
      lead: 'A branch of code, and one area inside each secure environment that holds what it made. Below is every action with its newest state.',
      actions: html`${
        disabled === null
          ? html`<a class="button primary" href="${addresses.runJobs(workspace.name)}">Run jobs</a>`
          : null
      }<a class="button" href="${addresses.workspaceLog(workspace.name)}">View logs</a>`,
    })}
    <div class="stack">
    <div class="columns">
      <div class="stack">
        ${workspace.is_archived ? alert({ tone: 'neutral', title: 'Archived workspace', body: 'No jobs can be run in it any more. Its log stays.' }) : null}
        ${
          backends.length === 0
            ? card({
                id: 'actions',
                title: 'Actions',
                flush: true,
                body: html`<p class="empty">Nothing has been run in this workspace yet.</p>`,
              })
            : backends.map((backend) =>
                assetCard(
                  workspace,
                  backend,
                  jobs.filter(({ backend_id }) => backend_id === backend.backend_id),
                ),
              )
        }
      </div>
      <div class="stack">
        ${card({ id: 'purpose', title: 'Workspace purpose', body: html`<p>${workspace.purpose || 'No purpose has been written down.'}</p>` })}
        ${workspaceOutputs(workspace.name, published, may(call.person, 'release_file_view', scope))}
        ${card({
          id: 'information',
          title: 'Workspace information',
          body: keyValues([
            ['Repository', repositoryOf(workspace)],
            ['Branch', html`<code>${workspace.branch}</code>`],
            ['Created', instant(workspace.created_at)],
            ['Created by', workspace.created_by],
            ['Running jobs', disabled === null ? 'You may run jobs here.' : disabled],
            ...(review === null ? [] : [['Output review', review] as const]),
          ]),
        })}
        ${adminCard(call, workspace, scope)}
      </div>
    </div>
        ${card({
          id: 'latest',
          title: 'Latest job requests',
          flush: true,
          body: requestTable(recent, ['workspace', 'project']),
          footer: html`<a href="${addresses.workspaceLog(workspace.name)}">All job requests of this workspace</a>`,
        })}
    </div>`,
  });
}

/** Why the one who looks cannot run jobs here; null where they can. */
function runDisabled({ person }: Call, workspace: WorkspaceDetail): string | null {
  const scope = { projectId: workspace.project_id, organisationId: workspace.organisation_id };
  if (workspace.is_archived) return 'The workspace is archived.';
  if (person === null) return 'Sign in to run jobs.';
  if (!may(person, 'job_run', scope)) return 'You need a role on the project that may run jobs.';
  if (!mayAnywhere(person, 'backend_use')) return 'You need a role on a backend.';
  return null;
}

function assetCard(
  workspace: WorkspaceDetail,
  { backend, backend_slug }: NewestJob,
  jobs: readonly NewestJob[],
): Html {
  const { pipeline } = readDefinition(workspace.project_definition ?? '');
  const assets =
    pipeline === null
      ? jobs.map((job): Asset => ({ action: job.action, job, stale: [] }))
      : assetsOf(pipeline, jobs);
  return card({
    id: `actions-${backend_slug}`,
    title: `Actions on ${backend}`,
    subtitle:
      workspace.latest_number === null
        ? undefined
        : html`As the project.yaml of <a href="${addresses.request(workspace.latest_number)}">job request ${workspace.latest_number}</a> has them`,
    flush: true,
    body: table({
      caption: `Actions of the workspace on ${backend}, with their newest jobs`,
      columns: [
        {
          heading: 'Action',
          names: true,
          cell: ({ action, job }) =>
            job
              ? html`<a href="${addresses.job(job.identifier)}">${breakable(action)}</a>`
              : breakable(action),
        },
        {
          heading: 'State',
          cell: ({ job, stale }) =>
            html`${job ? jobPill(job.state, job.status_code) : html`<span class="quiet">Never run</span>`} ${
              stale.length > 0
                ? html`${pill({ tone: 'warning', icon: 'warning', words: 'Out of date' })}<span class="why">${stale.join(' ')}</span>`
                : null
            }`,
        },
        {
          heading: 'Job request',
          cell: ({ job }) =>
            job ? html`<a href="${addresses.request(job.number)}">${job.number}</a>` : '–',
        },
        {
          heading: 'Code',
          cell: ({ job }) => (job ? html`<code>${job.commit.slice(0, 7)}</code>` : '–'),
        },
        { heading: 'Finished (UTC)', cell: ({ job }) => shortInstant(job?.finished_at) },
      ],
      rows: assets,
      empty: 'The project.yaml has no actions.',
    }),
  });
}

function repositoryOf({ repository }: WorkspaceDetail): Html {
  const links = repositoryLinks(repository);
  const name = repositoryName(repository);
  return links ? html`<a href="${links.home}">${name}</a>` : html`<code>${name}</code>`;
}

function adminCard(
  call: Call,
  workspace: WorkspaceDetail,
  scope: { projectId: number; organisationId: number },
): Html | null {
  const { person, csrf } = call;
  const address = addresses.workspace(workspace.name);
  const buttons = [
    may(person, 'workspace_create', scope)
      ? html`<a class="button" href="${address}/edit">Edit workspace</a>`
      : null,
    may(person, 'workspace_archive', scope)
      ? buttonForm(
          `${address}/archive`,
          csrf,
          workspace.is_archived ? 'Unarchive workspace' : 'Archive workspace',
        )
      : null,
    may(person, 'workspace_toggle_notifications', scope)
      ? buttonForm(
          `${address}/notifications`,
          csrf,
          workspace.should_notify ? 'Disable notifications' : 'Enable notifications',
        )
      : null,
  ].filter((button) => button !== null);
  return buttons.length === 0
    ? null
    : card({
        id: 'admin',
        title: 'Workspace admin',
        body: html`<div class="buttons">${buttons}</div>`,
      });
}

export function workspaceTrail(
  workspace: WorkspaceDetail,
  ...rest: readonly { readonly label: string; readonly href: string }[]
): readonly { readonly label: string; readonly href: string }[] {
  return [
    { label: workspace.organisation, href: addresses.organisation(workspace.organisation_slug) },
    { label: workspace.project, href: addresses.project(workspace.project_slug) },
    { label: workspace.name, href: addresses.workspace(workspace.name) },
    ...rest,
  ];
}

/** All job requests of a workspace, with search and filters. */
export async function workspaceLogPage(call: Call): Promise<Response> {
  const { site } = call;
  const workspace = await workspaceOf(call);
  const { filter, page, query } = readQuery(call);
  const path = addresses.workspaceLog(workspace.name);
  const [backends, found] = await Promise.all([
    site.db.selectFrom('backend').select(['slug', 'name']).orderBy('name').execute(),
    listRequests(site.db, { ...filter, workspaceId: workspace.id }, page),
  ]);
  return await respond(call, {
    title: `Log of ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace, { label: 'Log', href: path }),
    main: html`${heading({ title: `Log of ${workspace.name}`, lead: 'Every job request of this workspace.' })}
    <div class="stack">${searchForm(path, query, backends)}
    <div>${card({ id: 'requests', title: 'Job requests', flush: true, body: requestTable(found, ['workspace', 'project']) })}
    ${requestPages(path, query, found)}</div></div>`,
  });
}
