/** The one place where it is found out who asks. */
import { csrfToken, expectOwnForm, type FormFields, httpFaults, readForm } from '@vitrine/platform';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Airlock } from '../airlock.ts';
import { confirmedPerson } from '../people/confirm-rights.ts';
import type { Call, Route } from './route.ts';

/** The name says that the cookie was set by this host, over TLS, for all its paths; browsers hold us to it. */
export function sessionCookie({ development }: Pick<Airlock, 'development'>): string {
  return development ? 'vitrine_airlock' : '__Host-vitrine_airlock';
}

/**
 * Lets a request in.
 * @throws FaultError sign-in-needed
 */
export async function admit(airlock: Airlock, http: Context, route: Route): Promise<Call> {
  const now = airlock.clock();
  const secret = getCookie(http, sessionCookie(airlock));
  const person = secret === undefined ? null : await confirmedPerson(airlock, secret, now);
  if (person === null && route.access === 'signed-in') throw httpFaults.error('sign-in-needed', {});
  const csrf = person === null ? '' : csrfToken(person.sessionHash);
  return { http, airlock, person, csrf, now };
}

/**
 * The fields of a form that came from one of our own pages.
 * @throws FaultError form-forged, body-…
 */
export async function ownForm(call: Call): Promise<FormFields> {
  const fields = await readForm(call.http);
  expectOwnForm(call.http, call.person === null ? null : call.csrf, fields.text('csrf'));
  return fields;
}
