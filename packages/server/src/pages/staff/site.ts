/** The overview of the staff area, site alerts and the audit log. */
import {
  card,
  form,
  html,
  pagination,
  select,
  shortInstant,
  submit,
  table,
  textArea,
  textField,
} from '@vitrine/web';
import { httpFaults } from '../../http/faults.ts';
import type { Call } from '../../http/route.ts';
import { findBrokenDecision, recordDecision } from '../../people/record-audit.ts';
import { PERMISSIONS, ROLE_NAMES, ROLES } from '../../people/roles.ts';
import { forgetAlerts } from '../../queries/site-alerts.ts';
import { ownForm } from '../change-jobs.ts';
import { sendTo } from '../frame.ts';
import { respondStaff } from './frame.ts';

export async function staffPage(call: Call): Promise<Response> {
  return await respondStaff(call, {
    title: 'Staff area',
    lead: 'Who may do what, and how the secure environments are run. Every change is written in the audit log.',
    main: card({
      id: 'roles',
      title: 'Roles and what they permit',
      flush: true,
      body: table({
        caption: 'Roles',
        columns: [
          {
            heading: 'Role',
            names: true,
            cell: (name) =>
              html`${ROLES[name].label}<span class="why">${ROLES[name].description}</span>`,
          },
          {
            heading: 'Given',
            cell: (name) =>
              ROLES[name].scopes
                .map((scope) =>
                  scope === 'global'
                    ? 'everywhere'
                    : `on a ${scope === 'organisation' ? 'n ' : ''}${scope}`.replace('a n ', 'an '),
                )
                .join(', '),
          },
          {
            heading: 'Permits',
            cell: (name) => ROLES[name].permissions.map((one) => PERMISSIONS[one]).join('; '),
          },
        ],
        rows: ROLE_NAMES,
        empty: '',
      }),
    }),
  });
}

const LEVELS = ['info', 'success', 'warning', 'danger'] as const;

export async function siteAlertsPage(call: Call, error?: string): Promise<Response> {
  const rows = await call.site.db
    .selectFrom('site_alert')
    .select(['id', 'level', 'title', 'message', 'created_at', 'ends_at'])
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  return await respondStaff(call, {
    title: 'Site alerts',
    status: error ? 422 : 200,
    main: html`${card({
      id: 'alerts',
      title: 'Alerts',
      subtitle: 'Shown to everybody on every page until they end.',
      flush: true,
      body: table({
        caption: 'Site alerts',
        columns: [
          {
            heading: 'Alert',
            names: true,
            cell: ({ title, message }) => html`${title}<span class="why">${message}</span>`,
          },
          { heading: 'Level', cell: ({ level }) => level },
          { heading: 'Since (UTC)', cell: ({ created_at }) => shortInstant(created_at) },
          {
            heading: 'Ends (UTC)',
            cell: ({ id, ends_at, title }) =>
              ends_at !== null && ends_at <= call.now
                ? shortInstant(ends_at)
                : form({
                    action: `/staff/site-alerts/${id}/end`,
                    csrf: call.csrf,
                    className: 'inline',
                    label: `End ${title}`,
                    body: submit('End now', 'danger'),
                  }),
          },
        ],
        rows,
        empty: 'There are no alerts.',
      }),
    })}
    ${card({
      id: 'new',
      title: 'Add an alert',
      body: form({
        action: '/staff/site-alerts',
        csrf: call.csrf,
        body: html`${textField({ name: 'title', label: 'Title', required: true, maxLength: 200, error })}
        ${textArea({ name: 'message', label: 'Message', maxLength: 2000 })}
        ${select({ name: 'level', label: 'Level', plain: true, value: 'warning', options: LEVELS.map((level) => ({ value: level, label: level })) })}${submit('Show alert')}`,
      }),
    })}`,
  });
}

export async function createSiteAlert(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const title = fields.text('title').slice(0, 200);
  if (title === '') return await siteAlertsPage(call, 'Give the alert a title.');
  const level = LEVELS.find((one) => one === fields.text('level')) ?? 'warning';
  await site.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('site_alert')
      .values({
        title,
        message: fields.text('message').slice(0, 2000),
        level,
        created_by: person?.id ?? null,
        created_at: now,
        updated_at: now,
      })
      .execute();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'alert-shown',
      details: { title, level },
    });
  });
  forgetAlerts(site);
  return sendTo(call, '/staff/site-alerts', 'saved');
}

export async function endSiteAlert(call: Call): Promise<Response> {
  const { site, now, person } = call;
  await ownForm(call);
  const name = call.http.req.param('alert') ?? '';
  await site.db.transaction().execute(async (tx) => {
    const ended = await tx
      .updateTable('site_alert')
      .set({ ends_at: now, updated_at: now })
      .where('id', '=', /^\d{1,9}$/.test(name) ? Number(name) : 0)
      .returning('title')
      .executeTakeFirst();
    if (ended === undefined) throw httpFaults.error('thing-unknown', { what: 'alert', name });
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'alert-ended',
      details: { title: ended.title },
    });
  });
  forgetAlerts(site);
  return sendTo(call, '/staff/site-alerts', 'saved');
}

const AUDIT_PAGE = 50;

export async function auditLogPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const query = (name: string): string =>
    (call.http.req.query(name) ?? '').replaceAll('\0', '').slice(0, 100);
  const before = /^\d{1,15}$/.test(query('before')) ? Number(query('before')) : null;
  const kind = query('kind');
  let select = db
    .selectFrom('audit_event')
    .select(['id', 'at', 'actor', 'kind', 'target_kind', 'target', 'details']);
  if (before !== null) select = select.where('id', '<', before);
  if (kind !== '') select = select.where('kind', '=', kind);
  const found = await select
    .orderBy('id', 'desc')
    .limit(AUDIT_PAGE + 1)
    .execute();
  const rows = found.slice(0, AUDIT_PAGE);
  const broken =
    query('verify') === '' ? undefined : await db.transaction().execute(findBrokenDecision);
  const last = rows.at(-1);
  return await respondStaff(call, {
    title: 'Audit log',
    lead: 'Every decision, for ever. Each line is sealed with the one before it, so that none can be changed or left out.',
    main: html`${card({
      id: 'audit',
      title: 'Decisions, newest first',
      actions: html`<a class="button" href="?verify=yes">Verify the chain</a>`,
      flush: true,
      body: html`${broken === undefined ? null : html`<p class="empty" role="status">${broken === null ? 'The chain is whole.' : `The chain is broken at entry ${broken}.`}</p>`}${table(
        {
          caption: 'Decisions',
          columns: [
            { heading: 'When (UTC)', names: true, cell: ({ at }) => shortInstant(at) },
            { heading: 'Who', cell: ({ actor }) => actor ?? 'the system' },
            {
              heading: 'What',
              cell: ({ kind: what }) => html`<a href="?kind=${what}">${what}</a>`,
            },
            {
              heading: 'On',
              cell: ({ target_kind, target }) => (target_kind ? `${target_kind} ${target}` : '–'),
            },
            {
              heading: 'Details',
              cell: ({ details }) => html`<code>${JSON.stringify(details)}</code>`,
            },
          ],
          rows,
          empty: 'Nothing has been decided yet.',
        },
      )}`,
    })}
    ${pagination({ older: found.length > AUDIT_PAGE && last ? `?before=${last.id}${kind ? `&kind=${encodeURIComponent(kind)}` : ''}` : null })}`,
  });
}
