import { httpFaults } from '@vitrine/platform';
import { sql } from 'kysely';
import type { Scope } from '../people/actor.ts';
import type { Site } from '../site.ts';
import type { Subject } from './route.ts';

export interface FoundSubject extends Scope {
  readonly requesterId: number | null;
}

interface Row {
  readonly project_id: number | null;
  readonly organisation_id: number | null;
  readonly backend_id: number | null;
  readonly requested_by: number | null;
}

/** Finds what a name stands for, and what it is part of: one statement. */
export async function findSubject(
  site: Site,
  subject: Subject,
  name: string,
): Promise<FoundSubject> {
  if (subject === 'site') return { requesterId: null };
  const { rows } = await query(subject, name).execute(site.db);
  const row = rows[0];
  if (row === undefined) {
    throw httpFaults.error('thing-unknown', { what: subject.replace('-', ' '), name });
  }
  return {
    projectId: row.project_id,
    organisationId: row.organisation_id,
    backendId: row.backend_id,
    requesterId: row.requested_by,
  };
}

function query(subject: Exclude<Subject, 'site'>, name: string): ReturnType<typeof sql<Row>> {
  switch (subject) {
    case 'organisation':
      return sql<Row>`select null as project_id, id as organisation_id, null as backend_id, null as requested_by
        from organisation where slug = ${name}`;
    case 'project':
      return sql<Row>`select id as project_id, lead_organisation_id as organisation_id, null as backend_id, null as requested_by
        from project where slug = ${name}`;
    case 'workspace':
      return sql<Row>`select p.id as project_id, p.lead_organisation_id as organisation_id, null as backend_id, null as requested_by
        from workspace w join project p on p.id = w.project_id where w.name = ${name}`;
    case 'job-request':
      return sql<Row>`select p.id as project_id, p.lead_organisation_id as organisation_id, r.backend_id, r.requested_by
        from job_request r join workspace w on w.id = r.workspace_id join project p on p.id = w.project_id
        where r.number = ${numberOf(name)}`;
    case 'job':
      return sql<Row>`select p.id as project_id, p.lead_organisation_id as organisation_id, j.backend_id, r.requested_by
        from job j join job_request r on r.id = j.job_request_id
        join workspace w on w.id = j.workspace_id join project p on p.id = w.project_id
        where j.identifier = ${name}`;
    case 'release':
      return sql<Row>`select p.id as project_id, p.lead_organisation_id as organisation_id, r.backend_id, null as requested_by
        from release r join workspace w on w.id = r.workspace_id join project p on p.id = w.project_id
        where r.identifier = ${name} and r.state = 'released'`;
    case 'publication':
      return sql<Row>`select p.id as project_id, p.lead_organisation_id as organisation_id, null as backend_id, null as requested_by
        from publication one join workspace w on w.id = one.workspace_id join project p on p.id = w.project_id
        where one.identifier = ${name}`;
  }
}

/** A running number in an address; 0, which nothing has, for all else. */
export function numberOf(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}
