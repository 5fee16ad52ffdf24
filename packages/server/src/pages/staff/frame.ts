import { type Content, type Html, heading, html, submit, textField } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import type { Permission } from '../../people/roles.ts';
import { respond } from '../frame.ts';

const parts: readonly (readonly [path: string, label: string, permission: Permission])[] = [
  ['/staff', 'Overview', 'staff_area_access'],
  ['/staff/people', 'People', 'people_manage'],
  ['/staff/organisations', 'Organisations', 'organisation_create'],
  ['/staff/projects', 'Projects', 'staff_area_access'],
  ['/staff/workspaces', 'Workspaces', 'staff_area_access'],
  ['/staff/backends', 'Backends', 'backend_manage'],
  ['/staff/site-alerts', 'Site alerts', 'staff_area_access'],
  ['/staff/audit-log', 'Audit log', 'staff_area_access'],
];

/** A page of the staff area with its tabs: those that the one who looks may open. */
export async function respondStaff(
  call: Call,
  shown: {
    readonly title: string;
    readonly lead?: Content;
    readonly main: Content;
    readonly status?: 200 | 422;
  },
): Promise<Response> {
  return await respond(call, {
    title: `${shown.title} · Staff area`,
    status: shown.status ?? 200,
    breadcrumbs: [
      { label: 'Staff area', href: '/staff' },
      ...(call.http.req.path === '/staff'
        ? []
        : [{ label: shown.title, href: call.http.req.path }]),
    ],
    main: html`${heading({ title: shown.title, lead: shown.lead })}${tabs(call)}<div class="stack">${shown.main}</div>`,
  });
}

/** A search over a list of the staff area. */
export function searchBar(label: string, value: string, more: Content = null): Html {
  return html`<search class="card"><form method="get" class="filters">${textField({ name: 'q', label, type: 'search', value, plain: true })}${more}${submit('Search')}</form></search>`;
}

function tabs({ http, person }: Call): Html {
  const path = http.req.path;
  return html`<nav aria-label="Staff area"><ul class="tabs">${parts
    .filter(([, , permission]) => may(person, permission))
    .map(([href, label]) => {
      const current = href === '/staff' ? path === href : path.startsWith(href);
      return html`<li><a href="${href}"${current ? html` aria-current="page"` : null}>${label}</a></li>`;
    })}</ul></nav>`;
}
