import { card, html, icon, table } from '@vitrine/web';
import { sql } from 'kysely';
import type { Call } from '../../http/route.ts';
import { PERMISSIONS, ROLE_NAMES, ROLES } from '../../people/roles.ts';
import { addresses } from '../addresses.ts';
import { containing, searchOf } from '../carry-out.ts';
import { respondStaff, searchBar } from './frame.ts';

interface Figures {
  readonly people: number;
  readonly without_roles: number;
  readonly projects: number;
  readonly workspaces: number;
  readonly pending: number;
  readonly running: number;
  readonly drafts: number;
  readonly published: number;
}

/** The first page of the staff area: one search over everything, what there is, and what each role permits. */
export async function staffPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const search = searchOf(call);
  const [{ rows }, found] = await Promise.all([
    sql<Figures>`
      select (select count(*) from person)::int as people,
        (select count(*) from person p where not exists (select from membership m where m.person_id = p.id))::int as without_roles,
        (select count(*) from project)::int as projects,
        (select count(*) from workspace where not is_archived)::int as workspaces,
        (select count(*) from job where state = 'pending')::int as pending,
        (select count(*) from job where state = 'running')::int as running,
        (select count(*) from publication where state = 'draft')::int as drafts,
        (select count(*) from publication where state = 'public')::int as published`.execute(db),
    search === '' ? null : findAnything(call, search),
  ]);
  const figures = rows[0];
  const figure = (label: string, value: number | undefined, href: string) =>
    html`<div><dt>${label}</dt><dd><a href="${href}">${value ?? 0}</a></dd></div>`;
  return await respondStaff(call, {
    title: 'Staff area',
    lead: 'Who may do what, and how the secure environments are run. Every change is written in the audit log.',
    main: html`${searchBar('Search people, organisations, projects, workspaces and backends', search)}
    ${found === null ? null : foundCard(found)}
    ${card({
      id: 'figures',
      title: 'What there is',
      body: html`<dl class="figures">${figure('People', figures?.people, '/staff/people')}${figure('Without any role', figures?.without_roles, '/staff/people?account=without-roles')}${figure('Projects', figures?.projects, '/staff/projects')}${figure('Active workspaces', figures?.workspaces, '/staff/workspaces')}${figure('Pending jobs', figures?.pending, addresses.status)}${figure('Running jobs', figures?.running, addresses.status)}${figure('Drafts of publications', figures?.drafts, addresses.allPublications)}${figure('Public publications', figures?.published, addresses.allPublications)}</dl>`,
      footer: html`Job requests are found in the <a href="${addresses.eventLog}">event log</a>.`,
    })}
    ${card({
      id: 'roles',
      title: 'Roles and what they permit',
      flush: true,
      body: table({
        caption: 'Roles',
        columns: [
          {
            heading: 'Role',
            names: true,
            cell: (name) =>
              html`${ROLES[name].label}<span class="why">${ROLES[name].description}</span>`,
          },
          {
            heading: 'Given',
            cell: (name) => ROLES[name].scopes.map((scope) => scopeWords[scope]).join(', '),
          },
          {
            heading: 'Permits',
            cell: (name) => ROLES[name].permissions.map((one) => PERMISSIONS[one]).join('; '),
          },
        ],
        rows: ROLE_NAMES,
        empty: '',
      }),
    })}`,
  });
}

const scopeWords = {
  global: 'everywhere',
  project: 'on a project',
  organisation: 'on an organisation',
  backend: 'on a backend',
} as const;

interface Found {
  readonly kind: 'person' | 'organisation' | 'project' | 'workspace' | 'backend';
  readonly key: string;
  readonly name: string;
}

const things = {
  person: { icon: 'tag', words: 'Person', address: '/staff/people/' },
  organisation: { icon: 'building', words: 'Organisation', address: '/staff/organisations/' },
  project: { icon: 'folder', words: 'Project', address: '/staff/projects/' },
  workspace: { icon: 'case', words: 'Workspace', address: '/staff/workspaces/' },
  backend: { icon: 'play', words: 'Backend', address: '/staff/backends/' },
} as const;

/** At most twenty of each kind. */
async function findAnything({ site }: Call, search: string): Promise<readonly Found[]> {
  const part = containing(search);
  const { rows } = await sql<Found>`
    (select 'person' as kind, username as key, name from person
      where name ilike ${part} or username ilike ${part} or email ilike ${part} order by lower(name) limit 20)
    union all
    (select 'organisation', slug, name from organisation where name ilike ${part} or slug ilike ${part} order by lower(name) limit 20)
    union all
    (select 'project', slug, name from project
      where name ilike ${part} or slug ilike ${part} or number ilike ${part} order by lower(name) limit 20)
    union all
    (select 'workspace', name, name from workspace where name ilike ${part} or repository ilike ${part} order by name limit 20)
    union all
    (select 'backend', slug, name from backend where name ilike ${part} or slug ilike ${part} order by name limit 20)`.execute(
    site.db,
  );
  return rows;
}

function foundCard(found: readonly Found[]) {
  return card({
    id: 'found',
    title: found.length === 0 ? 'Nothing found' : 'Found',
    flush: true,
    body: table({
      caption: 'What fits the search',
      columns: [
        {
          heading: 'Name',
          names: true,
          cell: ({ kind, key, name }) =>
            html`<a href="${things[kind].address}${encodeURIComponent(key)}">${name}</a>`,
        },
        {
          heading: 'What it is',
          cell: ({ kind }) =>
            html`<span class="with-icon">${icon(things[kind].icon)}${things[kind].words}</span>`,
        },
      ],
      rows: found,
      empty: 'Nobody and nothing has such a name.',
    }),
  });
}
