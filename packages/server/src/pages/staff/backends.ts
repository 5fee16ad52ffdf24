import {
  buttonForm,
  card,
  checkbox,
  form,
  html,
  instant,
  keyValues,
  pill,
  shortInstant,
  submit,
  table,
  textField,
} from '@vitrine/web';
import { isDuplicate } from '../../database/database.ts';
import { httpFaults } from '../../http/faults.ts';
import type { Call } from '../../http/route.ts';
import { recordDecision } from '../../people/record-audit.ts';
import { issueToken, revokeToken } from '../../people/tokens.ts';
import { nameFault, slugFault } from '../../people/validate.ts';
import { type BackendStatus, backendStatuses } from '../../queries/places.ts';
import { setDraining, setMaintenance, setPaused } from '../../scheduling/operating-modes.ts';
import { ownForm } from '../change-jobs.ts';
import { sendTo } from '../frame.ts';
import { respondStaff } from './frame.ts';

export async function staffBackendsPage(
  call: Call,
  draft = { name: '', slug: '' },
  error?: string,
): Promise<Response> {
  const rows = await backendStatuses(call.site.db);
  return await respondStaff(call, {
    title: 'Backends',
    status: error ? 422 : 200,
    main: html`${card({
      id: 'backends',
      title: 'Backends',
      flush: true,
      body: table({
        caption: 'Backends',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ slug, name }) => html`<a href="/staff/backends/${slug}">${name}</a>`,
          },
          { heading: 'In addresses', cell: ({ slug }) => html`<code>${slug}</code>` },
          {
            heading: 'Open',
            cell: ({ is_active }) =>
              is_active
                ? pill({ tone: 'success', icon: 'tick', words: 'Active' })
                : pill({ tone: 'neutral', icon: 'stop', words: 'Closed' }),
          },
          { heading: 'Running', align: 'end', cell: ({ running }) => running },
          { heading: 'Pending', align: 'end', cell: ({ pending }) => pending },
          { heading: 'Last contact (UTC)', cell: ({ last_seen_at }) => shortInstant(last_seen_at) },
        ],
        rows,
        empty: 'There are no backends yet.',
      }),
    })}
    ${card({
      id: 'new',
      title: 'Add a backend',
      body: form({
        action: '/staff/backends',
        csrf: call.csrf,
        body: html`${textField({ name: 'name', label: 'Name', required: true, maxLength: 200, value: draft.name, error })}
        ${textField({ name: 'slug', label: 'Name in addresses', required: true, maxLength: 64, value: draft.slug })}${submit('Add backend')}`,
      }),
    })}`,
  });
}

export async function createBackend(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const draft = { name: fields.text('name'), slug: fields.text('slug') };
  const fault = nameFault(draft.name, 'backend') ?? slugFault(draft.slug);
  if (fault !== null) return await staffBackendsPage(call, draft, fault);
  try {
    await site.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('backend')
        .values({ ...draft, created_at: now })
        .execute();
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: 'backend-created',
        target: ['backend', draft.slug],
        details: { name: draft.name },
      });
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffBackendsPage(call, draft, 'Another backend has this name in addresses.');
  }
  return sendTo(call, `/staff/backends/${draft.slug}`, 'saved');
}

async function backendOf(call: Call): Promise<BackendStatus> {
  const name = call.http.req.param('backend') ?? '';
  const backend = (await backendStatuses(call.site.db)).find(({ slug }) => slug === name);
  if (backend === undefined) throw httpFaults.error('thing-unknown', { what: 'backend', name });
  return backend;
}

export async function staffBackendPage(
  call: Call,
  secret: string | null = null,
): Promise<Response> {
  const { csrf, now } = call;
  const backend = await backendOf(call);
  const tokens = await call.site.db
    .selectFrom('token')
    .select(['id', 'label', 'prefix', 'created_at', 'expires_at', 'revoked_at', 'last_used_at'])
    .where('backend_id', '=', backend.id)
    .orderBy('id', 'desc')
    .limit(50)
    .execute();
  const address = `/staff/backends/${backend.slug}`;
  const since = (at: Date | null) => (at === null ? 'No' : html`Since ${instant(at)}`);
  return await respondStaff(call, {
    title: backend.name,
    main: html`${secret === null ? null : card({ id: 'secret', title: 'The new token', body: html`<p>Give it to the agent now: it is not stored and will not be shown again.</p><code class="token">${secret}</code>` })}
    ${card({
      id: 'mode',
      title: 'Operation',
      body: html`<div class="wide">${keyValues([
        ['Open for job requests', backend.is_active ? 'Yes' : 'No'],
        ['Paused', since(backend.paused_at)],
        ['Database maintenance', since(backend.maintenance_at)],
        ['Restarting', since(backend.draining_at)],
        ['Places at the database', backend.database_slots],
        ['Other places', backend.other_slots],
      ])}</div>`,
      footer: html`<div class="buttons">
        ${buttonForm(`${address}/pause`, csrf, backend.paused_at ? 'Go on' : 'Pause')}
        ${buttonForm(`${address}/maintenance`, csrf, backend.maintenance_at ? 'End maintenance' : 'Begin database maintenance')}
        ${buttonForm(`${address}/drain`, csrf, backend.draining_at ? 'Restart is over' : 'Prepare a restart')}
        ${buttonForm(`${address}/active`, csrf, backend.is_active ? 'Close for job requests' : 'Open for job requests', backend.is_active ? 'danger' : 'plain')}</div>`,
    })}
    ${card({
      id: 'slots',
      title: 'Places',
      subtitle: 'How many jobs may run at a time; heavy jobs take several places.',
      body: form({
        action: `${address}/places`,
        csrf,
        body: html`${textField({ name: 'database_slots', label: 'For jobs that read the database', type: 'number', required: true, value: String(backend.database_slots) })}
        ${textField({ name: 'other_slots', label: 'For other jobs', type: 'number', required: true, value: String(backend.other_slots) })}${submit('Save')}`,
      }),
    })}
    ${card({
      id: 'tokens',
      title: 'Tokens of its agents',
      flush: true,
      body: table({
        caption: 'Tokens',
        columns: [
          {
            heading: 'Label',
            names: true,
            cell: ({ label, prefix }) =>
              html`${label}<span class="why"><code>${prefix}…</code></span>`,
          },
          { heading: 'Expires (UTC)', cell: ({ expires_at }) => shortInstant(expires_at) },
          { heading: 'Last used (UTC)', cell: ({ last_used_at }) => shortInstant(last_used_at) },
          {
            heading: 'State',
            cell: ({ id, revoked_at, expires_at, label }) =>
              revoked_at
                ? 'Revoked'
                : expires_at <= now
                  ? 'Expired'
                  : form({
                      action: `${address}/tokens/${id}/revoke`,
                      csrf,
                      className: 'inline',
                      label: `Revoke ${label}`,
                      body: submit('Revoke', 'danger'),
                    }),
          },
        ],
        rows: tokens,
        empty: 'The backend has no token: no agent can work for it.',
      }),
      footer: form({
        action: `${address}/tokens`,
        csrf,
        body: html`${textField({ name: 'label', label: 'What it is for', required: true, maxLength: 100 })}${checkbox({ name: 'replace', value: 'yes', label: 'Revoke all others' })}${submit('Make a token')}`,
      }),
    })}`,
  });
}

