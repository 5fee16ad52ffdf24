import { card, form, html, select, submit, table, textArea, textField } from '@vitrine/web';
import { isDuplicate } from '../../database/database.ts';
import { httpFaults } from '../../http/faults.ts';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { recordDecision } from '../../people/record-audit.ts';
import { isRoleName, ROLES, rolesIn } from '../../people/roles.ts';
import { nameFault, projectNumberFault, slugFault, slugOf } from '../../people/validate.ts';
import {
  listOrganisations,
  listProjects,
  listWorkspaces,
  membersOf,
} from '../../queries/places.ts';
import { addresses } from '../addresses.ts';
import { ownForm } from '../change-jobs.ts';
import { sendTo } from '../frame.ts';
import { projectOf, workspaceTable } from '../places.ts';
import { respondStaff } from './frame.ts';

interface Wrong {
  readonly name?: string | undefined;
  readonly slug?: string | undefined;
  readonly number?: string | undefined;
}

const noFaults = (faults: Wrong): boolean =>
  Object.values(faults).every((fault) => fault === undefined);

export async function staffOrganisationsPage(
  call: Call,
  draft = { name: '', slug: '', description: '' },
  errors: Wrong = {},
): Promise<Response> {
  const rows = await listOrganisations(call.site.db);
  return await respondStaff(call, {
    title: 'Organisations',
    status: noFaults(errors) ? 200 : 422,
    main: html`${card({
      id: 'organisations',
      title: 'Organisations',
      flush: true,
      body: table({
        caption: 'Organisations',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ slug, name }) => html`<a href="${addresses.organisation(slug)}">${name}</a>`,
          },
          { heading: 'In addresses', cell: ({ slug }) => html`<code>${slug}</code>` },
          { heading: 'Projects', align: 'end', cell: ({ projects }) => projects },
        ],
        rows,
        empty: 'There are no organisations yet.',
      }),
    })}
    ${card({
      id: 'new',
      title: 'Add an organisation',
      body: form({
        action: '/staff/organisations',
        csrf: call.csrf,
        body: html`${textField({ name: 'name', label: 'Name', required: true, maxLength: 200, value: draft.name, error: errors.name })}
        ${textField({ name: 'slug', label: 'Name in addresses', maxLength: 64, value: draft.slug, error: errors.slug, hint: 'Made from the name where it is left empty.' })}
        ${textArea({ name: 'description', label: 'Description', maxLength: 2000, value: draft.description })}${submit('Add organisation')}`,
      }),
    })}`,
  });
}

export async function createOrganisation(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const name = fields.text('name');
  const draft = {
    name,
    slug: fields.text('slug') || slugOf(name),
    description: fields.text('description').slice(0, 2000),
  };
  const errors = {
    name: nameFault(name, 'organisation') ?? undefined,
    slug: slugFault(draft.slug) ?? undefined,
  };
  if (!noFaults(errors)) return await staffOrganisationsPage(call, draft, errors);
  try {
    await site.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('organisation')
        .values({ ...draft, created_at: now })
        .execute();
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: 'organisation-created',
        target: ['organisation', draft.slug],
        details: { name },
      });
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffOrganisationsPage(call, draft, {
      name: 'Another organisation has this name.',
    });
  }
  return sendTo(call, '/staff/organisations', 'saved');
}

export async function staffProjectsPage(
  call: Call,
  draft = { name: '', slug: '', number: '', organisation: '' },
  errors: Wrong = {},
): Promise<Response> {
  const { db } = call.site;
  const [rows, organisations] = await Promise.all([listProjects(db, null), listOrganisations(db)]);
  return await respondStaff(call, {
    title: 'Projects',
    status: noFaults(errors) ? 200 : 422,
    main: html`${card({
      id: 'projects',
      title: 'Projects',
      flush: true,
      body: table({
        caption: 'Projects',
        columns: [
          {
            heading: 'Project',
            names: true,
            cell: ({ slug, name }) => html`<a href="/staff/projects/${slug}">${name}</a>`,
          },
          { heading: 'Number', cell: ({ number }) => number ?? '–' },
          { heading: 'Organisation', cell: ({ organisation }) => organisation },
          { heading: 'Status', cell: ({ status }) => status.replaceAll('-', ' ') },
          { heading: 'Members', align: 'end', cell: ({ members }) => members },
        ],
        rows,
        empty: 'There are no projects yet.',
      }),
    })}
    ${
      may(call.person, 'project_create')
        ? card({
            id: 'new',
            title: 'Add a project',
            body: form({
              action: '/staff/projects',
              csrf: call.csrf,
              body: html`${textField({ name: 'name', label: 'Project title', required: true, maxLength: 200, value: draft.name, error: errors.name })}
              ${textField({ name: 'slug', label: 'Name in addresses', maxLength: 64, value: draft.slug, error: errors.slug, hint: 'Made from the title where it is left empty.' })}
              ${textField({ name: 'number', label: 'Project ID', maxLength: 20, value: draft.number, error: errors.number })}
              ${select({ name: 'organisation', label: 'Lead organisation', plain: true, value: draft.organisation, options: organisations.map(({ id, name }) => ({ value: String(id), label: name })) })}${submit('Add project')}`,
            }),
          })
        : null
    }`,
  });
}

