/** Organisations and projects. */
import { httpFaults } from '@vitrine/platform';
import {
  breakable,
  card,
  type Html,
  heading,
  html,
  icon,
  instant,
  keyValues,
  pill,
  repositoryName,
  shortInstant,
  table,
  timeline,
} from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { may } from '../people/actor.ts';
import { isRoleName, ROLES } from '../people/roles.ts';
import {
  findOrganisation,
  findProject,
  type ListedWorkspace,
  listOrganisations,
  listProjects,
  listWorkspaces,
  membersOf,
  type ProjectDetail,
} from '../queries/places.ts';
import { listPublications } from '../queries/publications.ts';
import { listRequests } from '../queries/request-list.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';
import { PUBLICATIONS_BESIDE, projectOutputs } from './outputs/links.ts';
import { requestLog } from './request-logs.ts';
import { requestTable } from './request-table.ts';

export async function organisationsPage(call: Call): Promise<Response> {
  const rows = await listOrganisations(call.site.db);
  return await respond(call, {
    title: 'Organisations',
    main: html`${heading({ title: 'Organisations', lead: 'Who leads the projects whose code is run here.' })}
    ${card({
      id: 'organisations',
      title: 'All organisations',
      flush: true,
      body: table({
        caption: 'Organisations',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ slug, name }) => html`<a href="${addresses.organisation(slug)}">${name}</a>`,
          },
          { heading: 'About', cell: ({ description }) => description },
          { heading: 'Projects', align: 'end', cell: ({ projects }) => projects },
        ],
        rows,
        empty: 'There are no organisations yet.',
      }),
    })}`,
  });
}

async function organisationOf(
  call: Call,
): Promise<NonNullable<Awaited<ReturnType<typeof findOrganisation>>>> {
  const name = call.http.req.param('organisation') ?? '';
  const organisation = await findOrganisation(call.site.db, name);
  if (organisation === null)
    throw httpFaults.error('thing-unknown', { what: 'organisation', name });
  return organisation;
}

export async function organisationPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const organisation = await organisationOf(call);
  const [projects, recent] = await Promise.all([
    listProjects(db, organisation.id),
    listRequests(db, { organisationId: organisation.id }, { size: 5 }),
  ]);
  const address = addresses.organisation(organisation.slug);
  return await respond(call, {
    title: organisation.name,
    breadcrumbs: [
      { label: 'Organisations', href: addresses.organisations },
      { label: organisation.name, href: address },
    ],
    main: html`${heading({
      title: organisation.name,
      lead: organisation.description || undefined,
      actions: html`<a class="button" href="${address}/logs">View logs</a>`,
    })}
    <div class="stack">${card({
      id: 'projects',
      title: 'Projects',
      flush: true,
      body: table({
        caption: 'Projects of the organisation',
        columns: [
          {
            heading: 'Project',
            names: true,
            cell: ({ slug, name }) => html`<a href="${addresses.project(slug)}">${name}</a>`,
          },
          { heading: 'Number', cell: ({ number }) => number ?? '–' },
          { heading: 'Workspaces', align: 'end', cell: ({ workspaces }) => workspaces },
          { heading: 'Members', align: 'end', cell: ({ members }) => members },
        ],
        rows: projects,
        empty: 'The organisation leads no projects.',
      }),
    })}
    ${card({ id: 'latest', title: 'Latest job requests', flush: true, body: requestTable(recent) })}</div>`,
  });
}

export async function organisationLogPage(call: Call): Promise<Response> {
  const { id, slug, name } = await organisationOf(call);
  return await requestLog(call, {
    title: `Log of ${name}`,
    path: `${addresses.organisation(slug)}/logs`,
    breadcrumbs: [{ label: name, href: addresses.organisation(slug) }],
    filter: { organisationId: id },
  });
}

export async function projectOf(call: Call): Promise<ProjectDetail> {
  const name = call.http.req.param('project') ?? '';
  const project = await findProject(call.site.db, name);
  if (project === null) throw httpFaults.error('thing-unknown', { what: 'project', name });
  return project;
}

