import { httpFaults } from '@vitrine/platform';
import { streamSSE } from 'hono/streaming';
import type { Topic } from '../events/changes.ts';
import { siteFaults } from '../http/faults.ts';
import type { Call } from '../http/route.ts';
import { numberOf } from '../http/subject.ts';

/** Most pages that one server tells of changes at a time. */
const STREAM_LIMIT = 2000;
/** Something is sent at least so often, in milliseconds: what stands between would close a silent connection. */
const HEARTBEAT = 15_000;
/** Changes that follow each other more closely are told as one, in milliseconds. */
const GATHER = 60;

/** Tells a page of a job request, or of its jobs, that something has changed. The page then fetches itself. */
export async function requestEvents(call: Call): Promise<Response> {
  const name = call.http.req.param('number') ?? '';
  const request = await call.site.db
    .selectFrom('job_request')
    .select('id')
    .where('number', '=', numberOf(name))
    .executeTakeFirst();
  if (request === undefined) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  return tell(call, [`request:${request.id}`]);
}

/** Tells the status page. */
export async function statusEvents(call: Call): Promise<Response> {
  const backends = await call.site.db.selectFrom('backend').select('id').execute();
  return tell(call, ['requests', ...backends.map(({ id }): Topic => `backend:${id}`)]);
}

function tell({ http, site }: Call, topics: readonly Topic[]): Response {
  if (site.metrics.streams >= STREAM_LIMIT) throw siteFaults.error('too-many-streams', {});
  // Proxies that gather answers would hold the news back.
  http.header('x-accel-buffering', 'no');
  http.header('cache-control', 'no-store');
  return streamSSE(http, async (stream) => {
    site.metrics.streams += 1;
    let wake = (): void => {};
    let changed = false;
    const forget = site.database.changes.listen(topics, () => {
      changed = true;
      wake();
    });
    const stop = (): void => stream.abort();
    site.stopping.addEventListener('abort', stop, { once: true });
    stream.onAbort(() => wake());
    try {
      await stream.writeSSE({ event: 'hello', data: '', retry: 2000 });
      while (!stream.aborted && !site.stopping.aborted) {
        if (!changed) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, HEARTBEAT);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
        if (changed) await stream.sleep(GATHER);
        const news = changed;
        changed = false;
        if (!stream.aborted) await stream.writeSSE({ event: news ? 'changed' : 'still', data: '' });
      }
    } finally {
      forget();
      site.stopping.removeEventListener('abort', stop);
      site.metrics.streams -= 1;
    }
  });
}
