import { findBrokenDecision } from '@vitrine/platform';
import {
  card,
  type Html,
  html,
  pagination,
  select,
  shortInstant,
  table,
  textField,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { addresses } from '../addresses.ts';
import { containing, searchOf } from '../carry-out.ts';
import { respondStaff, searchBar } from './frame.ts';

const AUDIT_PAGE = 50;

/** What each kind of decision is called. A kind that is not here is shown as it is. */
const kinds: Readonly<Record<string, string>> = {
  'publication-discarded': 'Draft of a publication discarded',
  'publication-edited': 'Draft of a publication changed',
  'publication-prepared': 'Publication prepared',
  'publication-published': 'Publication made public',
  'publication-refused': 'Draft of a publication refused',
  'publication-withdrawn': 'Publication withdrawn',
  'released-file-taken-back': 'Released file taken back',
  'account-disabled': 'Account disabled',
  'account-edited': 'Account edited',
  'account-opened': 'Account opened again',
  'airlock-sign-in-refused': 'Wrong single-use token at an airlock',
  'airlock-signed-in': 'Signed in to an airlock',
  'airlock-signed-out': 'Signed out of an airlock',
  'airlock-token-made': 'Single-use token made',
  'alert-edited': 'Site alert edited',
  'alert-ended': 'Site alert ended',
  'alert-shown': 'Site alert shown',
  'backend-active': 'Backend opened or closed',
  'backend-created': 'Backend added',
  'backend-drain': 'Restart prepared or over',
  'backend-edited': 'Backend edited',
  'backend-maintenance': 'Database maintenance begun or ended',
  'backend-pause': 'Backend paused or not',
  'backend-places': 'Places of a backend set',
  'jobs-cancelled': 'Jobs cancelled',
  'organisation-created': 'Organisation added',
  'organisation-edited': 'Organisation edited',
  'person-joined': 'Person joined',
  'project-created': 'Project added',
  'project-edited': 'Project edited',
  'project-status': 'Status of a project set',
  'release-announced': 'Release announced and verified',
  'release-cancelled': 'Release given up',
  'release-completed': 'Release completed',
  'release-request-approved': 'Release request approved',
  'release-request-partially-reviewed': 'Release request has one of two reviews',
  'release-request-rejected': 'Release request rejected',
  'release-request-released': 'Release request released',
  'release-request-returned': 'Release request returned',
  'release-request-reviewed': 'Release request has both reviews',
  'release-request-submitted': 'Release request submitted',
  'release-request-withdrawn': 'Release request withdrawn',
  'role-given': 'Role given',
  'role-taken': 'Role taken away',
  'roles-cleared': 'All roles taken away',
  'signed-out-everywhere': 'Signed out everywhere',
  'token-made': 'Token made',
  'token-revoked': 'Token revoked',
  'workspace-archived': 'Workspace archived',
  'workspace-created': 'Workspace created',
  'workspace-edited': 'Workspace edited',
  'workspace-moved': 'Workspace moved',
  'workspace-notifications': 'Notifications of a workspace switched',
  'workspace-unarchived': 'Workspace no longer archived',
};

/** The page of what a decision was about, by its kind. Release requests have theirs in the airlock, webhooks have none. */
const pageOf: Readonly<Record<string, (name: string) => string>> = {
  backend: (slug) => `/staff/backends/${encodeURIComponent(slug)}`,
  'job-request': (number) => addresses.request(Number(number)),
  organisation: addresses.organisation,
  person: addresses.person,
  project: addresses.project,
  publication: addresses.publication,
  release: addresses.release,
  workspace: addresses.workspace,
};

function aboutWhat(kind: string | null, name: string | null): Html | string {
  if (kind === null || name === null) return '–';
  const address = pageOf[kind]?.(name);
  return html`${kind.replaceAll('-', ' ')} ${address === undefined ? name : html`<a href="${address}">${name}</a>`}`;
}

export async function auditLogPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const before = /^\d{1,9}$/.test(searchOf(call, 'before'))
    ? Number(searchOf(call, 'before'))
    : null;
  const kind = searchOf(call, 'kind');
  const actor = searchOf(call, 'actor');
  const about = searchOf(call);
  const from = dayOf(searchOf(call, 'from'));
  const to = dayOf(searchOf(call, 'to'));
  let query = db
    .selectFrom('audit_event')
    .select(['id', 'at', 'actor', 'kind', 'target_kind', 'target', 'details']);
  if (before !== null) query = query.where('id', '<', before);
  if (kind !== '') query = query.where('kind', '=', kind);
  if (actor !== '') query = query.where('actor', '=', actor);
  if (about !== '') query = query.where('target', 'ilike', containing(about));
  if (from !== null) query = query.where('at', '>=', from);
  if (to !== null) query = query.where('at', '<', new Date(to.getTime() + 86_400_000));
  const found = await query
    .orderBy('id', 'desc')
    .limit(AUDIT_PAGE + 1)
    .execute();
  const rows = found.slice(0, AUDIT_PAGE);
  const broken =
    searchOf(call, 'verify') === ''
      ? undefined
      : await db.transaction().execute(findBrokenDecision);
  return await respondStaff(call, {
    title: 'Audit log',
    lead: html`Every decision, for ever. Each line is sealed with the one before it, so that none can be changed or left out. Who asked for which jobs stands in the <a href="${addresses.eventLog}">event log</a>.`,
    main: html`${searchBar('Search by what it was about', about, filters({ kind, actor, from: dayText(from), to: dayText(to) }))}
    ${card({
      id: 'audit',
      title: 'Decisions, newest first',
      actions: html`<a class="button" href="?verify=yes">Verify the chain</a>`,
      flush: true,
      body: html`${broken === undefined ? null : html`<p class="empty" role="status">${broken === null ? 'The chain is whole: no decision has been changed or left out.' : `The chain is broken at entry ${broken}: it or one before it has been changed or left out.`}</p>`}${table(
        {
          caption: 'Decisions',
          columns: [
            { heading: 'When (UTC)', names: true, cell: ({ at }) => shortInstant(at) },
            {
              heading: 'Who',
              cell: ({ actor: who }) =>
                who === null
                  ? html`<span class="quiet">the system</span>`
                  : html`<a href="${addresses.person(who)}">${who}</a>`,
            },
            { heading: 'What', cell: ({ kind: what }) => kinds[what] ?? what },
            {
              heading: 'About',
              cell: ({ target_kind, target }) => aboutWhat(target_kind, target),
            },
            { heading: 'Details', cell: ({ details }) => detailsList(details) },
          ],
          rows,
          empty: 'No decision fits.',
        },
      )}`,
    })}
    ${pagination({ older: found.length > AUDIT_PAGE ? olderThan(call, rows.at(-1)?.id) : null })}`,
  });
}

