import { card, html, pill, select, shortInstant, table } from '@vitrine/web';
import { sql } from 'kysely';
import type { Call } from '../../http/route.ts';
import { isRoleName, ROLE_NAMES, ROLES } from '../../people/roles.ts';
import { containing, searchOf } from '../carry-out.ts';
import { respondStaff, searchBar } from './frame.ts';

/** Most that the list shows at a time. */
const LIMIT = 200;

const accounts = {
  open: 'Open',
  disabled: 'Disabled',
  'without-roles': 'Without any role',
} as const;

interface Listed {
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  readonly is_disabled: boolean;
  readonly last_signed_in_at: Date | null;
  readonly roles: readonly string[];
}

export async function staffPeoplePage(call: Call): Promise<Response> {
  const search = searchOf(call);
  const role = searchOf(call, 'role');
  const account = searchOf(call, 'account');
  const part = containing(search);
  const { rows } = await sql<Listed>`
    select p.username, p.name, p.email, p.is_disabled, p.last_signed_in_at,
      array(select distinct m.role from membership m where m.person_id = p.id order by m.role) as roles
    from person p
    where (p.name ilike ${part} or p.username ilike ${part} or p.email ilike ${part})
      and ${isRoleName(role) ? sql`exists (select from membership m where m.person_id = p.id and m.role = ${role})` : sql`true`}
      and ${
        account === 'open'
          ? sql`not p.is_disabled`
          : account === 'disabled'
            ? sql`p.is_disabled`
            : account === 'without-roles'
              ? sql`not exists (select from membership m where m.person_id = p.id)`
              : sql`true`
      }
    order by lower(p.name), p.username limit ${LIMIT + 1}`.execute(call.site.db);
  return await respondStaff(call, {
    title: 'People',
    main: html`${searchBar(
      'Search by name, user name or e-mail',
      search,
      html`${select({
        name: 'role',
        label: 'Role',
        plain: true,
        value: role,
        options: [
          { value: '', label: 'Any role or none' },
          ...ROLE_NAMES.map((name) => ({ value: name, label: ROLES[name].label })),
        ],
      })}${select({
        name: 'account',
        label: 'Account',
        plain: true,
        value: account,
        options: [
          { value: '', label: 'All accounts' },
          ...Object.entries(accounts).map(([value, label]) => ({ value, label })),
        ],
      })}`,
    )}
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
            heading: 'Roles',
            cell: ({ roles }) =>
              roles.map((one) => (isRoleName(one) ? ROLES[one].label : one)).join(', ') || '–',
          },
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
        rows: rows.slice(0, LIMIT),
        empty: 'Nobody fits.',
      }),
      footer:
        rows.length > LIMIT ? `The first ${LIMIT} are shown; search to see others.` : undefined,
    })}`,
  });
}
