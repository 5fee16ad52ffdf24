import type { Diagnostic } from '@vitrine/pipeline';
import { problemOf, type ReportError, securityHeaders, webApp } from '@vitrine/platform';
import type { Hono, Context as HttpContext } from 'hono';
import { apiRoutes } from './api/routes.ts';
import { siteStatuses } from './http/faults.ts';
import { admit } from './http/guard.ts';
import { type Call, open, type Route } from './http/route.ts';
import { operationRoutes } from './operations/routes.ts';
import { problemPage } from './pages/problem.ts';
import { pageRoutes } from './pages/routes.ts';
import { publicationStatuses } from './publications/faults.ts';
import { releaseStatuses } from './releases/faults.ts';
import type { Site } from './site.ts';

/** Everything that the server answers to, as data: a test walks it as every role. */
export const routes: readonly Route[] = [...operationRoutes, ...apiRoutes, ...pageRoutes];

/** The whole site as one function from request to answer. */
export function createApp(site: Site, reportError: ReportError): Hono {
  return webApp<Call, Route>({
    routes,
    headers: securityHeaders(site.development),
    admit: async (http, route) => await admit(site, http, route),
    fail: async (http, route, diagnostics, call) =>
      await fail(site, http, route, diagnostics, call),
    answered: ({ method, route, status, seconds }) => {
      site.metrics.answered(method, route, status, seconds);
      const facts = { method, route, status, milliseconds: Math.round(seconds * 1000) };
      site.log?.({ level: status < 500 ? 'info' : 'warn', event: 'request-answered', facts });
    },
    reportError,
  });
}

/** Says what went wrong: to people as a page, to programs as a problem document. */
async function fail(
  site: Site,
  http: HttpContext,
  route: Route | null,
  diagnostics: readonly Diagnostic[],
  call: Call | null,
): Promise<Response> {
  const problem = problemOf(diagnostics, {
    ...siteStatuses,
    ...releaseStatuses,
    ...publicationStatuses,
  });
  const status = problem.status as 400;
  if (route?.answers === 'rap') {
    return http.json({ error: problem.title, details: problem.detail }, status);
  }
  const isApi = route === null ? http.req.path.startsWith('/api/') : route.answers === 'api';
  if (isApi || !(http.req.header('accept') ?? 'text/html').match(/text\/html|\*\/\*/)) {
    if (status === (401 as number)) http.header('www-authenticate', 'Bearer');
    return http.body(JSON.stringify(problem), status, {
      'content-type': 'application/problem+json',
    });
  }
  if (problem.code === 'sign-in-needed' && http.req.method === 'GET') {
    return http.redirect(`/sign-in?next=${encodeURIComponent(http.req.path)}`, 303);
  }
  try {
    const known = call ?? (await admit(site, http, { ...anyPage, path: http.req.path }));
    return await problemPage(known, diagnostics);
  } catch {
    // The database itself does not answer: a page of the least that is needed.
    return http.text(`${problem.title}\n\n${problem.detail}\n${problem.hint}\n`, status);
  }
}

/** Stands for a page that does not exist, so that its visitor is still known. */
const anyPage: Route = {
  method: 'GET',
  path: '/',
  access: open,
  answers: 'page',
  handle: () => new Response(null),
};
