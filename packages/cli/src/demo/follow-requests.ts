/** What the demo's job requests come to, told as it happens. */
import { isFinal, STATUS_CODES, type StatusCode } from '@vitrine/protocol';
import type { Context, CreatedJobRequest } from '@vitrine/server';

export interface DemoJob {
  readonly request: number;
  readonly identifier: string;
  readonly action: string;
  readonly code: StatusCode;
}

/**
 * Follows job requests until all their jobs have ended, or the signal is aborted.
 * @returns the jobs as they stood then
 */
export async function followRequests(
  context: Context,
  requests: readonly CreatedJobRequest[],
  onChange: (job: DemoJob) => void,
  signal: AbortSignal,
): Promise<readonly DemoJob[]> {
  const { changes } = context.database;
  const told = new Map<string, StatusCode>();
  let wake = (): void => {};
  const forget = changes.listen(
    requests.map(({ id }) => `request:${id}` as const),
    () => wake(),
  );
  const abort = (): void => wake();
  signal.addEventListener('abort', abort);
  try {
    for (;;) {
      const news = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const jobs = await jobsOf(context, requests);
      for (const job of jobs) {
        if (told.get(job.identifier) === job.code) continue;
        told.set(job.identifier, job.code);
        onChange(job);
      }
      if (signal.aborted || jobs.every(({ code }) => isFinal(code))) return jobs;
      await news;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    forget();
  }
}

/** In a few words, for a line of progress. */
export function describeJob({ request, action, code }: DemoJob): string {
  return `${request}  ${action}: ${STATUS_CODES[code].words}`;
}

async function jobsOf(
  { database: { db } }: Context,
  requests: readonly CreatedJobRequest[],
): Promise<readonly DemoJob[]> {
  const rows = await db
    .selectFrom('job')
    .innerJoin('job_request', 'job_request.id', 'job.job_request_id')
    .select(['job_request.number', 'job.identifier', 'job.action', 'job.status_code'])
    .where(
      'job.job_request_id',
      'in',
      requests.map(({ id }) => id),
    )
    .orderBy('job.id')
    .execute();
  return rows.map(({ number, identifier, action, status_code: code }) => ({
    request: number,
    identifier,
    action,
    code,
  }));
}
