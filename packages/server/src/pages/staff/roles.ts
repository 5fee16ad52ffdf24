/** Giving and taking the roles of a person. */
import { httpFaults, isDuplicate, sendTo } from '@vitrine/platform';
import { requirePermission } from '../../http/guard.ts';
import type { Call } from '../../http/route.ts';
import { ROLES, type RoleName, type RoleScope, rolesIn } from '../../people/roles.ts';
import { carryOut, keyOf } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields } from '../form-rules.ts';
import { personOf, staffAddress, staffPersonPage } from './person.ts';

export interface HeldRole {
  readonly id: number;
  readonly role: string;
  readonly scope: RoleScope;
  /** What it is on, in words. */
  readonly on: string;
  readonly given_by: string | null;
  readonly created_at: Date;
}

export async function heldRoles({ site }: Call, personId: number): Promise<readonly HeldRole[]> {
  const rows = await site.db
    .selectFrom('membership as m')
    .leftJoin('project as p', 'p.id', 'm.project_id')
    .leftJoin('organisation as o', 'o.id', 'm.organisation_id')
    .leftJoin('backend as b', 'b.id', 'm.backend_id')
    .leftJoin('person as giver', 'giver.id', 'm.created_by')
    .select([
      'm.id',
      'm.role',
      'm.scope',
      'm.created_at',
      'p.name as project',
      'o.name as organisation',
      'b.name as backend',
      'giver.name as given_by',
    ])
    .where('m.person_id', '=', personId)
    .orderBy('m.id')
    .execute();
  return rows.map(({ project, organisation, backend, ...row }) => ({
    ...row,
    on: project ?? organisation ?? backend ?? 'Everywhere',
  }));
}

/** The roles that can be given on the page of a person: everywhere, on an organisation or on a backend. */
export async function roleRules({ site }: Call): Promise<FormRules<'role'>> {
  const [organisations, backends] = await Promise.all([
    site.db.selectFrom('organisation').select(['id', 'name']).orderBy('name').execute(),
    site.db.selectFrom('backend').select(['id', 'name']).orderBy('name').execute(),
  ]);
  const on = (
    scope: 'organisation' | 'backend',
    things: readonly { readonly id: number; readonly name: string }[],
  ) =>
    things.flatMap(({ id, name }) =>
      rolesIn(scope).map((role) => ({
        value: `${scope}:${id}:${role}`,
        label: `${ROLES[role].label}: ${name}`,
      })),
    );
  return {
    role: {
      kind: 'choice',
      label: 'Role',
      options: [
        ...rolesIn('global').map((role) => ({
          value: `global::${role}`,
          label: `${ROLES[role].label}, everywhere`,
        })),
        ...on('organisation', organisations),
        ...on('backend', backends),
      ],
    },
  };
}

export async function giveRole(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const target = await personOf(call);
  const { values, wrong } = readFields(fields, await roleRules(call));
  if (wrong !== null) return await staffPersonPage(call, { wrongRole: wrong });
  // The rules have let through nothing that is not in the list.
  const [scope, key, role] = values.role.split(':') as [
    'global' | 'organisation' | 'backend',
    string,
    RoleName,
  ];
  const on = scope === 'global' ? null : keyOf(key);
  try {
    await carryOut(
      call,
      { kind: 'role-given', target: ['person', target.username], details: { role, scope, on } },
      async (tx) =>
        await tx
          .insertInto('membership')
          .values({
            person_id: target.id,
            role,
            scope,
            organisation_id: scope === 'organisation' ? on : null,
            backend_id: scope === 'backend' ? on : null,
            created_by: call.person?.id ?? null,
            created_at: call.now,
          })
          .execute(),
    );
  } catch (error) {
    // Given before: as wished.
    if (!isDuplicate(error)) throw error;
  }
  return sendTo(call, staffAddress(target), 'saved');
}

export async function takeRole(call: Call): Promise<Response> {
  await ownForm(call);
  const target = await personOf(call);
  const name = call.http.req.param('membership') ?? '';
  const held = (await heldRoles(call, target.id)).find(({ id }) => id === keyOf(name));
  if (held === undefined) throw httpFaults.error('thing-unknown', { what: 'role', name });
  if (held.scope === 'project') requirePermission(call.person, 'project_roles_manage', {});
  const { id, role, scope, on } = held;
  await carryOut(
    call,
    { kind: 'role-taken', target: ['person', target.username], details: { role, scope, on } },
    async (tx) => await tx.deleteFrom('membership').where('id', '=', id).execute(),
  );
  return sendTo(call, staffAddress(target), 'saved');
}

/** Takes all roles at once; those on projects too, where the one who asks may take them. */
export async function clearRoles(call: Call): Promise<Response> {
  await ownForm(call);
  const target = await personOf(call);
  const roles = await heldRoles(call, target.id);
  if (roles.some(({ scope }) => scope === 'project')) {
    requirePermission(call.person, 'project_roles_manage', {});
  }
  await carryOut(
    call,
    {
      kind: 'roles-cleared',
      target: ['person', target.username],
      details: { roles: roles.map(({ role, on }) => `${role}: ${on}`) },
    },
    async (tx) => await tx.deleteFrom('membership').where('person_id', '=', target.id).execute(),
  );
  return sendTo(call, staffAddress(target), 'saved');
}
