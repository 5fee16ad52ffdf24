/** One person, as the staff sees and changes them. */
import { httpFaults, isDuplicate, sendTo } from '@vitrine/platform';
import {
  buttonForm,
  card,
  form,
  html,
  instant,
  keyValues,
  shortInstant,
  submit,
  table,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { isRoleName, PERMISSIONS, ROLES } from '../../people/roles.ts';
import { endAirlockGrants } from '../../releases/airlock-grants.ts';
import { emailTaken, type Profile, profileRules } from '../account.ts';
import { addresses } from '../addresses.ts';
import { carryOut } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { revokeTokenOf, type TokenOwner, tokensOf, tokenTable } from '../tokens.ts';
import { respondStaff } from './frame.ts';
import { heldRoles, roleRules } from './roles.ts';

export interface StaffPerson {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  readonly is_disabled: boolean;
  readonly created_at: Date;
  readonly last_signed_in_at: Date | null;
}

export async function personOf(call: Call): Promise<StaffPerson> {
  const name = call.http.req.param('person') ?? '';
  const person = await call.site.db
    .selectFrom('person')
    .select(['id', 'username', 'name', 'email', 'is_disabled', 'created_at', 'last_signed_in_at'])
    .where('username', '=', name)
    .executeTakeFirst();
  if (person === undefined) throw httpFaults.error('thing-unknown', { what: 'person', name });
  return person;
}

export function staffAddress({ username }: Pick<StaffPerson, 'username'>): string {
  return `/staff/people/${encodeURIComponent(username)}`;
}

function ownerOf({ id, username }: StaffPerson): TokenOwner {
  return { kind: 'person', id, name: username };
}

interface Shown {
  readonly profile?: Partial<Values<Profile>>;
  readonly wrongProfile?: Wrong<Profile>;
  readonly wrongRole?: Wrong<'role'>;
}

export async function staffPersonPage(call: Call, shown: Shown = {}): Promise<Response> {
  const { csrf } = call;
  const person = await personOf(call);
  const [roles, rules, tokens] = await Promise.all([
    heldRoles(call, person.id),
    roleRules(call),
    tokensOf(call, ownerOf(person)),
  ]);
  const address = staffAddress(person);
  const mayTakeProjectRoles = may(call.person, 'project_roles_manage');
  return await respondStaff(call, {
    title: person.name,
    lead: html`<a href="${addresses.person(person.username)}">Public page of the person</a>`,
    status: shown.wrongProfile || shown.wrongRole ? 422 : 200,
    main: html`${card({
      id: 'person',
      title: 'Account',
      body: html`<div class="wide">${keyValues([
        ['User name', html`<code>${person.username}</code>`],
        ['Joined', instant(person.created_at)],
        ['Last signed in', instant(person.last_signed_in_at)],
        [
          'Account',
          person.is_disabled
            ? 'Disabled: the person cannot sign in and their tokens are void'
            : 'Open',
        ],
      ])}</div>`,
      footer: html`<div class="buttons">${buttonForm(`${address}/sign-out`, csrf, 'Sign out everywhere')}${buttonForm(
        `${address}/disable`,
        csrf,
        person.is_disabled ? 'Open the account again' : 'Disable the account',
        person.is_disabled ? 'plain' : 'danger',
      )}</div>`,
    })}
    ${card({
      id: 'roles',
      title: 'Roles',
      flush: true,
      actions:
        roles.length > 0 && (mayTakeProjectRoles || roles.every(({ scope }) => scope !== 'project'))
          ? buttonForm(`${address}/roles/clear`, csrf, 'Clear all roles', 'danger')
          : undefined,
      body: table({
        caption: 'Roles',
        columns: [
          {
            heading: 'Role',
            names: true,
            cell: ({ role }) =>
              html`${isRoleName(role) ? ROLES[role].label : role}<span class="why">${isRoleName(role) ? ROLES[role].permissions.map((one) => PERMISSIONS[one]).join('; ') : null}</span>`,
          },
          { heading: 'On', cell: ({ on }) => on },
          { heading: 'Given by', cell: ({ given_by }) => given_by ?? '–' },
          { heading: 'Since (UTC)', cell: ({ created_at }) => shortInstant(created_at) },
          {
            heading: 'Take away',
            hideHeading: true,
            align: 'end',
            cell: ({ id, role, scope, on }) =>
              scope === 'project' && !mayTakeProjectRoles
                ? null
                : form({
                    action: `${address}/roles/${id}/take`,
                    csrf,
                    className: 'inline',
                    body: submit(
                      'Take away',
                      'danger',
                      `${isRoleName(role) ? ROLES[role].label : role}, ${on}`,
                    ),
                  }),
          },
        ],
        rows: roles,
        empty: 'No roles.',
      }),
    })}
    ${card({
      id: 'give',
      title: 'Give a role',
      subtitle: 'Roles on projects are given on the page of the project.',
      body: ruledForm({
        action: `${address}/roles`,
        csrf,
        rules,
        wrong: shown.wrongRole,
        submit: 'Give role',
      }),
    })}
    ${card({
      id: 'profile',
      title: 'Name and e-mail',
      body: ruledForm({
        action: `${address}/profile`,
        csrf,
        rules: profileRules,
        values: shown.profile ?? { name: person.name, email: person.email ?? '' },
        wrong: shown.wrongProfile,
        submit: 'Save',
      }),
    })}
    ${card({
      id: 'tokens',
      title: 'Tokens',
      flush: true,
      body: tokenTable(call, tokens, `${address}/tokens`, 'The person has no tokens.'),
    })}`,
  });
}

export async function staffEditPerson(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const person = await personOf(call);
  const { values, wrong } = readFields(fields, profileRules);
  if (wrong !== null) return await staffPersonPage(call, { profile: values, wrongProfile: wrong });
  const { name } = values;
  const email = values.email === '' ? null : values.email.toLowerCase();
  try {
    await carryOut(
      call,
      { kind: 'account-edited', target: ['person', person.username], details: { name } },
      async (tx) =>
        await tx.updateTable('person').set({ name, email }).where('id', '=', person.id).execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffPersonPage(call, { profile: values, wrongProfile: emailTaken });
  }
  return sendTo(call, staffAddress(person), 'saved');
}

export async function signOutEverywhere(call: Call): Promise<Response> {
  await ownForm(call);
  const person = await personOf(call);
  await carryOut(
    call,
    { kind: 'signed-out-everywhere', target: ['person', person.username] },
    async (tx) => {
      await tx.deleteFrom('session').where('person_id', '=', person.id).execute();
      await endAirlockGrants(tx, person.id, call.now);
    },
  );
  return sendTo(call, staffAddress(person), 'saved');
}

/** A disabled account is signed out everywhere, of airlocks too, and its tokens are nobody's. */
export async function toggleDisabled(call: Call): Promise<Response> {
  await ownForm(call);
  const person = await personOf(call);
  await carryOut(
    call,
    {
      kind: person.is_disabled ? 'account-opened' : 'account-disabled',
      target: ['person', person.username],
    },
    async (tx) => {
      await tx
        .updateTable('person')
        .set({ is_disabled: !person.is_disabled })
        .where('id', '=', person.id)
        .execute();
      await tx.deleteFrom('session').where('person_id', '=', person.id).execute();
      await endAirlockGrants(tx, person.id, call.now);
    },
  );
  return sendTo(call, staffAddress(person), 'saved');
}

export async function revokePersonToken(call: Call): Promise<Response> {
  await ownForm(call);
  const person = await personOf(call);
  await revokeTokenOf(call, ownerOf(person));
  return sendTo(call, staffAddress(person), 'revoked');
}
