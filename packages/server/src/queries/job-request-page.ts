import type { RequestStatus } from '@vitrine/protocol';
import { type Kysely, sql } from 'kysely';
import type { JobRow, PlanLine, Tables } from '../database/schema.ts';

export interface RequestDetail {
  readonly id: number;
  readonly number: number;
  readonly identifier: string;
  readonly commit: string;
  readonly branch: string;
  readonly requested_actions: readonly string[];
  readonly force_run_dependencies: boolean;
  readonly project_definition: string;
  readonly plan: readonly PlanLine[];
  readonly status: RequestStatus;
  readonly status_message: string | null;
  /** What the person should know although the request was taken. */
  readonly warning: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly updated_at: Date;
  readonly runtime_seconds: number;
  readonly pending_jobs: number;
  readonly running_jobs: number;
  readonly succeeded_jobs: number;
  readonly failed_jobs: number;
  readonly requested_by: number;
  readonly person: string;
  readonly username: string;
  readonly workspace_id: number;
  readonly workspace: string;
  readonly is_archived: boolean;
  readonly repository: string;
  readonly project_id: number;
  readonly project: string;
  readonly project_slug: string;
  readonly project_number: string | null;
  readonly organisation_id: number;
  readonly organisation: string;
  readonly organisation_slug: string;
  readonly backend_id: number;
  readonly backend: string;
  readonly backend_slug: string;
  readonly maintenance_at: Date | null;
}

const everything = sql`
    select r.id, r.number, r.identifier, r.commit, r.branch, r.requested_actions, r.force_run_dependencies,
      r.project_definition, r.plan, r.status, r.status_message, r.warning, r.created_at, r.started_at, r.finished_at, r.updated_at,
      r.runtime_seconds, r.pending_jobs, r.running_jobs, r.succeeded_jobs, r.failed_jobs, r.requested_by, person.name as person, person.username,
      w.id as workspace_id, w.name as workspace, w.is_archived, w.repository,
      p.id as project_id, p.name as project, p.slug as project_slug, p.number as project_number,
      o.id as organisation_id, o.name as organisation, o.slug as organisation_slug,
      b.id as backend_id, b.name as backend, b.slug as backend_slug, b.maintenance_at
    from job_request r
    join workspace w on w.id = r.workspace_id
    join project p on p.id = w.project_id
    join organisation o on o.id = p.lead_organisation_id
    join person on person.id = r.requested_by
    join backend b on b.id = r.backend_id`;

/** A job request with what it is part of. */
export async function findRequest(
  db: Kysely<Tables>,
  number: number,
): Promise<RequestDetail | null> {
  const { rows } = await sql<RequestDetail>`${everything} where r.number = ${number}`.execute(db);
  return rows[0] ?? null;
}

/** The job requests that files of a release come from, and of their jobs those that made the files. */
export async function requestsOfRelease(
  db: Kysely<Tables>,
  releaseId: number,
): Promise<readonly (readonly [RequestDetail, readonly JobRow[]])[]> {
  const made = sql`(select job_id from release_file where release_id = ${releaseId})`;
  const [requests, jobs] = await Promise.all([
    sql<RequestDetail>`${everything}
      where r.id in (select job_request_id from job where id in ${made}) order by r.number desc`.execute(
      db,
    ),
    db
      .selectFrom('job')
      .selectAll()
      .where('id', 'in', sql<number>`${made}`)
      .orderBy('id')
      .execute(),
  ]);
  return requests.rows.map((request) => [
    request,
    jobs.filter((job) => job.job_request_id === request.id),
  ]);
}

/** Its jobs: those that began first, then those that wait, in the order in which they were planned. */
export async function jobsOfRequest(db: Kysely<Tables>, requestId: number): Promise<JobRow[]> {
  return await db
    .selectFrom('job')
    .selectAll()
    .where('job_request_id', '=', requestId)
    .orderBy('started_at', (order) => order.asc().nullsLast())
    .orderBy('id')
    .execute();
}

export interface EarlierRequest {
  readonly number: number;
  readonly commit: string;
}

export interface EarlierRequests {
  readonly previous: EarlierRequest | null;
  readonly previousSuccessful: EarlierRequest | null;
}

/** What the code of a request is compared with: of the same workspace on the same backend (job-server §7). */
export async function earlierRequests(
  db: Kysely<Tables>,
  request: Pick<RequestDetail, 'workspace_id' | 'backend_id' | 'number'>,
): Promise<EarlierRequests> {
  const { rows } = await sql<EarlierRequest & { readonly successful: boolean }>`
    (select number, commit, false as successful from job_request
      where workspace_id = ${request.workspace_id} and backend_id = ${request.backend_id} and number < ${request.number}
      order by number desc limit 1)
    union all
    (select number, commit, true as successful from job_request
      where workspace_id = ${request.workspace_id} and backend_id = ${request.backend_id} and number < ${request.number}
        and status = 'succeeded'
      order by number desc limit 1)`.execute(db);
  return {
    previous: rows.find(({ successful }) => !successful) ?? null,
    previousSuccessful: rows.find(({ successful }) => successful) ?? null,
  };
}
