/** People, and one's own account. */
import {
  card,
  checkbox,
  fieldset,
  form,
  heading,
  html,
  instant,
  keyValues,
  shortInstant,
  submit,
  table,
  textField,
} from '@vitrine/web';
import { readForm } from '../http/body.ts';
import { httpFaults } from '../http/faults.ts';
import { expectOwnForm } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { recordDecision } from '../people/record-audit.ts';
import { isRoleName, ROLES } from '../people/roles.ts';
import {
  issueToken,
  PERSON_TOKEN_SCOPES,
  revokeToken,
  TOKEN_DAYS,
  TOKEN_SCOPES,
} from '../people/tokens.ts';
import { listRequests } from '../queries/request-list.ts';
import { addresses } from './addresses.ts';
import { respond, sendTo } from './frame.ts';
import { requestLog } from './request-logs.ts';
import { requestTable } from './request-table.ts';

export async function peoplePage(call: Call): Promise<Response> {
  const after = call.http.req.query('after') ?? '';
  const rows = await call.site.db
    .selectFrom('person')
    .select(['username', 'name', 'created_at'])
    .where('username', '>', after.replaceAll('\0', ''))
    .orderBy('username')
    .limit(101)
    .execute();
  const shown = rows.slice(0, 100);
  return await respond(call, {
    title: 'People',
    main: html`${heading({ title: 'People', lead: 'Everybody who may ask for code to be run.' })}
    ${card({
      id: 'people',
      title: 'People by user name',
      flush: true,
      body: table({
        caption: 'People',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ username, name }) => html`<a href="${addresses.person(username)}">${name}</a>`,
          },
          { heading: 'User name', cell: ({ username }) => html`<code>${username}</code>` },
          { heading: 'Joined (UTC)', cell: ({ created_at }) => shortInstant(created_at) },
        ],
        rows: shown,
        empty: 'Nobody.',
      }),
    })}
    ${rows.length > shown.length ? html`<nav class="pagination" aria-label="Pages"><span></span><a class="button" rel="next" href="${addresses.people}?after=${encodeURIComponent(shown.at(-1)?.username ?? '')}">More →</a></nav>` : null}`,
  });
}

async function personOfPage(
  call: Call,
): Promise<{ id: number; username: string; name: string; created_at: Date }> {
  const name = call.http.req.param('person') ?? '';
  const person = await call.site.db
    .selectFrom('person')
    .select(['id', 'username', 'name', 'created_at'])
    .where('username', '=', name)
    .executeTakeFirst();
  if (person === undefined) throw httpFaults.error('thing-unknown', { what: 'person', name });
  return person;
}

export async function personPage(call: Call): Promise<Response> {
  const { db } = call.site;
  const shown = await personOfPage(call);
  const [projects, recent] = await Promise.all([
    db
      .selectFrom('membership')
      .innerJoin('project', 'project.id', 'membership.project_id')
      .select(['project.slug', 'project.name'])
      .distinct()
      .where('membership.person_id', '=', shown.id)
      .orderBy('project.name')
      .execute(),
    listRequests(db, { personId: shown.id }, { size: 10 }),
  ]);
  const address = addresses.person(shown.username);
  return await respond(call, {
    title: shown.name,
    breadcrumbs: [
      { label: 'People', href: addresses.people },
      { label: shown.name, href: address },
    ],
    main: html`${heading({ title: shown.name, actions: html`<a class="button" href="${address}/logs">View logs</a>` })}
    <div class="columns"><div class="stack">
      ${card({ id: 'latest', title: 'Latest job requests', flush: true, body: requestTable(recent, ['person']) })}
    </div><div class="stack">
      ${card({
        id: 'person',
        title: 'About',
        body: keyValues([
          ['User name', html`<code>${shown.username}</code>`],
          ['Joined', instant(shown.created_at)],
        ]),
      })}
      ${card({
        id: 'projects',
        title: 'Projects',
        body:
          projects.length === 0
            ? html`<p class="quiet">None.</p>`
            : html`<ul>${projects.map(({ slug, name }) => html`<li><a href="${addresses.project(slug)}">${name}</a></li>`)}</ul>`,
      })}
    </div></div>`,
  });
}

export async function personLogPage(call: Call): Promise<Response> {
  const { id, username, name } = await personOfPage(call);
  return await requestLog(call, {
    title: `Log of ${name}`,
    path: `${addresses.person(username)}/logs`,
    breadcrumbs: [{ label: name, href: addresses.person(username) }],
    filter: { personId: id },
  });
}

