/** The one place where it is decided whether a request may do what its route does. */
import { csrfToken, expectOwnForm as expectOwnFormOf, httpFaults } from '@vitrine/platform';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { type Actor, anonymous, may, type Person, personOf, type Scope } from '../people/actor.ts';
import { PERMISSIONS, type Permission } from '../people/roles.ts';
import { findSession } from '../people/sessions.ts';
import { findToken, type TokenScope } from '../people/tokens.ts';
import type { Site } from '../site.ts';
import { siteFaults } from './faults.ts';
import type { Call, Route, Subject } from './route.ts';
import { findSubject } from './subject.ts';

/** The name says that the cookie was set by this host, over TLS, for all its paths; browsers hold us to it. */
export function sessionCookie(site: Site): string {
  return site.development ? 'vitrine_session' : '__Host-vitrine_session';
}

/**
 * Finds out who asks, and lets the request in or throws.
 * @throws FaultError with the fault that says what is missing
 */
export async function admit(site: Site, http: Context, route: Route): Promise<Call> {
  const now = site.clock();
  const actor =
    route.answers === 'page'
      ? await cookieActor(site, http, now)
      : await tokenActor(site, http, now);
  await check(site, http, route, actor);
  return { http, site, actor, person: personOf(actor), csrf: csrfOf(actor), now };
}

function csrfOf(actor: Actor): string {
  return actor.kind === 'person' ? csrfToken(actor.sessionHash) : '';
}

async function cookieActor(site: Site, http: Context, now: Date): Promise<Actor> {
  const secret = getCookie(http, sessionCookie(site));
  return secret === undefined ? anonymous : await findSession(site.db, secret, now);
}

/** APIs never look at cookies, so that a page elsewhere cannot use them in a visitor's name. */
async function tokenActor(site: Site, http: Context, now: Date): Promise<Actor> {
  const header = http.req.header('authorization');
  if (header === undefined) return anonymous;
  // Clients of the RAP controller send the token without a scheme (job-server §4.2).
  const secret = header.replace(/^Bearer\s+/i, '').trim();
  const actor = await findToken(site.db, secret, now);
  if (actor.kind === 'anonymous') throw siteFaults.error('token-invalid', {});
  return actor;
}

async function check(site: Site, http: Context, route: Route, actor: Actor): Promise<void> {
  const { access } = route;
  const person = personOf(actor);
  switch (access.kind) {
    case 'public':
      return;
    case 'signed-in':
      if (person === null) throw httpFaults.error('sign-in-needed', {});
      return;
    case 'backend':
      if (actor.kind === 'anonymous') throw httpFaults.error('sign-in-needed', {});
      if (actor.kind !== 'backend')
        throw siteFaults.error('token-scope-missing', { scope: access.scope });
      expectScope(actor, access.scope);
      return;
    case 'token':
      if (actor.kind === 'anonymous') throw httpFaults.error('sign-in-needed', {});
      if (actor.kind !== 'token')
        throw siteFaults.error('token-scope-missing', { scope: access.scope });
      expectScope(actor, access.scope);
      return;
    case 'permission': {
      if (person === null) throw httpFaults.error('sign-in-needed', {});
      if (actor.kind === 'token') expectScope(actor, access.scope ?? null);
      const name = access.on === 'site' ? '' : (http.req.param(parameters[access.on]) ?? '');
      const subject = await findSubject(site, access.on, name);
      const own = access.orRequester === true && subject.requesterId === person.id;
      if (!own) requirePermission(person, access.permission, subject);
    }
  }
}

/** For what only the body of a message names: routes whose path says it are checked before they are called. */
export function requirePermission(
  person: Person | null,
  permission: Permission,
  scope: Scope,
): void {
  if (!may(person, permission, scope)) {
    throw httpFaults.error('permission-needed', { permission: PERMISSIONS[permission] });
  }
}

/** The parameter of the path that names each kind of thing. */
const parameters: Readonly<Record<Exclude<Subject, 'site'>, string>> = {
  organisation: 'organisation',
  project: 'project',
  workspace: 'workspace',
  'job-request': 'number',
  job: 'job',
  release: 'release',
  publication: 'publication',
};

function expectScope(actor: Extract<Actor, { scopes: unknown }>, scope: TokenScope | null): void {
  if (scope === null || !actor.scopes.includes(scope)) {
    throw siteFaults.error('token-scope-missing', { scope: scope ?? 'for this' });
  }
}

/** The backend of a call that its guard let in as a program of one. */
export function backendOf({ actor }: Call): { readonly id: number; readonly slug: string } {
  if (actor.kind !== 'backend') throw httpFaults.error('sign-in-needed', {});
  return { id: actor.backendId, slug: actor.slug };
}

/**
 * Refuses forms that did not come from our own pages.
 * @throws FaultError form-forged
 */
export function expectOwnForm(call: Call, csrf: string): void {
  expectOwnFormOf(call.http, call.actor.kind === 'person' ? call.csrf : null, csrf);
}
