import { randomBytes } from 'node:crypto';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { assets } from '@vitrine/web';
import { Hono, type Context as HttpContext } from 'hono';
import { apiRoutes } from './api/routes.ts';
import { isAway } from './database/database.ts';
import { faults } from './faults.ts';
import { httpFaults } from './http/faults.ts';
import { admit } from './http/guard.ts';
import { securityHeaders } from './http/headers.ts';
import { type Call, open, type Route } from './http/route.ts';
import { operationRoutes } from './operations/routes.ts';
import { problemOf, problemPage } from './pages/problem.ts';
import { pageRoutes } from './pages/routes.ts';
import type { Site } from './site.ts';

/** Everything that the server answers to, as data: a test walks it as every role. */
export const routes: readonly Route[] = [...operationRoutes, ...apiRoutes, ...pageRoutes];

/** Told about what went wrong on our side, and about nothing else. */
export type ReportError = (error: unknown, reference: string) => void;

/** The whole site as one function from request to answer. */
export function createApp(site: Site, reportError: ReportError): Hono {
  const app = new Hono({ strict: false });
  const headers = Object.entries(securityHeaders(site.development));
  app.use(async (http, next) => {
    const began = performance.now();
    // No name holds the zero character, and the database takes it for an error of ours.
    if (new URL(http.req.url).pathname.includes('%00')) http.res = await http.notFound();
    else await next();
    // A stream's headers are on their way already when it is still open; these are set before its first byte.
    // A route that needs others says so itself, as one that serves what a study has made does.
    for (const [name, value] of headers) {
      if (!http.res.headers.has(name)) http.res.headers.set(name, value);
    }
    if (!http.res.headers.has('cache-control')) http.res.headers.set('cache-control', 'no-store');
    const route = routeOf.get(http.req.raw) ?? 'none';
    const { method } = http.req;
    const { status } = http.res;
    const seconds = (performance.now() - began) / 1000;
    site.metrics.answered(method, route, status, seconds);
    // By its pattern: what stands in an address, and after its question mark, may be a secret.
    const facts = { method, route, status, milliseconds: Math.round(seconds * 1000) };
    site.log?.({ level: status < 500 ? 'info' : 'warn', event: 'request-answered', facts });
  });
  for (const [path, asset] of assets) {
    app.get(path, (http) => {
      const accepted = http.req.header('accept-encoding') ?? '';
      const common = {
        'content-type': asset.type,
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      };
      if (/\bbr\b/.test(accepted)) {
        return http.body(new Uint8Array(asset.brotli), 200, {
          ...common,
          'content-encoding': 'br',
        });
      }
      if (/\bgzip\b/.test(accepted)) {
        return http.body(new Uint8Array(asset.gzip), 200, {
          ...common,
          'content-encoding': 'gzip',
        });
      }
      return http.body(new Uint8Array(asset.body), 200, common);
    });
  }
  for (const route of routes) {
    app.on(route.method, route.path, (http) => answer(site, http, route, reportError));
  }
  for (const [path, methods] of methodsByPath()) {
    const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(path, async (http) => {
      const { method } = http.req;
      const { diagnostics } = httpFaults.error('method-refused', { method, allowed });
      http.header('allow', allowed);
      return await fail(site, http, routeAt(path), diagnostics);
    });
  }
  app.notFound(async (http) => {
    const { diagnostics } = httpFaults.error('page-unknown', { path: http.req.path });
    return await fail(site, http, null, diagnostics);
  });
  return app;
}

/** The pattern that each request was answered by, for the metrics. */
const routeOf = new WeakMap<Request, string>();

function routeAt(path: string): Route | null {
  return routes.find((route) => route.path === path) ?? null;
}

function methodsByPath(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, same]) => [
      path,
      same.map(({ method }) => method),
    ]),
  );
}

async function answer(
  site: Site,
  http: HttpContext,
  route: Route,
  reportError: ReportError,
): Promise<Response> {
  routeOf.set(http.req.raw, route.path);
  let call: Call | null = null;
  try {
    call = await admit(site, http, route);
    return await route.handle(call);
  } catch (error) {
    if (error instanceof FaultError) return await fail(site, http, route, error.diagnostics, call);
    const reference = randomBytes(6).toString('hex');
    reportError(error, reference);
    if (isAway(error)) {
      http.header('retry-after', '10');
      return await fail(site, http, route, faults.error('database-away', {}).diagnostics, call);
    }
    const { diagnostics } = httpFaults.error('server-failed', { reference });
    return await fail(site, http, route, diagnostics, call);
  }
}

/** Says what went wrong: to people as a page, to programs as a problem document. */
async function fail(
  site: Site,
  http: HttpContext,
  route: Route | null,
  diagnostics: readonly Diagnostic[],
  call: Call | null = null,
): Promise<Response> {
  const problem = problemOf(diagnostics);
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