export async function createProject(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const name = fields.text('name');
  const draft = {
    name,
    slug: fields.text('slug') || slugOf(name),
    number: fields.text('number'),
    organisation: fields.text('organisation'),
  };
  const organisationId = /^\d{1,9}$/.test(draft.organisation) ? Number(draft.organisation) : 0;
  const organisation = await site.db
    .selectFrom('organisation')
    .select('id')
    .where('id', '=', organisationId)
    .executeTakeFirst();
  const errors = {
    name:
      organisation === undefined
        ? 'Choose a lead organisation.'
        : (nameFault(name, 'project') ?? undefined),
    slug: slugFault(draft.slug) ?? undefined,
    number: projectNumberFault(draft.number) ?? undefined,
  };
  if (!noFaults(errors)) return await staffProjectsPage(call, draft, errors);
  try {
    await site.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('project')
        .values({
          name,
          slug: draft.slug,
          number: draft.number || null,
          lead_organisation_id: organisationId,
          created_at: now,
        })
        .execute();
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: 'project-created',
        target: ['project', draft.slug],
        details: { name, number: draft.number || null },
      });
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffProjectsPage(call, draft, {
      slug: 'Another project has this name in addresses, or this ID.',
    });
  }
  return sendTo(call, `/staff/projects/${draft.slug}`, 'saved');
}

export async function staffProjectPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const project = await projectOf(call);
  const [members, workspaces] = await Promise.all([
    membersOf(db, project.id),
    listWorkspaces(db, [project.id]),
  ]);
  const mayChange = may(call.person, 'project_roles_manage', { projectId: project.id });
  const address = `/staff/projects/${project.slug}`;
  return await respondStaff(call, {
    title: project.name,
    lead: html`<a href="${addresses.project(project.slug)}">Public page of the project</a>`,
    main: html`${card({
      id: 'members',
      title: 'Members',
      flush: true,
      body: table({
        caption: 'Members and their roles',
        columns: [
          {
            heading: 'Person',
            names: true,
            cell: ({ name, username }) => html`<a href="${addresses.person(username)}">${name}</a>`,
          },
          { heading: 'Role', cell: ({ role }) => (isRoleName(role) ? ROLES[role].label : role) },
          {
            heading: 'Take away',
            hideHeading: true,
            cell: ({ membership_id }) =>
              mayChange
                ? form({
                    action: `${address}/members/${membership_id}/remove`,
                    csrf: call.csrf,
                    className: 'inline',
                    body: submit('Take away', 'danger'),
                  })
                : null,
          },
        ],
        rows: members,
        empty: 'Nobody has a role on this project.',
      }),
    })}
    ${
      mayChange
        ? card({
            id: 'add',
            title: 'Give a role on the project',
            body: form({
              action: `${address}/members`,
              csrf: call.csrf,
              body: html`${textField({ name: 'username', label: 'User name', required: true, maxLength: 100 })}
              ${select({ name: 'role', label: 'Role', plain: true, options: rolesIn('project').map((role) => ({ value: role, label: ROLES[role].label })) })}${submit('Give role')}`,
            }),
          })
        : null
    }
    ${card({ id: 'workspaces', title: 'Workspaces', flush: true, body: workspaceTable(workspaces) })}`,
  });
}

export async function addMember(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const role = fields.text('role');
  const username = fields.text('username');
  if (!isRoleName(role) || !ROLES[role].scopes.includes('project')) {
    throw httpFaults.error('thing-unknown', { what: 'role', name: role });
  }
  const member = await site.db
    .selectFrom('person')
    .select('id')
    .where('username', '=', username)
    .executeTakeFirst();
  if (member === undefined)
    throw httpFaults.error('thing-unknown', { what: 'person', name: username });
  try {
    await site.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('membership')
        .values({
          person_id: member.id,
          role,
          scope: 'project',
          project_id: project.id,
          created_by: person?.id ?? null,
          created_at: now,
        })
        .execute();
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: 'role-given',
        target: ['project', project.slug],
        details: { role, person: username },
      });
    });
  } catch (error) {
    // Given before: as wished.
    if (!isDuplicate(error)) throw error;
  }
  return sendTo(call, `/staff/projects/${project.slug}`, 'saved');
}

export async function removeMember(call: Call): Promise<Response> {
  const { site, now, person } = call;
  await ownForm(call);
  const project = await projectOf(call);
  const name = call.http.req.param('membership') ?? '';
  const id = /^\d{1,9}$/.test(name) ? Number(name) : 0;
  await site.db.transaction().execute(async (tx) => {
    const gone = await tx
      .deleteFrom('membership')
      .where('id', '=', id)
      .where('project_id', '=', project.id)
      .returning(['role', 'person_id'])
      .executeTakeFirst();
    if (gone === undefined) throw httpFaults.error('thing-unknown', { what: 'role', name });
    const { username } = await tx
      .selectFrom('person')
      .select('username')
      .where('id', '=', gone.person_id)
      .executeTakeFirstOrThrow();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'role-taken',
      target: ['project', project.slug],
      details: { role: gone.role, person: username },
    });
  });
  return sendTo(call, `/staff/projects/${project.slug}`, 'saved');
}

export async function staffWorkspacesPage(call: Call): Promise<Response> {
  const rows = await listWorkspaces(call.site.db, null);
  return await respondStaff(call, {
    title: 'Workspaces',
    main: card({
      id: 'workspaces',
      title: 'Workspaces',
      flush: true,
      body: workspaceTable(rows, true),
    }),
  });
}
