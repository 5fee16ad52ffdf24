import { sql } from 'kysely';
import { api, open, type Route } from '../http/route.ts';

/** For the machines that watch this one. */
export const operationRoutes: readonly Route[] = [
  api('GET', '/healthz', open, async ({ http, site }) => {
    try {
      await sql`select 1`.execute(site.db);
      return http.json({ status: 'ok', database: site.database.kind });
    } catch {
      return http.json({ status: 'failing', database: 'unreachable' }, 503);
    }
  }),
  api('GET', '/metrics', open, async ({ http, site, now }) =>
    http.text(await site.metrics.text(site.db, now), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    }),
  ),
];
