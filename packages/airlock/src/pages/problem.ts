import type { Diagnostic } from '@vitrine/pipeline';
import { faultLines, problemOf } from '@vitrine/platform';
import { heading, html } from '@vitrine/web';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { airlockStatuses } from '../faults.ts';
import type { Call } from '../http/route.ts';
import { addresses } from './addresses.ts';
import { respond } from './frame.ts';

/** Faults as a page. */
export function problemPage(call: Call, diagnostics: readonly Diagnostic[]): Response {
  const { status, title } = problemOf(diagnostics, airlockStatuses);
  const sent = call.http.req.method === 'POST' && status < 500;
  return respond(call, {
    title,
    status: status as ContentfulStatusCode,
    main: html`${heading({ title })}
    <div class="stack">${faultLines(diagnostics)}
    ${sent ? html`<p>Nothing has been changed.</p>` : null}
    <p class="buttons">${
      call.person === null
        ? html`<a class="button primary" href="${addresses.signIn()}">Sign in</a>`
        : html`<a class="button" href="${addresses.home}">Workspaces</a><a class="button" href="${addresses.requests}">Release requests</a>`
    }</p></div>`,
  });
}
