/** Tells the job server how release requests stand: at least once, in the order of each request. Nothing ever waits for it. */
import { workWhenDue } from '@vitrine/platform';
import { backOffMilliseconds, ConnectionError, wholeSecond } from '@vitrine/protocol';
import type { Selectable } from 'kysely';
import type { Airlock } from '../airlock.ts';
import type { NewsTable } from '../database/schema.ts';

export type NewsSite = Pick<Airlock, 'database' | 'db' | 'jobServer' | 'clock' | 'log'>;

/** Waits while the job server does not answer, in milliseconds. */
const PAUSES = { firstMilliseconds: 1_000, mostMilliseconds: 5 * 60_000, random: Math.random };

/** Sends news until told to stop. */
export async function sendNews(
  site: NewsSite,
  stopping: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  let failures = 0;
  let notBefore = 0;
  await workWhenDue({
    changes: site.database.changes,
    topics: ['sending'],
    stopping,
    onError,
    work: async () => {
      const wait = notBefore - site.clock().getTime();
      if (wait > 0) return wait;
      const failure = await sendAll(site, stopping);
      if (failure === null) {
        failures = 0;
        return null;
      }
      const pause = backOffMilliseconds(failures, PAUSES);
      failures += 1;
      notBefore = site.clock().getTime() + pause;
      site.log?.({ level: 'warn', event: 'news-not-sent', facts: { failure, failures } });
      return pause;
    },
  });
}

/** @returns null when all is sent, else why the job server could not be told of the last piece that failed */
async function sendAll(site: NewsSite, stopping: AbortSignal): Promise<string | null> {
  let failure: string | null = null;
  // What fails for one request is none of the others' business; its own later news wait.
  const failed = new Set(['']);
  while (!stopping.aborted) {
    const next = await site.db
      .selectFrom('news')
      .selectAll()
      .where('sent_at', 'is', null)
      .where('request', 'not in', [...failed])
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) return failure;
    const met = await sendOne(site, next, stopping);
    if (met === null) continue;
    failure = met;
    failed.add(next.request);
    if (met === 'unreachable' || met === 'unauthorised') return failure;
  }
  return failure;
}

async function sendOne(
  { db, jobServer, clock, log }: NewsSite,
  { id, request, number, kind, workspace, author, at }: Selectable<NewsTable>,
  stopping: AbortSignal,
): Promise<string | null> {
  let refused: string | null = null;
  try {
    const news = { request, number, kind, workspace, author, at: wholeSecond(at) };
    await jobServer.tell(news, stopping);
  } catch (error) {
    if (stopping.aborted) return null;
    if (!(error instanceof ConnectionError)) throw error;
    const { failure, code } = error;
    const isRefused = code !== null && (failure === 'rejected' || code.startsWith('release-'));
    if (!isRefused) return failure;
    refused = code;
    // The same words would be refused again, and what comes after them waits.
    log?.({ level: 'error', event: 'news-refused', facts: { request, number, code } });
  }
  await db
    .updateTable('news')
    .set({ sent_at: clock(), refused_code: refused })
    .where('id', '=', id)
    .execute();
  return null;
}
