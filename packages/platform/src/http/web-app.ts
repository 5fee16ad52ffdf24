/** A table of routes as one function from request to answer. Who may use a route, and what an answer looks like, the application says. */
import { randomBytes } from 'node:crypto';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { assets } from '@vitrine/web';
import { type Context, Hono } from 'hono';
import { isAway } from '../database/database.ts';
import { databaseFaults } from '../faults.ts';
import { httpFaults } from './faults.ts';

/** Told about what went wrong on our side, and about nothing else. */
export type ReportError = (error: unknown, reference: string) => void;

/** One address. A call is a request that was let in. */
export interface Endpoint<Call> {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly handle: (call: Call) => Promise<Response> | Response;
}

/** One answer that was given. Routes are named by their pattern: what stands in an address may be a secret. */
export interface Answered {
  readonly method: string;
  /** `none` where no route answered. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface WebApplication<Call, Route extends Endpoint<Call>> {
  readonly routes: readonly Route[];
  /** What every answer carries; a route that needs others says so itself. */
  readonly headers: Readonly<Record<string, string>>;
  /** Finds out who asks, and lets the request in or throws. */
  readonly admit: (http: Context, route: Route) => Promise<Call>;
  /** Says what went wrong; without a call where it was not let in, without a route where there is none. */
  readonly fail: (
    http: Context,
    route: Route | null,
    diagnostics: readonly Diagnostic[],
    call: Call | null,
  ) => Promise<Response>;
  readonly answered: (answer: Answered) => void;
  readonly reportError: ReportError;
}

/** The whole application; it also serves the assets of the pages. */
export function webApp<Call, Route extends Endpoint<Call>>(
  application: WebApplication<Call, Route>,
): Hono {
  const { routes, fail } = application;
  const app = new Hono({ strict: false });
  const headers = Object.entries(application.headers);
  const routeOf = new WeakMap<Request, string>();
  app.use(async (http, next) => {
    const began = performance.now();
    // No name holds the zero character, and the database takes it for an error of ours.
    if (new URL(http.req.url).pathname.includes('%00')) http.res = await http.notFound();
    else await next();
    // A stream's headers are on their way already when it is still open; these are set before its first byte.
    for (const [name, value] of headers) {
      if (!http.res.headers.has(name)) http.res.headers.set(name, value);
    }
    if (!http.res.headers.has('cache-control')) http.res.headers.set('cache-control', 'no-store');
    application.answered({
      method: http.req.method,
      route: routeOf.get(http.req.raw) ?? 'none',
      status: http.res.status,
      seconds: (performance.now() - began) / 1000,
    });
  });
  serveAssets(app);
  for (const route of routes) {
    app.on(route.method, route.path, async (http) => {
      routeOf.set(http.req.raw, route.path);
      return await answer(application, http, route);
    });
  }
  for (const [path, same] of Map.groupBy(routes, (route) => route.path)) {
    const methods = same.map(({ method }) => method);
    const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(path, async (http) => {
      const { method } = http.req;
      const { diagnostics } = httpFaults.error('method-refused', { method, allowed });
      http.header('allow', allowed);
      return await fail(http, same[0] ?? null, diagnostics, null);
    });
  }
  app.notFound(async (http) => {
    const { diagnostics } = httpFaults.error('page-unknown', { path: http.req.path });
    return await fail(http, null, diagnostics, null);
  });
  return app;
}

async function answer<Call, Route extends Endpoint<Call>>(
  { admit, fail, reportError }: WebApplication<Call, Route>,
  http: Context,
  route: Route,
): Promise<Response> {
  let call: Call | null = null;
  try {
    call = await admit(http, route);
    return await route.handle(call);
  } catch (error) {
    if (error instanceof FaultError) return await fail(http, route, error.diagnostics, call);
    const reference = randomBytes(6).toString('hex');
    reportError(error, reference);
    if (isAway(error)) {
      http.header('retry-after', '10');
      return await fail(http, route, databaseFaults.error('database-away', {}).diagnostics, call);
    }
    const { diagnostics } = httpFaults.error('server-failed', { reference });
    return await fail(http, route, diagnostics, call);
  }
}

/** Styles and scripts; their addresses change with their content. */
function serveAssets(app: Hono): void {
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
}
