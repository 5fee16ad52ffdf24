import type { StatusCode } from '@vitrine/protocol';
import { type Kysely, sql } from 'kysely';
import type { JobRow, Tables } from '../database/schema.ts';
import type { EarlierRequests } from './job-request-page.ts';

export interface JobDetail extends JobRow {
  readonly number: number;
  readonly commit: string;
  readonly branch: string;
  readonly requested_by: number;
  readonly person: string;
  readonly username: string;
  readonly workspace: string;
  readonly repository: string;
  readonly project_id: number;
  readonly project: string;
  readonly project_slug: string;
  readonly organisation_id: number;
  readonly backend: string;
  readonly backend_slug: string;
  readonly request_finished_at: Date | null;
}

/** The jobs whose identifier begins so; two at most, which is enough to know that it is not one. */
export async function findJobs(db: Kysely<Tables>, beginning: string): Promise<JobDetail[]> {
  if (!/^[a-z2-7]{1,16}$/.test(beginning)) return [];
  // A range uses the index whatever the collation is: z comes last of a–z2–7 in all of them.
  const { rows } = await sql<JobDetail>`
    select j.*, r.number, r.commit, r.branch, r.requested_by, r.finished_at as request_finished_at,
      person.name as person, person.username, w.name as workspace, w.repository,
      p.id as project_id, p.name as project, p.slug as project_slug, p.lead_organisation_id as organisation_id,
      b.name as backend, b.slug as backend_slug
    from job j
    join job_request r on r.id = j.job_request_id
    join workspace w on w.id = j.workspace_id
    join project p on p.id = w.project_id
    join person on person.id = r.requested_by
    join backend b on b.id = j.backend_id
    where j.identifier between ${beginning} and ${beginning.padEnd(16, 'z')}
    order by j.id limit 2`.execute(db);
  return rows;
}

export interface JobHappened {
  readonly attempt: number;
  readonly status_code: StatusCode;
  readonly at: Date;
}

/** What happened to a job, oldest first, at most 500. */
export async function eventsOfJob(db: Kysely<Tables>, jobId: number): Promise<JobHappened[]> {
  return await db
    .selectFrom('job_event')
    .select(['attempt', 'status_code', 'at'])
    .where('job_id', '=', jobId)
    .orderBy('id')
    .limit(500)
    .execute();
}

/** Earlier runs of the same action in the workspace on the backend, to compare code with (job-server §7). */
export async function earlierRuns(db: Kysely<Tables>, job: JobDetail): Promise<EarlierRequests> {
  const { rows } = await sql<{
    readonly number: number;
    readonly commit: string;
    readonly successful: boolean;
  }>`
    (select r.number, r.commit, false as successful from job j join job_request r on r.id = j.job_request_id
      where j.workspace_id = ${job.workspace_id} and j.backend_id = ${job.backend_id} and j.action = ${job.action} and j.id < ${job.id}
      order by j.id desc limit 1)
    union all
    (select r.number, r.commit, true as successful from job j join job_request r on r.id = j.job_request_id
      where j.workspace_id = ${job.workspace_id} and j.backend_id = ${job.backend_id} and j.action = ${job.action} and j.id < ${job.id}
        and j.state = 'succeeded'
      order by j.id desc limit 1)`.execute(db);
  return {
    previous: rows.find(({ successful }) => !successful) ?? null,
    previousSuccessful: rows.find(({ successful }) => successful) ?? null,
  };
}
