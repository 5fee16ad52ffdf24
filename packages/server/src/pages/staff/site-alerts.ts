/** Messages to everybody, shown on every page. */
import { httpFaults, sendTo } from '@vitrine/platform';
import { type Alert, buttonForm, card, html, shortInstant, table } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { forgetAlerts } from '../../queries/site-alerts.ts';
import { carryOut, keyOf } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { respondStaff } from './frame.ts';

type Level = 'info' | 'success' | 'warning' | 'danger';

const levels: Readonly<Record<Level, string>> = {
  info: 'Information',
  success: 'Good news',
  warning: 'Warning',
  danger: 'Danger',
};

type Field = 'title' | 'message' | 'level' | 'ends';

const rules: FormRules<Field> = {
  title: { kind: 'text', label: 'Title', required: true, maxLength: 200 },
  message: { kind: 'area', label: 'Message', maxLength: 2000 },
  level: {
    kind: 'choice',
    label: 'Level',
    options: Object.entries(levels).map(([value, label]) => ({ value, label })),
  },
  ends: {
    kind: 'date',
    label: 'Last day',
    maxLength: 10,
    hint: 'Shown to the end of that day, UTC; until somebody ends it where this is empty.',
    check: (value) => (endOf(value) === null ? 'A day, as 2026-12-31.' : null),
  },
};

/** The end of a day in UTC. */
function endOf(day: string): Date | null {
  if (!/^20\d\d-\d\d-\d\d$/.test(day)) return null;
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day) return null;
  return new Date(at.getTime() + 86_400_000);
}

interface SiteAlert {
  readonly id: number;
  readonly level: Level;
  readonly title: string;
  readonly message: string;
  readonly created_at: Date;
  readonly ends_at: Date | null;
}

export async function siteAlertsPage(
  call: Call,
  values: Partial<Values<Field>> = { level: 'warning' },
  wrong: Wrong<Field> | null = null,
): Promise<Response> {
  const rows: readonly SiteAlert[] = await call.site.db
    .selectFrom('site_alert')
    .select(['id', 'level', 'title', 'message', 'created_at', 'ends_at'])
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  const isOver = ({ ends_at }: SiteAlert): boolean => ends_at !== null && ends_at <= call.now;
  return await respondStaff(call, {
    title: 'Site alerts',
    status: wrong === null ? 200 : 422,
    main: html`${card({
      id: 'alerts',
      title: 'Alerts',
      subtitle: 'Shown to everybody on every page until they end; five at a time.',
      flush: true,
      body: table({
        caption: 'Site alerts',
        columns: [
          {
            heading: 'Alert',
            names: true,
            cell: ({ id, title, message }) =>
              html`<a href="/staff/site-alerts/${id}">${title}</a><span class="why">${message}</span>`,
          },
          { heading: 'Level', cell: ({ level }) => levels[level] },
          { heading: 'Since (UTC)', cell: ({ created_at }) => shortInstant(created_at) },
          { heading: 'Ends (UTC)', cell: ({ ends_at }) => shortInstant(ends_at) },
          { heading: 'State', cell: (alert) => (isOver(alert) ? 'Over' : 'Shown') },
        ],
        rows,
        empty: 'There are no alerts.',
      }),
    })}
    ${card({
      id: 'new',
      title: 'Add an alert',
      body: ruledForm({
        action: '/staff/site-alerts',
        csrf: call.csrf,
        rules,
        values,
        wrong,
        submit: 'Show alert',
      }),
    })}`,
  });
}

export async function createSiteAlert(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const { values, wrong } = readFields(await ownForm(call), rules);
  if (wrong !== null) return await siteAlertsPage(call, values, wrong);
  await carryOut(
    call,
    { kind: 'alert-shown', details: { title: values.title, level: values.level } },
    async (tx) =>
      await tx
        .insertInto('site_alert')
        .values({
          ...columns(values),
          created_by: person?.id ?? null,
          created_at: now,
          updated_at: now,
        })
        .execute(),
  );
  forgetAlerts(site);
  return sendTo(call, '/staff/site-alerts', 'saved');
}

function columns({ title, message, level, ends }: Values<Field>): {
  readonly title: string;
  readonly message: string;
  readonly level: Alert['tone'] & Level;
  readonly ends_at: Date | null;
} {
  // The rules have let through nothing that is not in the list.
  return { title, message, level: level as Level, ends_at: ends === '' ? null : endOf(ends) };
}

async function alertOf(call: Call): Promise<SiteAlert> {
  const name = call.http.req.param('alert') ?? '';
  const alert = await call.site.db
    .selectFrom('site_alert')
    .select(['id', 'level', 'title', 'message', 'created_at', 'ends_at'])
    .where('id', '=', keyOf(name))
    .executeTakeFirst();
  if (alert === undefined) throw httpFaults.error('thing-unknown', { what: 'alert', name });
  return alert;
}

export async function siteAlertPage(
  call: Call,
  values: Partial<Values<Field>> | null = null,
  wrong: Wrong<Field> | null = null,
): Promise<Response> {
  const alert = await alertOf(call);
  const address = `/staff/site-alerts/${alert.id}`;
  const isOver = alert.ends_at !== null && alert.ends_at <= call.now;
  // The last day is the one before the moment at which the alert ends.
  const ends = alert.ends_at && new Date(alert.ends_at.getTime() - 1).toISOString().slice(0, 10);
  return await respondStaff(call, {
    title: 'Edit an alert',
    status: wrong === null ? 200 : 422,
    main: card({
      id: 'alert',
      title: alert.title,
      subtitle: isOver
        ? html`Over since ${shortInstant(alert.ends_at)} UTC`
        : 'Shown on every page now',
      actions: isOver ? undefined : buttonForm(`${address}/end`, call.csrf, 'End now', 'danger'),
      body: ruledForm({
        action: address,
        csrf: call.csrf,
        rules,
        values: values ?? { ...alert, ends: ends ?? '' },
        wrong,
        submit: 'Save',
      }),
    }),
  });
}

export async function editSiteAlert(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const alert = await alertOf(call);
  const { values, wrong } = readFields(fields, rules);
  if (wrong !== null) return await siteAlertPage(call, values, wrong);
  await carryOut(
    call,
    {
      kind: 'alert-edited',
      details: { from: alert.title, title: values.title, level: values.level },
    },
    async (tx) =>
      await tx
        .updateTable('site_alert')
        .set({ ...columns(values), updated_at: call.now })
        .where('id', '=', alert.id)
        .execute(),
  );
  forgetAlerts(call.site);
  return sendTo(call, '/staff/site-alerts', 'saved');
}

export async function endSiteAlert(call: Call): Promise<Response> {
  await ownForm(call);
  const { id, title } = await alertOf(call);
  await carryOut(
    call,
    { kind: 'alert-ended', details: { title } },
    async (tx) =>
      await tx
        .updateTable('site_alert')
        .set({ ends_at: call.now, updated_at: call.now })
        .where('id', '=', id)
        .execute(),
  );
  forgetAlerts(call.site);
  return sendTo(call, '/staff/site-alerts', 'saved');
}
