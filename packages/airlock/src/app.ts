import type { Diagnostic } from '@vitrine/pipeline';
import { problemOf, type ReportError, securityHeaders, webApp } from '@vitrine/platform';
import type { Context, Hono } from 'hono';
import type { Airlock } from './airlock.ts';
import { airlockStatuses } from './faults.ts';
import { admit } from './http/guard.ts';
import { type Call, publicPage, type Route } from './http/route.ts';
import { problemPage } from './pages/problem.ts';
import { requestRoutes } from './pages/requests/routes.ts';
import { signInRoutes } from './pages/sign-in.ts';
import { workspaceRoutes } from './pages/workspaces/routes.ts';

/** Everything that the airlock answers to, as data. */
export const airlockRoutes: readonly Route[] = [
  ...signInRoutes,
  ...workspaceRoutes,
  ...requestRoutes,
];

/** The whole airlock as one function from request to answer. */
export function createAirlockApp(airlock: Airlock, reportError: ReportError): Hono {
  return webApp<Call, Route>({
    routes: airlockRoutes,
    headers: securityHeaders(airlock.development),
    admit: async (http, route) => await admit(airlock, http, route),
    fail: async (http, _route, diagnostics, call) => await fail(airlock, http, diagnostics, call),
    answered: ({ method, route, status, seconds }) => {
      const facts = { method, route, status, milliseconds: Math.round(seconds * 1000) };
      airlock.log?.({ level: status < 500 ? 'info' : 'warn', event: 'request-answered', facts });
    },
    reportError,
  });
}

/** Says what went wrong, as a page. */
async function fail(
  airlock: Airlock,
  http: Context,
  diagnostics: readonly Diagnostic[],
  call: Call | null,
): Promise<Response> {
  const problem = problemOf(diagnostics, airlockStatuses);
  if (problem.code === 'sign-in-needed' && http.req.method === 'GET') {
    return http.redirect(`/sign-in?next=${encodeURIComponent(http.req.path)}`, 303);
  }
  try {
    const known = call ?? (await admit(airlock, http, anyPage));
    return problemPage(known, diagnostics);
  } catch {
    // The database itself does not answer: a page of the least that is needed.
    const text = `${problem.title}\n\n${problem.detail}\n${problem.hint}\n`;
    return http.text(text, problem.status as 400);
  }
}

/** Stands for a page that does not exist, so that its visitor is still known. */
const anyPage: Route = publicPage('/', () => new Response(null));