/** One's own account: roles and tokens. */
export async function accountPage(
  call: Call,
  secret: string | null = null,
  error?: string,
): Promise<Response> {
  const { site, person, csrf, now } = call;
  if (person === null) throw httpFaults.error('sign-in-needed', {});
  const tokens = await site.db
    .selectFrom('token')
    .select([
      'id',
      'label',
      'prefix',
      'scopes',
      'created_at',
      'expires_at',
      'revoked_at',
      'last_used_at',
    ])
    .where('person_id', '=', person.id)
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  return await respond(call, {
    title: 'Account',
    status: error ? 422 : 200,
    main: html`${heading({ title: 'Account' })}
    <div class="columns"><div class="stack">
      ${secret === null ? null : card({ id: 'secret', title: 'Your new token', body: html`<p>Copy it now: it is not stored and will not be shown again.</p><code class="token">${secret}</code>` })}
      ${card({
        id: 'tokens',
        title: 'Tokens',
        subtitle:
          'For programs that act in your name through the API. Each does only what it was made for.',
        flush: true,
        body: table({
          caption: 'Your tokens',
          columns: [
            {
              heading: 'Label',
              names: true,
              cell: ({ label, prefix }) =>
                html`${label}<span class="why"><code>${prefix}…</code></span>`,
            },
            { heading: 'May', cell: ({ scopes }) => html`${scopes.join(', ')}` },
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
                        action: `/account/tokens/${id}/revoke`,
                        csrf,
                        className: 'inline',
                        label: `Revoke ${label}`,
                        body: submit('Revoke', 'danger'),
                      }),
            },
          ],
          rows: tokens,
          empty: 'You have no tokens.',
        }),
      })}
      ${card({
        id: 'new-token',
        title: 'Make a token',
        body: form({
          action: '/account/tokens',
          csrf,
          body: html`${textField({ name: 'label', label: 'What it is for', required: true, maxLength: 100, error })}
          ${fieldset(
            'It may',
            PERSON_TOKEN_SCOPES.map((scope) =>
              checkbox({ name: 'scope', value: scope, label: TOKEN_SCOPES[scope] }),
            ),
          )}
          <p class="hint">It lasts ${TOKEN_DAYS} days.</p>${submit('Make token')}`,
        }),
      })}
    </div><div class="stack">
      ${card({
        id: 'you',
        title: 'You',
        body: keyValues([
          ['Name', person.name],
          ['User name', html`<code>${person.username}</code>`],
          ['E-mail', person.email ?? 'Not known'],
        ]),
      })}
      ${card({
        id: 'roles',
        title: 'Your roles',
        body:
          person.memberships.length === 0
            ? html`<p class="quiet">None.</p>`
            : html`<ul>${person.memberships.map(({ role, scope }) => html`<li>${isRoleName(role) ? ROLES[role].label : role} <span class="quiet">(${scope})</span></li>`)}</ul>`,
      })}
    </div></div>`,
  });
}

export async function makeToken(call: Call): Promise<Response> {
  const { site, person, now } = call;
  const fields = await readForm(call.http);
  expectOwnForm(call, fields.text('csrf'));
  if (person === null) throw httpFaults.error('sign-in-needed', {});
  const label = fields.text('label').slice(0, 100);
  const scopes = PERSON_TOKEN_SCOPES.filter((scope) => fields.all('scope').includes(scope));
  if (label === '') return await accountPage(call, null, 'Say what the token is for.');
  if (scopes.length === 0)
    return await accountPage(call, null, 'Choose at least one thing that it may do.');
  const secret = await site.db.transaction().execute(async (tx) => {
    await recordDecision(tx, now, {
      actor: person.username,
      kind: 'token-made',
      target: ['person', person.username],
      details: { label, scopes },
    });
    return await issueToken(tx, {
      owner: { personId: person.id },
      label,
      scopes,
      createdBy: person.id,
      now,
    });
  });
  return await accountPage(call, secret);
}

export async function revokeOwnToken(call: Call): Promise<Response> {
  const { site, person, now } = call;
  const fields = await readForm(call.http);
  expectOwnForm(call, fields.text('csrf'));
  if (person === null) throw httpFaults.error('sign-in-needed', {});
  const name = call.http.req.param('token') ?? '';
  const id = /^\d{1,9}$/.test(name) ? Number(name) : 0;
  const own = await site.db
    .selectFrom('token')
    .select(['id', 'label'])
    .where('id', '=', id)
    .where('person_id', '=', person.id)
    .executeTakeFirst();
  if (own === undefined) throw httpFaults.error('thing-unknown', { what: 'token', name });
  await site.db.transaction().execute(async (tx) => {
    await recordDecision(tx, now, {
      actor: person.username,
      kind: 'token-revoked',
      target: ['person', person.username],
      details: { label: own.label },
    });
    await revokeToken(tx, own.id, now);
  });
  return sendTo(call, addresses.account, 'revoked');
}