type Mode = 'pause' | 'maintenance' | 'drain' | 'active';

/** Switches one thing of a backend on or off. */
export function switchBackend(mode: Mode): (call: Call) => Promise<Response> {
  return async (call) => {
    const { site, now, person } = call;
    await ownForm(call);
    const backend = await backendOf(call);
    const states: Readonly<Record<Mode, boolean>> = {
      pause: backend.paused_at !== null,
      maintenance: backend.maintenance_at !== null,
      drain: backend.draining_at !== null,
      active: backend.is_active,
    };
    const isOn = !states[mode];
    await site.db.transaction().execute(async (tx) => {
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: `backend-${mode}`,
        target: ['backend', backend.slug],
        details: { on: isOn },
      });
      if (mode === 'active')
        await tx
          .updateTable('backend')
          .set({ is_active: isOn })
          .where('id', '=', backend.id)
          .execute();
    });
    if (mode === 'pause') await setPaused(site, backend.id, isOn);
    if (mode === 'maintenance') await setMaintenance(site, backend.id, isOn);
    if (mode === 'drain') await setDraining(site, backend.id, isOn);
    return sendTo(call, `/staff/backends/${backend.slug}`, 'saved');
  };
}

export async function setPlaces(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const backend = await backendOf(call);
  const read = (name: 'database_slots' | 'other_slots'): number => {
    const value = Number(fields.text(name));
    return fields.text(name) !== '' && Number.isFinite(value) && value >= 0 && value <= 10_000
      ? value
      : backend[name];
  };
  const places = { database_slots: read('database_slots'), other_slots: read('other_slots') };
  await site.db.transaction().execute(async (tx) => {
    await tx.updateTable('backend').set(places).where('id', '=', backend.id).execute();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'backend-places',
      target: ['backend', backend.slug],
      details: places,
    });
  });
  return sendTo(call, `/staff/backends/${backend.slug}`, 'saved');
}

export async function makeBackendToken(call: Call): Promise<Response> {
  const { site, now, person } = call;
  const fields = await ownForm(call);
  const backend = await backendOf(call);
  const label = fields.text('label').slice(0, 100) || 'Agent';
  const replace = fields.has('replace');
  const secret = await site.db.transaction().execute(async (tx) => {
    if (replace)
      await tx
        .updateTable('token')
        .set({ revoked_at: now })
        .where('backend_id', '=', backend.id)
        .where('revoked_at', 'is', null)
        .execute();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'token-made',
      target: ['backend', backend.slug],
      details: { label, replace },
    });
    return await issueToken(tx, {
      owner: { backendId: backend.id },
      label,
      scopes: ['agent'],
      createdBy: person?.id ?? null,
      now,
    });
  });
  return await staffBackendPage(call, secret);
}

export async function revokeBackendToken(call: Call): Promise<Response> {
  const { site, now, person } = call;
  await ownForm(call);
  const backend = await backendOf(call);
  const name = call.http.req.param('token') ?? '';
  const token = await site.db
    .selectFrom('token')
    .select(['id', 'label'])
    .where('id', '=', /^\d{1,9}$/.test(name) ? Number(name) : 0)
    .where('backend_id', '=', backend.id)
    .executeTakeFirst();
  if (token === undefined) throw httpFaults.error('thing-unknown', { what: 'token', name });
  await site.db.transaction().execute(async (tx) => {
    await revokeToken(tx, token.id, now);
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'token-revoked',
      target: ['backend', backend.slug],
      details: { label: token.label },
    });
  });
  return sendTo(call, `/staff/backends/${backend.slug}`, 'revoked');
}
