import { streamSSE } from 'hono/streaming';
import { airlockFaults } from '../../faults.ts';
import type { PersonalCall } from '../../http/route.ts';
import { uploadOf } from '../../upload/upload-state.ts';
import { lookAt, type OpenRequest, openRequest } from './open-request.ts';

/** Most pages that are told of changes at a time. */
const STREAM_LIMIT = 1000;
/** Something is sent at least so often, in milliseconds: what stands between would close a silent connection. */
const HEARTBEAT = 15_000;

const streams = { open: 0 };

/**
 * Tells the page of a request that something has changed. Told is only a change of what this very person can see: that a colleague is at
 * work shows neither in what is told nor in when (cli-review-and-docs §2.5); the heartbeat has its own time for that.
 */
export async function requestEvents(call: PersonalCall): Promise<Response> {
  const first = await openRequest(call);
  const { http, airlock } = call;
  const { id } = first.view;
  if (streams.open >= STREAM_LIMIT) throw airlockFaults.error('too-many-followers', {});
  // Proxies that gather answers would hold the news back.
  http.header('x-accel-buffering', 'no');
  http.header('cache-control', 'no-store');
  return streamSSE(http, async (stream) => {
    streams.open += 1;
    // As the page says that it shows it: what happened between the page and this stream is told at once.
    let seen = http.req.query('seen') ?? (await sightOf(call, first));
    let wake = (): void => {};
    let isNews = false;
    const forget = airlock.database.changes.listen([`request:${id}`], () => {
      isNews = true;
      wake();
    });
    let isBeat = false;
    const heart = setInterval(() => {
      isBeat = true;
      wake();
    }, HEARTBEAT);
    const stop = (): void => stream.abort();
    airlock.stopping.addEventListener('abort', stop, { once: true });
    stream.onAbort(() => wake());
    try {
      await stream.writeSSE({ event: 'hello', data: '', retry: 2000 });
      isNews = true;
      while (!stream.aborted && !airlock.stopping.aborted) {
        if (!isNews && !isBeat) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const [news, beat] = [isNews, isBeat];
        isNews = false;
        isBeat = false;
        if (stream.aborted) break;
        if (news) {
          // Rights that have become too old end the stream; who opens it again is asked for anew.
          const open = await lookAt(call, id).catch(() => null);
          if (open === null) break;
          const now = await sightOf(call, open);
          if (now !== seen) await stream.writeSSE({ event: 'changed', data: '' });
          seen = now;
        }
        if (beat && !stream.aborted) await stream.writeSSE({ event: 'still', data: '' });
      }
    } finally {
      clearInterval(heart);
      forget();
      airlock.stopping.removeEventListener('abort', stop);
      streams.open -= 1;
    }
  });
}

/** Another whenever this person can see something new: what everybody may know, and the events that are shown to them. */
export async function sightOf(
  { airlock }: PersonalCall,
  { view, visible }: OpenRequest,
): Promise<string> {
  const upload = view.status === 'approved' ? await uploadOf(airlock.db, view.id) : null;
  const sending = upload === null ? '' : `-${upload.state}-${upload.sentBytes}-${upload.attempts}`;
  return `${view.revision}-${visible.length}-${view.comments.length}${sending}`;
}