export async function projectPage(call: Call): Promise<Response> {
  const { site, person } = call;
  const project = await projectOf(call);
  const [workspaces, members, published, recent] = await Promise.all([
    listWorkspaces(site.db, [project.id]),
    membersOf(site.db, project.id),
    listPublications(site.db, {
      projectId: project.id,
      states: ['public'],
      limit: PUBLICATIONS_BESIDE,
    }),
    listRequests(site.db, { projectId: project.id }, { size: 5 }),
  ]);
  const scope = { projectId: project.id, organisationId: project.organisation_id };
  const seesRoles = may(person, 'roles_view', scope);
  const people = new Map<string, { readonly name: string; readonly roles: string[] }>();
  for (const { username, name, role } of members) {
    const known = people.get(username) ?? { name, roles: [] };
    known.roles.push(isRoleName(role) ? ROLES[role].label : role);
    people.set(username, known);
  }
  const address = addresses.project(project.slug);
  return await respond(call, {
    title: project.name,
    breadcrumbs: [
      { label: project.organisation, href: addresses.organisation(project.organisation_slug) },
      { label: project.name, href: address },
    ],
    main: html`${heading({
      title: project.name,
      facts: html`${project.number === null ? null : html`<li>${icon('tag')}<span>Project ${project.number}</span></li>`}
        <li>${icon('building')}<span>Organisation: <a href="${addresses.organisation(project.organisation_slug)}">${project.organisation}</a></span></li>`,
      lead: 'Every time that code of this project is run on health records, it is written down here for everybody.',
      actions: html`${may(person, 'workspace_create', scope) ? html`<a class="button primary" href="${address}/new-workspace">Create a new workspace</a>` : null}
        <a class="button" href="${address}/logs">View logs</a>
        ${may(person, 'project_manage', scope) ? html`<a class="button" href="${address}/edit">Edit project</a>` : null}
        ${may(person, 'project_roles_manage') && may(person, 'staff_area_access') ? html`<a class="button" href="/staff/projects/${project.slug}">View in staff area</a>` : null}`,
    })}
    <div class="stack"><div class="columns"><div class="stack">
      ${card({ id: 'workspaces', title: 'Workspaces', flush: true, body: workspaceTable(workspaces) })}
    </div><div class="stack">
      ${card({
        id: 'timeline',
        title: 'Project timeline',
        body: timeline([
          ['Created', instant(project.created_at)],
          ['Code first run', project.first_run_at && instant(project.first_run_at)],
        ]),
      })}
      ${projectOutputs(published)}
      ${card({
        id: 'researchers',
        title: 'Researchers',
        flush: people.size === 0,
        body:
          people.size === 0
            ? html`<p class="empty">Nobody has a role on this project.</p>`
            : keyValues(
                [...people].map(
                  ([username, { name, roles }]) =>
                    [
                      seesRoles ? roles.join(', ') : 'Researcher',
                      html`<a href="${addresses.person(username)}">${name}</a>`,
                    ] as const,
                ),
              ),
      })}
    </div></div>
    ${card({ id: 'latest', title: 'Latest job requests', flush: true, body: requestTable(recent, ['project']) })}</div>`,
  });
}

export async function projectLogPage(call: Call): Promise<Response> {
  const { id, slug, name } = await projectOf(call);
  return await requestLog(call, {
    title: `Log of ${name}`,
    path: `${addresses.project(slug)}/logs`,
    breadcrumbs: [{ label: name, href: addresses.project(slug) }],
    filter: { projectId: id },
  });
}

export function archivePill(isArchived: boolean): Html {
  return isArchived
    ? pill({ tone: 'neutral', icon: 'case', words: 'Archived' })
    : pill({ tone: 'success', icon: 'tick', words: 'Active' });
}

export function workspaceTable(
  rows: readonly ListedWorkspace[],
  withProject = false,
  addressOf: (name: string) => string = addresses.workspace,
): Html {
  return table({
    caption: 'Workspaces',
    columns: [
      {
        heading: 'Workspace',
        names: true,
        cell: ({ name, purpose }: ListedWorkspace) =>
          html`<a href="${addressOf(name)}">${breakable(name)}</a>${purpose ? html`<span class="why">${purpose}</span>` : null}`,
      },
      ...(withProject
        ? [
            {
              heading: 'Project',
              cell: ({ project, project_slug }: ListedWorkspace) =>
                html`<a href="${addresses.project(project_slug)}">${project}</a>`,
            },
          ]
        : []),
      {
        heading: 'Code',
        cell: ({ repository, branch }: ListedWorkspace) =>
          html`${repositoryName(repository)} <code>${branch}</code>`,
      },
      {
        heading: 'State',
        cell: ({ is_archived }: ListedWorkspace) => archivePill(is_archived),
      },
      { heading: 'Last run (UTC)', cell: ({ last_at }: ListedWorkspace) => shortInstant(last_at) },
    ],
    rows,
    empty: 'There are no workspaces yet.',
  });
}
