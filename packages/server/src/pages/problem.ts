import type { Diagnostic } from '@vitrine/pipeline';
import type { Problem } from '@vitrine/protocol';
import { alert, type Html, heading, html } from '@vitrine/web';
import { getCookie } from 'hono/cookie';
import { statusOf } from '../http/faults.ts';
import { sessionCookie } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { SESSION_SECONDS } from '../people/sessions.ts';
import { addresses } from './addresses.ts';
import { faultLines } from './faults.ts';
import { respond } from './frame.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Sign in first',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Not possible here',
  413: 'Too large',
  415: 'Wrong kind of content',
  422: 'Not possible',
  500: 'Something went wrong',
  503: 'Not available at the moment',
};

/** Faults as RFC 9457 has them. */
export function problemOf(diagnostics: readonly Diagnostic[]): Problem {
  const [first] = diagnostics;
  const status = statusOf(first?.code ?? '', first?.blame ?? 'platform');
  return {
    type: `/errors#${first?.code ?? 'server-failed'}`,
    title: titles[status] ?? 'Not possible',
    status,
    detail: first?.message ?? '',
    code: first?.code ?? 'server-failed',
    hint: first?.hint ?? '',
    ...(diagnostics.length > 1
      ? {
          errors: diagnostics.map(({ code, message, place }) => ({
            field: place?.line === undefined ? '' : `${place.file ?? 'project.yaml'}:${place.line}`,
            message,
            code,
          })),
        }
      : {}),
  };
}

/** The same as a page. */
export async function problemPage(
  call: Call,
  diagnostics: readonly Diagnostic[],
): Promise<Response> {
  const { status, title, code } = problemOf(diagnostics);
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
