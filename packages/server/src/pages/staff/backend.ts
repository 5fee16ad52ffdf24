/** One backend: its operation, its size and the tokens of its programs. */
import { httpFaults, sendTo } from '@vitrine/platform';
import { buttonForm, card, checkbox, html, instant, keyValues } from '@vitrine/web';
import { sql } from 'kysely';
import type { Call } from '../../http/route.ts';
import {
  BACKEND_TOKEN_SCOPES,
  type BackendTokenScope,
  issueToken,
  TOKEN_SCOPES,
} from '../../people/tokens.ts';
import { type BackendStatus, backendStatuses } from '../../queries/places.ts';
import { setDraining, setMaintenance, setPaused } from '../../scheduling/operating-modes.ts';
import { secretCard } from '../account.ts';
import { carryOut } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { revokeTokenOf, type TokenOwner, tokensOf, tokenTable } from '../tokens.ts';
import { respondStaff } from './frame.ts';

type Edited = 'name' | 'database_slots' | 'other_slots';

/** A size of a pool, in places. */
function placesFault(text: string): string | null {
  const value = Number(text);
  return /^\d+(?:\.\d+)?$/.test(text) && value <= 10_000 ? null : 'A number from 0 to 10000.';
}

const settings: FormRules<Edited> = {
  name: { kind: 'text', label: 'Name', required: true, maxLength: 200 },
  database_slots: {
    kind: 'number',
    label: 'Places for jobs that read the database',
    required: true,
    maxLength: 10,
    check: placesFault,
  },
  other_slots: {
    kind: 'number',
    label: 'Places for other jobs',
    required: true,
    maxLength: 10,
    check: placesFault,
  },
};

const tokenRules: FormRules<'label' | 'scope'> = {
  label: { kind: 'text', label: 'What it is for', required: true, maxLength: 100 },
  scope: {
    kind: 'choice',
    label: 'It may',
    options: BACKEND_TOKEN_SCOPES.map((value) => ({ value, label: TOKEN_SCOPES[value] })),
  },
};

interface Shown {
  readonly secret?: string;
  readonly settings?: Partial<Values<Edited>>;
  readonly wrongSettings?: Wrong<Edited>;
  readonly token?: Partial<Values<'label' | 'scope'>>;
  readonly wrongToken?: Wrong<'label' | 'scope'>;
}

async function backendOf(call: Call): Promise<BackendStatus> {
  const name = call.http.req.param('backend') ?? '';
  const backend = (await backendStatuses(call.site.db)).find(({ slug }) => slug === name);
  if (backend === undefined) throw httpFaults.error('thing-unknown', { what: 'backend', name });
  return backend;
}

function ownerOf({ id, slug }: BackendStatus): TokenOwner {
  return { kind: 'backend', id, name: slug };
}

export async function staffBackendPage(call: Call, shown: Shown = {}): Promise<Response> {
  const { csrf } = call;
  const backend = await backendOf(call);
  const tokens = await tokensOf(call, ownerOf(backend));
  const address = `/staff/backends/${backend.slug}`;
  const since = (at: Date | null) => (at === null ? 'No' : html`Since ${instant(at)}`);
  const { secret, wrongSettings, wrongToken } = shown;
  return await respondStaff(call, {
    title: backend.name,
    lead: html`<a href="/status#${backend.slug}">Status of the backend</a>`,
    status: wrongSettings || wrongToken ? 422 : 200,
    main: html`${secret === undefined ? null : secretCard('The new token', secret, 'Give it to its program now')}
    ${card({
      id: 'mode',
      title: 'Operation',
      body: html`<div class="wide">${keyValues([
        ['Open for job requests', backend.is_active ? 'Yes' : 'No'],
        ['Paused', since(backend.paused_at)],
        ['Database maintenance', since(backend.maintenance_at)],
        ['Restarting', since(backend.draining_at)],
        ['Last contact', instant(backend.last_seen_at)],
        ['Running and pending jobs', `${backend.running} and ${backend.pending}`],
      ])}</div>`,
      footer: html`<div class="buttons">
        ${buttonForm(`${address}/pause`, csrf, backend.paused_at ? 'Go on' : 'Pause')}
        ${buttonForm(`${address}/maintenance`, csrf, backend.maintenance_at ? 'End maintenance' : 'Begin database maintenance')}
        ${buttonForm(`${address}/drain`, csrf, backend.draining_at ? 'Restart is over' : 'Prepare a restart')}
        ${buttonForm(`${address}/active`, csrf, backend.is_active ? 'Close for job requests' : 'Open for job requests', backend.is_active ? 'danger' : 'plain')}</div>`,
    })}
    ${card({
      id: 'settings',
      title: 'Name and size',
      subtitle: 'How many jobs may run at a time; heavy jobs take several places.',
      body: ruledForm({
        action: `${address}/settings`,
        csrf,
        rules: settings,
        values: shown.settings ?? {
          name: backend.name,
          database_slots: String(backend.database_slots),
          other_slots: String(backend.other_slots),
        },
        wrong: wrongSettings,
        submit: 'Save',
      }),
    })}
    ${card({
      id: 'tokens',
      title: 'Tokens of its programs',
      flush: true,
      body: tokenTable(
        call,
        tokens,
        `${address}/tokens`,
        'The backend has no token: no agent and no airlock can work for it.',
      ),
    })}
    ${card({
      id: 'new-token',
      title: 'Make a token',
      body: ruledForm({
        action: `${address}/tokens`,
        csrf,
        rules: tokenRules,
        values: shown.token ?? { scope: 'agent' },
        wrong: wrongToken,
        more: checkbox({
          name: 'replace',
          value: 'yes',
          label: 'Revoke all others that may do the same',
          hint: 'An agent that still has an old one stops hearing of jobs until it has the new one; what it runs goes on. An airlock lets nobody in until then.',
        }),
        submit: 'Make a token',
      }),
    })}`,
  });
}

