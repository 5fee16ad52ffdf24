import type { Diagnostic } from '@vitrine/pipeline';
import { faultLines, problemOf } from '@vitrine/platform';
import { alert, type Html, heading, html } from '@vitrine/web';
import { getCookie } from 'hono/cookie';
import { siteStatuses } from '../http/faults.ts';
import { sessionCookie } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { SESSION_SECONDS } from '../people/sessions.ts';
import { publicationStatuses } from '../publications/faults.ts';
import { releaseStatuses } from '../releases/faults.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';

/** Faults as a page. */
export async function problemPage(
  call: Call,
  diagnostics: readonly Diagnostic[],
): Promise<Response> {
  const { status, title, code } = problemOf(diagnostics, {
    ...siteStatuses,
    ...releaseStatuses,
    ...publicationStatuses,
  });
  const { http } = call;
  const sent = http.req.method === 'POST' && status < 500;
  return await respond(call, {
    title,
    status: status as Parameters<typeof respond>[1]['status'] & number,
    main: html`${heading({ title })}
    <div class="stack">${code === 'sign-in-needed' ? signInLines(call) : faultLines(diagnostics)}
    ${sent ? html`<p>Nothing has been changed.</p>` : null}
    <p class="buttons">${
      code === 'sign-in-needed'
        ? html`<a class="button primary" href="${addresses.signIn()}">Sign in</a>`
        : null
    }<a class="button" href="${addresses.home}">Go to the first page</a><a class="button" href="${addresses.eventLog}">Search the event log</a></p></div>`,
  });
}

/** Who sent a form without being signed in: most often because the session has ended meanwhile. */
function signInLines(call: Call): Html {
  return alert({
    tone: 'warning',
    title: hasEndedSession(call) ? 'Your sign-in has ended.' : 'You are not signed in.',
    body: html`<p>A sign-in lasts ${Math.round(SESSION_SECONDS / 86_400)} days. Sign in, go back to the form and send it again.</p>`,
  });
}

/** Whether the browser has a session that is none any more. */
export function hasEndedSession({ http, site, person }: Call): boolean {
  return person === null && getCookie(http, sessionCookie(site)) !== undefined;
}
