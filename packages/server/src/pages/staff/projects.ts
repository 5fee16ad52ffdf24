import { isDuplicate, sendTo } from '@vitrine/platform';
import { card, html, table } from '@vitrine/web';
import { PROJECT_STATUSES, type ProjectStatus } from '../../database/schema.ts';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { projectNumberFault, slugFault, slugOf } from '../../people/validate.ts';
import {
  type ListedOrganisation,
  listOrganisations,
  listProjects,
  listWorkspaces,
  membersOf,
} from '../../queries/places.ts';
import { addresses } from '../addresses.ts';
import { carryOut, keyOf, searchOf } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import {
  type FormRules,
  readFields,
  ruledForm,
  type TextRule,
  type Values,
  type Wrong,
} from '../form-rules.ts';
import { projectOf, workspaceTable } from '../places.ts';
import { projectStatusLabel } from '../words.ts';
import { respondStaff, searchBar } from './frame.ts';
import { memberCards } from './members.ts';

const title: TextRule = { kind: 'text', label: 'Project title', required: true, maxLength: 200 };
const number: TextRule = {
  kind: 'text',
  label: 'Project ID',
  maxLength: 20,
  hint: 'Digits without a leading zero, or POS-20YY-NNNN.',
  check: projectNumberFault,
};
const lead = (organisations: readonly ListedOrganisation[]) =>
  ({
    kind: 'choice',
    label: 'Lead organisation',
    options: organisations.map(({ id, name }) => ({ value: String(id), label: name })),
  }) as const;

type Created = 'name' | 'slug' | 'number' | 'organisation';

const createdRules = (organisations: readonly ListedOrganisation[]): FormRules<Created> => ({
  name: title,
  slug: {
    kind: 'text',
    label: 'Name in addresses',
    maxLength: 64,
    hint: 'Made from the title where it is left empty. It cannot be changed later, so that links go on working.',
    check: slugFault,
  },
  number,
  organisation: lead(organisations),
});

type Edited = 'name' | 'number' | 'organisation' | 'status' | 'status_description';

const editedRules = (organisations: readonly ListedOrganisation[]): FormRules<Edited> => ({
  name: title,
  number,
  organisation: lead(organisations),
  status: {
    kind: 'choice',
    label: 'Status',
    options: PROJECT_STATUSES.map((value) => ({ value, label: projectStatusLabel(value) })),
  },
  status_description: { kind: 'area', label: 'About the status', maxLength: 5000 },
});

export async function staffProjectsPage(
  call: Call,
  values: Partial<Values<Created>> = {},
  wrong: Wrong<Created> | null = null,
): Promise<Response> {
  const { db } = call.site;
  const search = searchOf(call).toLowerCase();
  const [all, organisations] = await Promise.all([listProjects(db, null), listOrganisations(db)]);
  const rows = all.filter(({ name, slug, number: id, organisation }) =>
    [name, slug, id ?? '', organisation].some((text) => text.toLowerCase().includes(search)),
  );
  return await respondStaff(call, {
    title: 'Projects',
    status: wrong === null ? 200 : 422,
    main: html`${searchBar('Search by title, ID or organisation', search)}
    ${card({
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
          { heading: 'ID', cell: ({ number: id }) => id ?? '–' },
          { heading: 'Organisation', cell: ({ organisation }) => organisation },
          { heading: 'Status', cell: ({ status }) => projectStatusLabel(status) },
          { heading: 'Workspaces', align: 'end', cell: ({ workspaces }) => workspaces },
          { heading: 'Members', align: 'end', cell: ({ members }) => members },
        ],
        rows,
        empty: search === '' ? 'There are no projects yet.' : 'No project fits.',
      }),
    })}
    ${
      may(call.person, 'project_create')
        ? card({
            id: 'new',
            title: 'Add a project',
            body: ruledForm({
              action: '/staff/projects',
              csrf: call.csrf,
              rules: createdRules(organisations),
              values,
              wrong,
              submit: 'Add project',
            }),
          })
        : null
    }`,
  });
}

export async function createProject(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const { values, wrong } = readFields(fields, createdRules(await listOrganisations(call.site.db)));
  const slug = values.slug || slugOf(values.name);
  const fault =
    wrong ??
    (slugFault(slug) === null
      ? null
      : { slug: 'Give a name for addresses: none can be made from the title.' });
  if (fault !== null) return await staffProjectsPage(call, values, fault);
  const { name } = values;
  const id = values.number || null;
  try {
    await carryOut(
      call,
      { kind: 'project-created', target: ['project', slug], details: { name, number: id } },
      async (tx) =>
        await tx
          .insertInto('project')
          .values({
            name,
            slug,
            number: id,
            lead_organisation_id: keyOf(values.organisation),
            created_at: call.now,
          })
          .execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffProjectsPage(call, values, {
      slug: 'Another project has this name in addresses, or this ID.',
    });
  }
  return sendTo(call, `/staff/projects/${slug}`, 'saved');
}

export async function staffProjectPage(
  call: Call,
  values: Partial<Values<Edited>> | null = null,
  wrong: Wrong<Edited> | null = null,
  wrongMember: Wrong<'username' | 'role'> | null = null,
): Promise<Response> {
  const { db } = call.site;
  const project = await projectOf(call);
  const [members, workspaces, organisations] = await Promise.all([
    membersOf(db, project.id),
    listWorkspaces(db, [project.id]),
    listOrganisations(db),
  ]);
  return await respondStaff(call, {
    title: project.name,
    lead: html`<a href="${addresses.project(project.slug)}">Public page of the project</a>`,
    status: wrong === null && wrongMember === null ? 200 : 422,
    main: html`${memberCards(call, project, members, wrongMember)}
    ${card({
      id: 'workspaces',
      title: 'Workspaces',
      flush: true,
      body: workspaceTable(workspaces, false, (name) => `/staff/workspaces/${name}`),
    })}
    ${card({
      id: 'edit',
      title: 'Project',
      body: ruledForm({
        action: `/staff/projects/${project.slug}`,
        csrf: call.csrf,
        rules: editedRules(organisations),
        values: values ?? {
          ...project,
          number: project.number ?? '',
          organisation: String(project.organisation_id),
        },
        wrong,
        submit: 'Save',
      }),
    })}`,
  });
}

export async function staffEditProject(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const { values, wrong } = readFields(fields, editedRules(await listOrganisations(call.site.db)));
  if (wrong !== null) return await staffProjectPage(call, values, wrong);
  const { organisation, number: id, status, ...texts } = values;
  try {
    await carryOut(
      call,
      { kind: 'project-edited', target: ['project', project.slug], details: values },
      async (tx) =>
        await tx
          .updateTable('project')
          .set({
            ...texts,
            number: id || null,
            // The rules have let through nothing that is not in the list.
            status: status as ProjectStatus,
            lead_organisation_id: keyOf(organisation),
          })
          .where('id', '=', project.id)
          .execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffProjectPage(call, values, { number: 'Another project has this ID.' });
  }
  return sendTo(call, `/staff/projects/${project.slug}`, 'saved');
}
