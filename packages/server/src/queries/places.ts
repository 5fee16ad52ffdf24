import { type Kysely, sql } from 'kysely';
import type { ProjectStatus, Tables } from '../database/schema.ts';

export interface ListedOrganisation {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly projects: number;
}

export async function listOrganisations(db: Kysely<Tables>): Promise<ListedOrganisation[]> {
  const { rows } = await sql<ListedOrganisation>`
    select o.id, o.slug, o.name, o.description, count(p.id)::int as projects
    from organisation o left join project p on p.lead_organisation_id = o.id
    group by o.id order by lower(o.name)`.execute(db);
  return rows;
}

export async function findOrganisation(
  db: Kysely<Tables>,
  slug: string,
): Promise<Omit<ListedOrganisation, 'projects'> | null> {
  const row = await db
    .selectFrom('organisation')
    .select(['id', 'slug', 'name', 'description'])
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row ?? null;
}

export interface ListedProject {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly number: string | null;
  readonly status: ProjectStatus;
  readonly organisation: string;
  readonly workspaces: number;
  readonly members: number;
}

/** Projects by their identifier: POS numbers first and downwards, then plain numbers downwards, then the rest by name. */
export async function listProjects(
  db: Kysely<Tables>,
  organisationId: number | null,
): Promise<ListedProject[]> {
  const { rows } = await sql<ListedProject>`
    select p.id, p.slug, p.name, p.number, p.status, o.name as organisation,
      (select count(*) from workspace w where w.project_id = p.id)::int as workspaces,
      (select count(distinct m.person_id) from membership m where m.project_id = p.id)::int as members
    from project p join organisation o on o.id = p.lead_organisation_id
    where ${organisationId === null ? sql`true` : sql`p.lead_organisation_id = ${organisationId}`}
    order by p.number is null, p.number like 'POS-%' desc, case when p.number like 'POS-%' then p.number end desc,
      case when p.number ~ '^[0-9]+$' then p.number::bigint end desc, lower(p.name)`.execute(db);
  return rows;
}

export interface ProjectDetail {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly number: string | null;
  readonly status: ProjectStatus;
  readonly status_description: string;
  readonly created_at: Date;
  readonly organisation_id: number;
  readonly organisation: string;
  readonly organisation_slug: string;
  /** When its code was first run. */
  readonly first_run_at: Date | null;
}

export async function findProject(db: Kysely<Tables>, slug: string): Promise<ProjectDetail | null> {
  const { rows } = await sql<ProjectDetail>`
    select p.id, p.slug, p.name, p.number, p.status, p.status_description, p.created_at,
      o.id as organisation_id, o.name as organisation, o.slug as organisation_slug,
      (select min(r.started_at) from job_request r join workspace w on w.id = r.workspace_id where w.project_id = p.id) as first_run_at
    from project p join organisation o on o.id = p.lead_organisation_id
    where p.slug = ${slug}`.execute(db);
  return rows[0] ?? null;
}

export interface ListedWorkspace {
  readonly id: number;
  readonly name: string;
  readonly repository: string;
  readonly branch: string;
  readonly purpose: string;
  readonly is_archived: boolean;
  readonly project: string;
  readonly project_slug: string;
  readonly last_at: Date | null;
}

/** Workspaces, of one project or all; archived ones last, then by what happened last. */
export async function listWorkspaces(
  db: Kysely<Tables>,
  projectIds: readonly number[] | null,
  limit = 500,
): Promise<ListedWorkspace[]> {
  const { rows } = await sql<ListedWorkspace>`
    select w.id, w.name, w.repository, w.branch, w.purpose, w.is_archived, p.name as project, p.slug as project_slug,
      (select r.created_at from job_request r where r.workspace_id = w.id order by r.number desc limit 1) as last_at
    from workspace w join project p on p.id = w.project_id
    where ${projectIds === null ? sql`true` : sql`w.project_id = any(${projectIds}::integer[])`}
    order by w.is_archived, last_at desc nulls last, w.name limit ${limit}`.execute(db);
  return rows;
}

export interface Member {
  readonly person_id: number;
  readonly membership_id: number;
  readonly username: string;
  readonly name: string;
  readonly role: string;
}

/** Who has which role on a project. */
export async function membersOf(db: Kysely<Tables>, projectId: number): Promise<Member[]> {
  return await db
    .selectFrom('membership')
    .innerJoin('person', 'person.id', 'membership.person_id')
    .select([
      'person.id as person_id',
      'membership.id as membership_id',
      'person.username',
      'person.name',
      'membership.role',
    ])
    .where('membership.project_id', '=', projectId)
    .orderBy('person.name')
    .orderBy('membership.role')
    .execute();
}

export interface BackendStatus {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly is_active: boolean;
  readonly paused_at: Date | null;
  readonly maintenance_at: Date | null;
  readonly draining_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly self_test: { readonly passed: boolean; readonly failed: readonly string[] } | null;
  readonly database_slots: number;
  readonly other_slots: number;
  readonly pending: number;
  readonly running: number;
}

/** How the backends are, with their jobs that are not finished. */
export async function backendStatuses(db: Kysely<Tables>): Promise<BackendStatus[]> {
  const { rows } = await sql<BackendStatus>`
    select b.id, b.slug, b.name, b.is_active, b.paused_at, b.maintenance_at, b.draining_at, b.last_seen_at, b.self_test,
      b.database_slots, b.other_slots,
      count(j.id) filter (where j.state = 'pending')::int as pending,
      count(j.id) filter (where j.state = 'running')::int as running
    from backend b left join job j on j.backend_id = b.id and j.state in ('pending', 'running')
    group by b.id order by b.name`.execute(db);
  return rows;
}
