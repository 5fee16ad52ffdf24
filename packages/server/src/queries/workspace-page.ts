import type { JobState, RequestStatus, StatusCode } from '@vitrine/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';

export interface WorkspaceDetail {
  readonly id: number;
  readonly name: string;
  readonly repository: string;
  readonly branch: string;
  readonly purpose: string;
  readonly is_archived: boolean;
  readonly should_notify: boolean;
  readonly created_at: Date;
  readonly created_by: string | null;
  readonly project_id: number;
  readonly project: string;
  readonly project_slug: string;
  readonly project_number: string | null;
  readonly organisation_id: number;
  readonly organisation: string;
  readonly organisation_slug: string;
  /** The newest project.yaml that was run, and where. */
  readonly latest_number: number | null;
  readonly latest_status: RequestStatus | null;
  readonly latest_commit: string | null;
  readonly project_definition: string | null;
}

/** A workspace with what it is part of and its newest job request. */
export async function findWorkspace(
  db: Kysely<Tables>,
  name: string,
): Promise<WorkspaceDetail | null> {
  const { rows } = await sql<WorkspaceDetail>`
    select w.id, w.name, w.repository, w.branch, w.purpose, w.is_archived, w.should_notify, w.created_at,
      person.name as created_by, p.id as project_id, p.name as project, p.slug as project_slug, p.number as project_number,
      o.id as organisation_id, o.name as organisation, o.slug as organisation_slug,
      latest.number as latest_number, latest.status as latest_status, latest.commit as latest_commit, latest.project_definition
    from workspace w
    join project p on p.id = w.project_id
    join organisation o on o.id = p.lead_organisation_id
    left join person on person.id = w.created_by
    left join lateral (
      select number, status, commit, project_definition from job_request r where r.workspace_id = w.id
      order by number desc limit 1) latest on true
    where w.name = ${name}`.execute(db);
  return rows[0] ?? null;
}

/** The newest job of an action on a backend. */
export interface NewestJob {
  readonly action: string;
  readonly identifier: string;
  readonly state: JobState;
  readonly status_code: StatusCode;
  readonly run_command: string;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly number: number;
  readonly commit: string;
  readonly backend_id: number;
  readonly backend: string;
  readonly backend_slug: string;
}

/** The newest job of every action of the workspace on each backend; without those cancelled, as plans count them. */
export async function newestJobs(
  db: Kysely<Tables>,
  workspaceId: number,
  withoutCancelled = false,
): Promise<readonly NewestJob[]> {
  const { rows } = await sql<NewestJob>`
    select distinct on (j.backend_id, j.action) j.action, j.identifier, j.state, j.status_code, j.run_command, j.created_at,
      j.finished_at, r.number, r.commit, b.id as backend_id, b.name as backend, b.slug as backend_slug
    from job j
    join job_request r on r.id = j.job_request_id
    join backend b on b.id = j.backend_id
    where j.workspace_id = ${workspaceId} ${withoutCancelled ? sql`and j.status_code <> 'cancelled_by_user'` : sql``}
    order by j.backend_id, j.action, j.id desc`.execute(db);
  return rows;
}
