import { httpFaults, localPath, readForm, sendTo } from '@vitrine/platform';
import { alert, card, form, heading, html, submit } from '@vitrine/web';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { siteFaults } from '../http/faults.ts';
import { expectOwnForm, sessionCookie } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { findPerson } from '../people/find-person.ts';
import { beginSession, endSession, SESSION_SECONDS } from '../people/sessions.ts';
import type { Departure, Provider } from '../people/sign-in/methods.ts';
import { recognise } from '../people/sign-in/recognise.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';
import { hasEndedSession } from './problem.ts';

export async function signInPage(call: Call): Promise<Response> {
  const { site, http } = call;
  const next = localPath(http.req.query('next'));
  const people = site.development
    ? await site.db
        .selectFrom('person')
        .select(['username', 'name'])
        .where('is_disabled', '=', false)
        .orderBy('id')
        .limit(50)
        .execute()
    : [];
  const { providers } = site.signIn;
  return await respond(call, {
    title: 'Sign in',
    main: html`${heading({ title: 'Sign in', lead: 'To run jobs you need an account. Job requests, jobs and the event log are open to everybody.' })}
    <div class="stack">
    ${
      hasEndedSession(call)
        ? alert({
            tone: 'info',
            title: 'Your sign-in has ended.',
            body: 'Sign in again to go on where you were.',
          })
        : null
    }
    ${
      providers.length === 0 && !site.development
        ? alert({
            tone: 'warning',
            title: 'No way to sign in is set up.',
            body: 'Start the server with an OpenID provider or GitHub.',
          })
        : null
    }
    ${providers.map(({ key, label }) =>
      card({
        id: key,
        title: label,
        body: html`<a class="button primary" href="/sign-in/${key}?next=${encodeURIComponent(next)}">Sign in with ${label}</a>`,
      }),
    )}
    ${
      site.development
        ? card({
            id: 'development',
            title: 'Development sign-in',
            subtitle: 'Without a password, because this site was started for development.',
            body: html`<div class="buttons">${people.map(({ username, name }) =>
              form({
                action: '/sign-in/development',
                csrf: call.csrf,
                className: 'inline',
                body: html`<input type="hidden" name="username" value="${username}"><input type="hidden" name="next" value="${next}">${submit(name, 'plain')}`,
              }),
            )}</div>`,
          })
        : null
    }</div>`,
  });
}

/** Signs in without a password. Answers only where the site was started for development. */
export async function developmentSignIn(call: Call): Promise<Response> {
  const { site, http } = call;
  if (!site.development) throw httpFaults.error('page-unknown', { path: http.req.path });
  const fields = await readForm(http);
  expectOwnForm(call, fields.text('csrf'));
  const person = await findPerson(site.db, fields.text('username'));
  if (person === null) {
    throw httpFaults.error('thing-unknown', { what: 'person', name: fields.text('username') });
  }
  return await begin(call, person.id, localPath(fields.text('next')));
}

export async function departToProvider(call: Call): Promise<Response> {
  const provider = providerOf(call);
  const next = localPath(call.http.req.query('next'));
  try {
    const { to, departure } = await provider.depart(callbackOf(call, provider), next);
    setCookie(
      call.http,
      departureCookie(call),
      JSON.stringify(departure),
      cookieOptions(call, 600),
    );
    return call.http.redirect(to, 302);
  } catch {
    throw siteFaults.error('sign-in-refused', { reason: `${provider.label} does not answer.` });
  }
}

export async function arriveFromProvider(call: Call): Promise<Response> {
  const { site, http, now } = call;
  const provider = providerOf(call);
  const departure = readDeparture(getCookie(http, departureCookie(call)));
  deleteCookie(http, departureCookie(call), cookieOptions(call, 0));
  if (departure === null) {
    throw siteFaults.error('sign-in-refused', {
      reason: 'it took too long, or began in another browser.',
    });
  }
  const address = new URL(callbackOf(call, provider));
  address.search = new URL(http.req.url).search;
  const identity = await provider.arrive(address, departure).catch(() => {
    throw siteFaults.error('sign-in-refused', { reason: `${provider.label} did not confirm it.` });
  });
  const personId = await recognise(site.db, identity, now);
  if (personId === null)
    throw siteFaults.error('sign-in-refused', { reason: 'the account is disabled.' });
  return await begin(call, personId, localPath(departure.next));
}

export async function signOut(call: Call): Promise<Response> {
  const fields = await readForm(call.http);
  expectOwnForm(call, fields.text('csrf'));
  if (call.actor.kind === 'person') await endSession(call.site.db, call.actor.sessionHash);
  deleteCookie(call.http, sessionCookie(call.site), cookieOptions(call, 0));
  return sendTo(call, addresses.home, 'signed-out');
}

/** A new session at each sign-in; one that the browser had before ends. */
async function begin(call: Call, personId: number, next: string): Promise<Response> {
  if (call.actor.kind === 'person') await endSession(call.site.db, call.actor.sessionHash);
  const secret = await beginSession(call.site.db, personId, call.now);
  setCookie(call.http, sessionCookie(call.site), secret, cookieOptions(call, SESSION_SECONDS));
  return call.http.redirect(next, 303);
}

function cookieOptions({ site }: Call, seconds: number): Parameters<typeof setCookie>[3] & object {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: !site.development,
    maxAge: seconds,
  };
}

function departureCookie({ site }: Call): string {
  return site.development ? 'vitrine_departure' : '__Host-vitrine_departure';
}

function readDeparture(text: string | undefined): Departure | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const isWhole =
      typeof value === 'object' &&
      value !== null &&
      ['state', 'nonce', 'verifier', 'next'].every(
        (key) => typeof (value as Record<string, unknown>)[key] === 'string',
      );
    return isWhole ? (value as Departure) : null;
  } catch {
    return null;
  }
}

function providerOf({ site, http }: Call): Provider {
  const provider = site.signIn.providers.find(({ key }) => key === http.req.param('provider'));
  if (provider === undefined) throw httpFaults.error('page-unknown', { path: http.req.path });
  return provider;
}

function callbackOf({ site }: Call, { key }: Provider): string {
  return new URL(`/sign-in/${key}/callback`, site.publicUrl()).href;
}
