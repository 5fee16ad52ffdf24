import { inTransaction, localPath, recordDecision, sendTo } from '@vitrine/platform';
import { ConnectionError } from '@vitrine/protocol';
import { card, form, heading, html, submit, textField } from '@vitrine/web';
import { deleteCookie, setCookie } from 'hono/cookie';
import { airlockFaults } from '../faults.ts';
import { ownForm, sessionCookie } from '../http/guard.ts';
import {
  type Call,
  formTarget,
  type PersonalCall,
  publicForm,
  publicPage,
  type Route,
} from '../http/route.ts';
import { beginSession, endSession } from '../people/session.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';

export const signInRoutes: readonly Route[] = [
  publicPage('/sign-in', signInPage),
  publicForm('/sign-in', signIn),
  formTarget('/sign-out', signOut),
];

function signInPage(call: Call): Response {
  return signInForm(call, localPath(call.http.req.query('next')));
}

function signInForm(call: Call, next: string, username = '', error?: string): Response {
  return respond(call, {
    title: 'Sign in',
    status: error === undefined ? 200 : 422,
    main: html`${heading({ title: 'Sign in' })}
    <div class="stack narrow">${card({
      id: 'token-sign-in',
      title: 'With a token of the job server',
      subtitle:
        'Make one on your account page there, before you connect. It is good for one sign-in, and only for a few minutes.',
      body: form({
        action: '/sign-in',
        csrf: call.csrf,
        body: html`<input type="hidden" name="next" value="${next}">
        ${textField({
          name: 'username',
          label: 'User name',
          required: true,
          value: username,
          autocomplete: 'username',
        })}
        ${textField({
          name: 'token',
          label: 'Token',
          required: true,
          hint: 'Twelve letters and digits; hyphens and capitals do not matter.',
          autocomplete: 'one-time-code',
          ...(error === undefined ? {} : { error }),
        })}
        ${submit('Sign in')}`,
      }),
    })}</div>`,
  });
}

async function signIn(call: Call): Promise<Response> {
  const { airlock, http, now } = call;
  const fields = await ownForm(call);
  const next = localPath(fields.text('next'));
  const username = fields.text('username').slice(0, 255);
  const token = fields.text('token').toLowerCase().replace(/[\s-]/g, '').slice(0, 64);
  if (username === '' || token === '') {
    return signInForm(call, next, username, 'Give your user name and the token.');
  }
  try {
    const granted = await airlock.jobServer.signIn({ username, token }, airlock.stopping);
    const secret = await inTransaction(airlock, async (tx) => {
      const { grant, rights } = granted;
      await recordDecision(tx, now, {
        actor: rights.username,
        kind: 'signed-in',
        details: { grant },
      });
      return await beginSession(tx, granted, now);
    });
    const seconds = (new Date(granted.expires_at).getTime() - now.getTime()) / 1000;
    setCookie(http, sessionCookie(airlock), secret, {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: !airlock.development,
      maxAge: Math.max(0, Math.floor(seconds)),
    });
    return http.redirect(next, 303);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    // What the server says of a token that is wrong; a backend whose own token is wrong is another matter.
    if (error.code !== null && error.code !== 'token-invalid' && error.failure !== 'failed') {
      return signInForm(call, next, username, error.message);
    }
    throw airlockFaults.error('job-server-away', {});
  }
}

async function signOut(call: PersonalCall): Promise<Response> {
  const { airlock, http, person, now } = call;
  await ownForm(call);
  await inTransaction(airlock, async (tx) => {
    await recordDecision(tx, now, {
      actor: person.username,
      kind: 'signed-out',
      details: { grant: person.grant },
    });
    await endSession(tx, person.sessionHash);
  });
  deleteCookie(http, sessionCookie(airlock), { path: '/', secure: !airlock.development });
  await airlock.jobServer.signOut(person.grant, airlock.stopping).catch((error: unknown) => {
    if (!(error instanceof ConnectionError)) throw error;
    // Nobody here holds the key any more; there it ends by itself.
    airlock.log?.({ level: 'warn', event: 'sign-out-not-told', facts: { failure: error.failure } });
  });
  return sendTo(call, addresses.signIn(), 'signed-out');
}