type Mode = 'pause' | 'maintenance' | 'drain' | 'active';

/** Switches one thing of a backend on or off. */
export function switchBackend(mode: Mode): (call: Call) => Promise<Response> {
  return async (call) => {
    const { site } = call;
    await ownForm(call);
    const backend = await backendOf(call);
    const states: Readonly<Record<Mode, boolean>> = {
      pause: backend.paused_at !== null,
      maintenance: backend.maintenance_at !== null,
      drain: backend.draining_at !== null,
      active: backend.is_active,
    };
    const isOn = !states[mode];
    await carryOut(
      call,
      { kind: `backend-${mode}`, target: ['backend', backend.slug], details: { on: isOn } },
      async (tx) => {
        if (mode !== 'active') return;
        await tx
          .updateTable('backend')
          .set({ is_active: isOn })
          .where('id', '=', backend.id)
          .execute();
      },
    );
    if (mode === 'pause') await setPaused(site, backend.id, isOn);
    if (mode === 'maintenance') await setMaintenance(site, backend.id, isOn);
    if (mode === 'drain') await setDraining(site, backend.id, isOn);
    return sendTo(call, `/staff/backends/${backend.slug}`, 'saved');
  };
}

export async function editBackend(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const backend = await backendOf(call);
  const { values, wrong } = readFields(fields, settings);
  if (wrong !== null) {
    return await staffBackendPage(call, { settings: values, wrongSettings: wrong });
  }
  const change = {
    name: values.name,
    database_slots: Number(values.database_slots),
    other_slots: Number(values.other_slots),
  };
  await carryOut(
    call,
    { kind: 'backend-edited', target: ['backend', backend.slug], details: change },
    async (tx) =>
      await tx.updateTable('backend').set(change).where('id', '=', backend.id).execute(),
  );
  return sendTo(call, `/staff/backends/${backend.slug}`, 'saved');
}

export async function makeBackendToken(call: Call): Promise<Response> {
  const { now, person } = call;
  const fields = await ownForm(call);
  const backend = await backendOf(call);
  const { values, wrong } = readFields(fields, tokenRules);
  if (wrong !== null) return await staffBackendPage(call, { token: values, wrongToken: wrong });
  const { label } = values;
  // The rules of the form have no other choices.
  const scope = values.scope as BackendTokenScope;
  const replace = fields.has('replace');
  const secret = await carryOut(
    call,
    { kind: 'token-made', target: ['backend', backend.slug], details: { label, scope, replace } },
    async (tx) => {
      if (replace) {
        await tx
          .updateTable('token')
          .set({ revoked_at: now })
          .where('backend_id', '=', backend.id)
          .where(sql<boolean>`${scope} = any(scopes)`)
          .where('revoked_at', 'is', null)
          .execute();
      }
      return await issueToken(tx, {
        owner: { backendId: backend.id },
        label,
        scopes: [scope],
        createdBy: person?.id ?? null,
        now,
      });
    },
  );
  return await staffBackendPage(call, { secret });
}

export async function revokeBackendToken(call: Call): Promise<Response> {
  await ownForm(call);
  const backend = await backendOf(call);
  await revokeTokenOf(call, ownerOf(backend));
  return sendTo(call, `/staff/backends/${backend.slug}`, 'revoked');
}
