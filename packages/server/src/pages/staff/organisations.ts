import { httpFaults, isDuplicate, sendTo } from '@vitrine/platform';
import { card, html, instant, keyValues, table } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { slugFault, slugOf } from '../../people/validate.ts';
import { findOrganisation, listOrganisations, listProjects } from '../../queries/places.ts';
import { addresses } from '../addresses.ts';
import { carryOut } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { respondStaff } from './frame.ts';

type Edited = 'name' | 'description';

const edited: FormRules<Edited> = {
  name: { kind: 'text', label: 'Name', required: true, maxLength: 200 },
  description: { kind: 'area', label: 'Description', maxLength: 2000 },
};

const created: FormRules<Edited | 'slug'> = {
  name: edited.name,
  slug: {
    kind: 'text',
    label: 'Name in addresses',
    maxLength: 64,
    hint: 'Made from the name where it is left empty. It cannot be changed later, so that links go on working.',
    check: slugFault,
  },
  description: edited.description,
};

const sameName = { name: 'Another organisation has this name.' };

export async function staffOrganisationsPage(
  call: Call,
  values: Partial<Values<keyof typeof created>> = {},
  wrong: Wrong<Edited | 'slug'> | null = null,
): Promise<Response> {
  const rows = await listOrganisations(call.site.db);
  return await respondStaff(call, {
    title: 'Organisations',
    status: wrong === null ? 200 : 422,
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
            cell: ({ slug, name }) => html`<a href="/staff/organisations/${slug}">${name}</a>`,
          },
          { heading: 'In addresses', cell: ({ slug }) => html`<code>${slug}</code>` },
          { heading: 'Description', cell: ({ description }) => description || '–' },
          { heading: 'Projects', align: 'end', cell: ({ projects }) => projects },
        ],
        rows,
        empty: 'There are no organisations yet.',
      }),
    })}
    ${card({
      id: 'new',
      title: 'Add an organisation',
      body: ruledForm({
        action: '/staff/organisations',
        csrf: call.csrf,
        rules: created,
        values,
        wrong,
        submit: 'Add organisation',
      }),
    })}`,
  });
}

export async function createOrganisation(call: Call): Promise<Response> {
  const { values, wrong } = readFields(await ownForm(call), created);
  const { name, description } = values;
  const slug = values.slug || slugOf(name);
  const fault =
    wrong ??
    (slugFault(slug) === null
      ? null
      : { slug: 'Give a name for addresses: none can be made from the name.' });
  if (fault !== null) return await staffOrganisationsPage(call, values, fault);
  try {
    await carryOut(
      call,
      { kind: 'organisation-created', target: ['organisation', slug], details: { name } },
      async (tx) =>
        await tx
          .insertInto('organisation')
          .values({ name, slug, description, created_at: call.now })
          .execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffOrganisationsPage(call, values, {
      name: 'Another organisation has this name, or this name in addresses.',
    });
  }
  return sendTo(call, `/staff/organisations/${slug}`, 'saved');
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

export async function staffOrganisationPage(
  call: Call,
  values: Partial<Values<Edited>> | null = null,
  wrong: Wrong<Edited> | null = null,
): Promise<Response> {
  const { db } = call.site;
  const organisation = await organisationOf(call);
  const [projects, members] = await Promise.all([
    listProjects(db, organisation.id),
    db
      .selectFrom('membership')
      .innerJoin('person', 'person.id', 'membership.person_id')
      .select(['person.username', 'person.name', 'membership.created_at'])
      .where('membership.organisation_id', '=', organisation.id)
      .orderBy('person.name')
      .execute(),
  ]);
  return await respondStaff(call, {
    title: organisation.name,
    lead: html`<a href="${addresses.organisation(organisation.slug)}">Public page of the organisation</a>`,
    status: wrong === null ? 200 : 422,
    main: html`${card({
      id: 'edit',
      title: 'Organisation',
      body: ruledForm({
        action: `/staff/organisations/${organisation.slug}`,
        csrf: call.csrf,
        rules: edited,
        values: values ?? organisation,
        wrong,
        more: keyValues([['Name in addresses', html`<code>${organisation.slug}</code>`]]),
        submit: 'Save',
      }),
    })}
    ${card({
      id: 'members',
      title: 'Members',
      subtitle: 'The role of an organisation member is given on the page of the person.',
      flush: true,
      body: table({
        caption: 'Members of the organisation',
        columns: [
          {
            heading: 'Person',
            names: true,
            cell: ({ username, name }) =>
              html`<a href="/staff/people/${encodeURIComponent(username)}">${name}</a>`,
          },
          { heading: 'Since', cell: ({ created_at }) => instant(created_at) },
        ],
        rows: members,
        empty: 'The organisation has no members.',
      }),
    })}
    ${card({
      id: 'projects',
      title: 'Projects',
      flush: true,
      body: table({
        caption: 'Projects that the organisation leads',
        columns: [
          {
            heading: 'Project',
            names: true,
            cell: ({ slug, name }) => html`<a href="/staff/projects/${slug}">${name}</a>`,
          },
          { heading: 'ID', cell: ({ number }) => number ?? '–' },
          { heading: 'Workspaces', align: 'end', cell: ({ workspaces }) => workspaces },
        ],
        rows: projects,
        empty: 'The organisation leads no projects.',
      }),
    })}`,
  });
}

export async function editOrganisation(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const { id, slug } = await organisationOf(call);
  const { values, wrong } = readFields(fields, edited);
  if (wrong !== null) return await staffOrganisationPage(call, values, wrong);
  try {
    await carryOut(
      call,
      { kind: 'organisation-edited', target: ['organisation', slug], details: values },
      async (tx) => await tx.updateTable('organisation').set(values).where('id', '=', id).execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffOrganisationPage(call, values, sameName);
  }
  return sendTo(call, `/staff/organisations/${slug}`, 'saved');
}
