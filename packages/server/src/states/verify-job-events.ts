/** Whether the histories of jobs are whole (promise P6). */
import type { StatusCode } from '@vitrine/protocol';
import { type QueryExecutorProvider, sql } from 'kysely';
import { eventHash } from './event-hash.ts';

/** An event of a job, or a job that has none. */
export interface ChainedEvent {
  readonly jobId: number;
  /** Identifier of the job, which its first event follows. */
  readonly job: string;
  /** What the job itself says that its newest event is. */
  readonly newest: string;
  readonly event: {
    readonly attempt: number;
    readonly code: StatusCode;
    readonly cause: StatusCode | null;
    readonly at: Date;
    readonly recordedAt: Date;
    readonly agent: string | null;
    readonly hash: string;
  } | null;
}

export interface JobEventsVerdict {
  readonly jobs: number;
  readonly events: number;
  /** The first event that does not fit; `code` null where events are missing at the end. */
  readonly broken: {
    readonly job: string;
    readonly code: string | null;
    readonly at: Date | null;
  } | null;
}

/** Judges events in the order of their jobs, and of each job in the order in which they were written. */
export async function verifyEvents(rows: AsyncIterable<ChainedEvent>): Promise<JobEventsVerdict> {
  let jobs = 0;
  let events = 0;
  let current: ChainedEvent | null = null;
  let previous = '';
  const isCut = (): boolean => current !== null && previous !== current.newest;
  for await (const row of rows) {
    if (row.jobId !== current?.jobId) {
      if (isCut()) break;
      jobs += 1;
      current = row;
      previous = row.job;
    }
    if (row.event === null) continue;
    events += 1;
    const { hash, ...hashed } = row.event;
    if (eventHash({ previous, ...hashed }) !== hash) {
      return { jobs, events, broken: { job: row.job, code: hashed.code, at: hashed.at } };
    }
    previous = hash;
  }
  const cut = isCut() ? { job: current?.job ?? '', code: null, at: null } : null;
  return { jobs, events, broken: cut };
}

/** The same of a database. */
export async function verifyJobEvents(db: QueryExecutorProvider): Promise<JobEventsVerdict> {
  return await verifyEvents(eventsOf(db));
}

/** Jobs that are read at a time. */
const PAGE = 500;

async function* eventsOf(db: QueryExecutorProvider): AsyncGenerator<ChainedEvent> {
  for (let after = 0; ; ) {
    const { rows } = await sql<ChainedEvent>`
      select job.id as "jobId", job.identifier as job, job.event_hash as newest,
        e.attempt, e.status_code as code, e.cause, e.at, e.recorded_at as "recordedAt", e.agent, e.hash
      from (select id, identifier, event_hash from job where id > ${after} order by id limit ${PAGE}) job
      left join job_event e on e.job_id = job.id
      order by job.id, e.id`.execute(db);
    if (rows.length === 0) return;
    for (const row of rows) {
      const { jobId, job, newest, ...event } = row as unknown as Row;
      yield { jobId, job, newest, event: event.hash === null ? null : (event as Written) };
      after = jobId;
    }
  }
}

type Written = NonNullable<ChainedEvent['event']>;
type Row = Pick<ChainedEvent, 'jobId' | 'job' | 'newest'> & (Written | { readonly hash: null });