function filters(values: Readonly<Record<'kind' | 'actor' | 'from' | 'to', string>>): Html {
  const day = (name: 'from' | 'to', label: string): Html =>
    textField({ name, label, type: 'date', value: values[name], plain: true });
  return html`${select({
    name: 'kind',
    label: 'What',
    plain: true,
    value: values.kind,
    options: [
      { value: '', label: 'Every decision' },
      ...Object.entries(kinds)
        .map(([value, label]) => ({ value, label }))
        .toSorted((left, right) => (left.label < right.label ? -1 : 1)),
    ],
  })}${textField({ name: 'actor', label: 'Who (user name)', value: values.actor, plain: true })}${day('from', 'From')}${day('to', 'To')}`;
}

function detailsList(details: Readonly<Record<string, unknown>>): Html | string {
  const entries = Object.entries(details);
  if (entries.length === 0) return '–';
  return html`<ul class="plain-list small">${entries.map(
    ([name, value]) =>
      html`<li><span class="quiet">${name.replaceAll('_', ' ')}:</span> <span class="breaks">${words(value)}</span></li>`,
  )}</ul>`;
}

function words(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === null || value === '') return '–';
  if (Array.isArray(value)) return value.map(words).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function olderThan(call: Call, id: number | undefined): string {
  const query = new URL(call.http.req.url).searchParams;
  query.delete('verify');
  query.delete('done');
  query.set('before', String(id ?? 0));
  return `?${query}`;
}

function dayOf(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const at = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}

function dayText(day: Date | null): string {
  return day === null ? '' : day.toISOString().slice(0, 10);
}
