import {
  buttonForm,
  card,
  form,
  html,
  instant,
  keyValues,
  pill,
  select,
  shortInstant,
  submit,
  table,
  textField,
} from '@vitrine/web';
import { isDuplicate } from '../../database/database.ts';
import { httpFaults } from '../../http/faults.ts';
import type { Call } from '../../http/route.ts';
import { recordDecision } from '../../people/record-audit.ts';
import { isRoleName, PERMISSIONS, ROLES, rolesIn } from '../../people/roles.ts';
import { ownForm } from '../change-jobs.ts';
import { sendTo } from '../frame.ts';
import { respondStaff } from './frame.ts';

export async function staffPeoplePage(call: Call): Promise<Response> {
  const search = (call.http.req.query('q') ?? '').replaceAll('\0', '').slice(0, 100);
  const part = `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const rows = await call.site.db
    .selectFrom('person')
    .select(['username', 'name', 'email', 'is_disabled', 'last_signed_in_at'])
    .where((is) => is.or([is('name', 'ilike', part), is('username', 'ilike', part)]))
    .orderBy('name')
    .limit(200)
    .execute();
  return await respondStaff(call, {
    title: 'People',
    main: html`<search class="card"><form method="get" class="filters">${textField({ name: 'q', label: 'Search by name or user name', type: 'search', value: search, plain: true })}${submit('Search')}</form></search>
    ${card({
      id: 'people',
      title: 'People',
      flush: true,
      body: table({
        caption: 'People',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ username, name }) =>
              html`<a href="/staff/people/${encodeURIComponent(username)}">${name}</a>`,
          },
          { heading: 'User name', cell: ({ username }) => html`<code>${username}</code>` },
          { heading: 'E-mail', cell: ({ email }) => email ?? '–' },
          {
            heading: 'Last signed in (UTC)',
            cell: ({ last_signed_in_at }) => shortInstant(last_signed_in_at),
          },
          {
            heading: 'Account',
            cell: ({ is_disabled }) =>
              is_disabled
                ? pill({ tone: 'danger', icon: 'stop', words: 'Disabled' })
                : pill({ tone: 'success', icon: 'tick', words: 'Open' }),
          },
        ],
        rows,
        empty: 'Nobody fits.',
      }),
    })}`,
  });
}

async function personOf(call: Call): Promise<{
  id: number;
  username: string;
  name: string;
  email: string | null;
  is_disabled: boolean;
  created_at: Date;
}> {
  const name = call.http.req.param('person') ?? '';
  const person = await call.site.db
    .selectFrom('person')
    .select(['id', 'username', 'name', 'email', 'is_disabled', 'created_at'])
    .where('username', '=', name)
    .executeTakeFirst();
  if (person === undefined) throw httpFaults.error('thing-unknown', { what: 'person', name });
  return person;
}

export async function staffPersonPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const person = await personOf(call);
  const [memberships, organisations, backends] = await Promise.all([
    db
      .selectFrom('membership as m')
      .leftJoin('project as p', 'p.id', 'm.project_id')
      .leftJoin('organisation as o', 'o.id', 'm.organisation_id')
      .leftJoin('backend as b', 'b.id', 'm.backend_id')
      .select([
        'm.id',
        'm.role',
        'm.scope',
        'p.name as project',
        'o.name as organisation',
        'b.name as backend',
        'm.created_at',
      ])
      .where('m.person_id', '=', person.id)
      .orderBy('m.id')
      .execute(),
    db.selectFrom('organisation').select(['id', 'name']).orderBy('name').execute(),
    db.selectFrom('backend').select(['id', 'name']).orderBy('name').execute(),
  ]);
  const address = `/staff/people/${encodeURIComponent(person.username)}`;
  const choices = [
    ...rolesIn('global').map((role) => ({
      value: `global::${role}`,
      label: `${ROLES[role].label}, everywhere`,
    })),
    ...organisations.flatMap(({ id, name }) =>
      rolesIn('organisation').map((role) => ({
        value: `organisation:${id}:${role}`,
        label: `${ROLES[role].label}: ${name}`,
      })),
    ),
    ...backends.flatMap(({ id, name }) =>
      rolesIn('backend').map((role) => ({
        value: `backend:${id}:${role}`,
        label: `${ROLES[role].label}: ${name}`,
      })),
    ),
  ];
  return await respondStaff(call, {
    title: person.name,
    main: html`${card({
      id: 'person',
      title: 'Account',
      body: html`<div class="wide">${keyValues([
        ['User name', html`<code>${person.username}</code>`],
        ['E-mail', person.email ?? 'Not known'],
        ['Joined', instant(person.created_at)],
        ['Account', person.is_disabled ? 'Disabled' : 'Open'],
      ])}</div>`,
      footer: buttonForm(
        `${address}/disable`,
        call.csrf,
        person.is_disabled ? 'Open the account again' : 'Disable the account',
        person.is_disabled ? 'plain' : 'danger',
      ),
    })}
    ${card({
      id: 'roles',
      title: 'Roles',
      flush: true,
      body: table({
        caption: 'Roles',
        columns: [
          {
            heading: 'Role',
            names: true,
            cell: ({ role }) =>
              html`${isRoleName(role) ? ROLES[role].label : role}<span class="why">${isRoleName(role) ? ROLES[role].permissions.map((one) => PERMISSIONS[one]).join('; ') : null}</span>`,
          },
          {
            heading: 'On',
            cell: ({ scope, project, organisation, backend }) =>
              project ?? organisation ?? backend ?? scope,
          },
          { heading: 'Since (UTC)', cell: ({ created_at }) => shortInstant(created_at) },
          {
            heading: 'Take away',
            hideHeading: true,
            cell: ({ id, scope }) =>
              scope === 'project'
                ? null
                : form({
                    action: `${address}/roles/${id}/take`,
                    csrf: call.csrf,
                    className: 'inline',
                    body: submit('Take away', 'danger'),
                  }),
          },
        ],
        rows: memberships,
        empty: 'No roles.',
      }),
    })}
    ${card({
      id: 'give',
      title: 'Give a role',
      body: form({
        action: `${address}/roles`,
        csrf: call.csrf,
        body: html`${select({ name: 'role', label: 'Role', plain: true, options: choices })}${submit('Give role')}<p class="hint">Roles on projects are given on the page of the project.</p>`,
      }),
    })}`,
  });
}

export async function giveRole(call: Call): Promise<Response> {
  const { site, now } = call;
  const fields = await ownForm(call);
  const target = await personOf(call);
  const address = `/staff/people/${encodeURIComponent(target.username)}`;
  const [scope = '', key = '', role = ''] = fields.text('role').split(':');
  const on = /^\d{1,9}$/.test(key) ? Number(key) : null;
  const isKnown =
    isRoleName(role) &&
    ((scope === 'global' && on === null) ||
      ((scope === 'organisation' || scope === 'backend') && on !== null)) &&
    ROLES[role].scopes.some((one) => one === scope);
  if (!isKnown)
    throw httpFaults.error('thing-unknown', { what: 'role', name: fields.text('role') });
  try {
    await site.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('membership')
        .values({
          person_id: target.id,
          role,
          scope: scope as 'global' | 'organisation' | 'backend',
          organisation_id: scope === 'organisation' ? on : null,
          backend_id: scope === 'backend' ? on : null,
          created_by: call.person?.id ?? null,
          created_at: now,
        })
        .execute();
      await recordDecision(tx, now, {
        actor: call.person?.username ?? null,
        kind: 'role-given',
        target: ['person', target.username],
        details: { role, scope, on },
      });
    });
  } catch (error) {
    // Given before: as wished.
    if (!isDuplicate(error)) throw error;
  }
  return sendTo(call, address, 'saved');
}

export async function takeRole(call: Call): Promise<Response> {
  const { site, now } = call;
  await ownForm(call);
  const target = await personOf(call);
  const name = call.http.req.param('membership') ?? '';
  const id = /^\d{1,9}$/.test(name) ? Number(name) : 0;
  await site.db.transaction().execute(async (tx) => {
    const taken = await tx
      .deleteFrom('membership')
      .where('id', '=', id)
      .where('person_id', '=', target.id)
      .where('scope', '<>', 'project')
      .returning(['role', 'scope'])
      .executeTakeFirst();
    if (taken === undefined) throw httpFaults.error('thing-unknown', { what: 'role', name });
    await recordDecision(tx, now, {
      actor: call.person?.username ?? null,
      kind: 'role-taken',
      target: ['person', target.username],
      details: { ...taken },
    });
  });
  return sendTo(call, `/staff/people/${encodeURIComponent(target.username)}`, 'saved');
}

/** A disabled account is signed out everywhere and its tokens are nobody's. */
export async function toggleDisabled(call: Call): Promise<Response> {
  const { site, now } = call;
  await ownForm(call);
  const target = await personOf(call);
  await site.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('person')
      .set({ is_disabled: !target.is_disabled })
      .where('id', '=', target.id)
      .execute();
    await tx.deleteFrom('session').where('person_id', '=', target.id).execute();
    await recordDecision(tx, now, {
      actor: call.person?.username ?? null,
      kind: target.is_disabled ? 'account-opened' : 'account-disabled',
      target: ['person', target.username],
    });
  });
  return sendTo(call, `/staff/people/${encodeURIComponent(target.username)}`, 'saved');
}
