/** Who has which role on a project. */
import { httpFaults, isDuplicate, sendTo } from '@vitrine/platform';
import { card, form, type Html, html, submit, table } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { isRoleName, ROLES, rolesIn } from '../../people/roles.ts';
import type { Member, ProjectDetail } from '../../queries/places.ts';
import { addresses } from '../addresses.ts';
import { carryOut, keyOf } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Wrong } from '../form-rules.ts';
import { projectOf } from '../places.ts';
import { staffProjectPage } from './projects.ts';

const rules: FormRules<'username' | 'role'> = {
  username: { kind: 'text', label: 'User name', required: true, maxLength: 100 },
  role: {
    kind: 'choice',
    label: 'Role',
    options: rolesIn('project').map((role) => ({ value: role, label: ROLES[role].label })),
  },
};

export function memberCards(
  call: Call,
  project: ProjectDetail,
  members: readonly Member[],
  wrong: Wrong<'username' | 'role'> | null,
): Html {
  const mayChange = may(call.person, 'project_roles_manage', { projectId: project.id });
  const address = `/staff/projects/${project.slug}/members`;
  return html`${card({
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
        { heading: 'User name', cell: ({ username }) => html`<code>${username}</code>` },
        { heading: 'Role', cell: ({ role }) => (isRoleName(role) ? ROLES[role].label : role) },
        {
          heading: 'Take away',
          hideHeading: true,
          align: 'end',
          cell: ({ membership_id, name }) =>
            mayChange
              ? form({
                  action: `${address}/${membership_id}/remove`,
                  csrf: call.csrf,
                  className: 'inline',
                  body: submit('Take away', 'danger', `the role of ${name}`),
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
          body: ruledForm({
            action: address,
            csrf: call.csrf,
            rules,
            wrong,
            submit: 'Give role',
          }),
        })
      : null
  }`;
}

export async function addMember(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const { values, wrong } = readFields(fields, rules);
  if (wrong !== null) return await staffProjectPage(call, null, null, wrong);
  const { role, username } = values;
  const member = await call.site.db
    .selectFrom('person')
    .select('id')
    .where('username', '=', username)
    .executeTakeFirst();
  if (member === undefined) {
    return await staffProjectPage(call, null, null, {
      username: `Nobody has the user name “${username}”. People appear once they have signed in.`,
    });
  }
  try {
    await carryOut(
      call,
      {
        kind: 'role-given',
        target: ['project', project.slug],
        details: { role, person: username },
      },
      async (tx) =>
        await tx
          .insertInto('membership')
          .values({
            person_id: member.id,
            role,
            scope: 'project',
            project_id: project.id,
            created_by: call.person?.id ?? null,
            created_at: call.now,
          })
          .execute(),
    );
  } catch (error) {
    // Given before: as wished.
    if (!isDuplicate(error)) throw error;
  }
  return sendTo(call, `/staff/projects/${project.slug}`, 'saved');
}

export async function removeMember(call: Call): Promise<Response> {
  await ownForm(call);
  const project = await projectOf(call);
  const name = call.http.req.param('membership') ?? '';
  const held = await call.site.db
    .selectFrom('membership')
    .innerJoin('person', 'person.id', 'membership.person_id')
    .select(['membership.id', 'membership.role', 'person.username'])
    .where('membership.id', '=', keyOf(name))
    .where('membership.project_id', '=', project.id)
    .executeTakeFirst();
  if (held === undefined) throw httpFaults.error('thing-unknown', { what: 'role', name });
  await carryOut(
    call,
    {
      kind: 'role-taken',
      target: ['project', project.slug],
      details: { role: held.role, person: held.username },
    },
    async (tx) => await tx.deleteFrom('membership').where('id', '=', held.id).execute(),
  );
  return sendTo(call, `/staff/projects/${project.slug}`, 'saved');
}
