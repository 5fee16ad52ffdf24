import type { RequestStatus } from '@vitrine/protocol';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';

/** Which job requests a list holds. All that is given must hold. */
export interface RequestFilter {
  readonly organisationId?: number;
  readonly projectId?: number;
  readonly workspaceId?: number;
  readonly personId?: number;
  /** Slugs; any of them. */
  readonly backends?: readonly string[];
  readonly statuses?: readonly string[];
  /** Number or beginning of the identifier, or part of the name of the workspace, the project, the person or an action. */
  readonly search?: string;
}

/** Where in the list: after or before a number, by key and not by count, so that page 1,000 costs what page 1 does. */
export interface PageOf {
  readonly before?: number;
  readonly after?: number;
  readonly size?: number;
}

export interface ListedRequest {
  readonly number: number;
  readonly identifier: string;
  readonly status: RequestStatus;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly runtime_seconds: number;
  readonly succeeded_jobs: number;
  readonly jobs: number;
  readonly requested_actions: readonly string[];
  readonly workspace: string;
  readonly project: string;
  readonly project_slug: string;
  readonly organisation: string;
  readonly organisation_slug: string;
  readonly person: string;
  readonly username: string;
  readonly backend: string;
  readonly backend_slug: string;
}

export interface RequestPage {
  readonly rows: readonly ListedRequest[];
  /** Numbers to page on from, null at the ends. */
  readonly newer: number | null;
  readonly older: number | null;
}

export const PAGE_SIZE = 25;

/** One page of job requests, newest first: one statement, and one more where something is searched for. */
export async function listRequests(
  db: Kysely<Tables>,
  filter: RequestFilter,
  { before, after, size = PAGE_SIZE }: PageOf,
): Promise<RequestPage> {
  const backwards = after !== undefined;
  const conditions = [...conditionsOf(filter)];
  const { search = '' } = filter;
  if (search !== '') conditions.push(searchCondition(search, await findMatches(db, search)));
  if (before !== undefined) conditions.push(sql`r.number < ${before}`);
  if (after !== undefined) conditions.push(sql`r.number > ${after}`);
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
  // The page is picked before anything is joined to it: of 100,000 requests 26 are.
  const { rows } = await sql<ListedRequest>`
    with picked as materialized (
      select r.* from job_request r where ${where}
      order by r.number ${backwards ? sql`asc` : sql`desc`} limit ${size + 1}
    )
    select r.number, r.identifier, r.status, r.created_at, r.started_at, r.finished_at, r.runtime_seconds, r.succeeded_jobs,
      r.pending_jobs + r.running_jobs + r.succeeded_jobs + r.failed_jobs as jobs, r.requested_actions,
      w.name as workspace, p.name as project, p.slug as project_slug, o.name as organisation, o.slug as organisation_slug,
      person.name as person, person.username, b.name as backend, b.slug as backend_slug
    from picked r
    join workspace w on w.id = r.workspace_id
    join project p on p.id = w.project_id
    join organisation o on o.id = p.lead_organisation_id
    join person on person.id = r.requested_by
    join backend b on b.id = r.backend_id
    order by r.number desc`.execute(db);
  const more = rows.length > size;
  const shown = backwards ? rows.slice(more ? 1 : 0) : rows.slice(0, size);
  return {
    rows: shown,
    newer: (backwards ? more : before !== undefined) ? (shown[0]?.number ?? null) : null,
    older: backwards || more ? (shown.at(-1)?.number ?? null) : null,
  };
}

function* conditionsOf(filter: RequestFilter): Generator<RawBuilder<unknown>> {
  const { organisationId, projectId, workspaceId, personId, backends = [], statuses = [] } = filter;
  if (workspaceId !== undefined) yield sql`r.workspace_id = ${workspaceId}`;
  if (personId !== undefined) yield sql`r.requested_by = ${personId}`;
  if (projectId !== undefined) {
    yield sql`r.workspace_id = any(array(select id from workspace where project_id = ${projectId}))`;
  }
  if (organisationId !== undefined) {
    yield sql`r.workspace_id = any(array(select w.id from workspace w join project p on p.id = w.project_id
      where p.lead_organisation_id = ${organisationId}))`;
  }
  // One value alone is asked for by "=": the indexes then give the rows in their order, however rare they are.
  if (backends.length === 1) {
    yield sql`r.backend_id = (select id from backend where slug = ${backends[0]})`;
  } else if (backends.length > 1) {
    yield sql`r.backend_id = any(array(select id from backend where slug = any(${backends})))`;
  }
  if (statuses.length === 1) yield sql`r.status = ${statuses[0]}`;
  else if (statuses.length > 1) yield sql`r.status = any(${statuses})`;
}

/** Keys and names that a search fits. */
interface Matches {
  readonly workspaces: readonly number[];
  readonly people: readonly number[];
  readonly actions: readonly string[];
  readonly requests: readonly number[];
}

/**
 * What the words fit, from the small tables: which job requests those are is then a matter of indexes. Known before the list is
 * asked for, so that the planner sees whether they are many or few.
 */
async function findMatches(db: Kysely<Tables>, search: string): Promise<Matches> {
  const part = `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const isIdentifier = /^[a-z2-7]{1,16}$/i.test(search);
  const from = isIdentifier ? search.toLowerCase() : '';
  const { rows } = await sql<Matches>`
    select
      array(select w.id from workspace w join project p on p.id = w.project_id
        where w.name ilike ${part} or p.name ilike ${part} or p.number = ${search}) as workspaces,
      array(select id from person where name ilike ${part} or username ilike ${part}) as people,
      array(select name from action_name where name ilike ${part}) as actions,
      array(select distinct job_request_id from (select job_request_id from job
        where identifier between ${from} and ${from.padEnd(16, 'z')} and ${isIdentifier} limit ${MOST_BY_JOB}) as found) as requests`.execute(
    db,
  );
  return rows[0] ?? { workspaces: [], people: [], actions: [], requests: [] };
}

/** Of jobs whose identifiers begin as was searched for, so many are looked at: more characters find the others. */
const MOST_BY_JOB = 1000;

function searchCondition(search: string, matches: Matches): RawBuilder<unknown> {
  const possible: RawBuilder<unknown>[] = [];
  const { workspaces, people, actions, requests } = matches;
  if (workspaces.length > 0) possible.push(sql`r.workspace_id = any(${workspaces}::integer[])`);
  if (people.length > 0) possible.push(sql`r.requested_by = any(${people}::integer[])`);
  if (actions.length > 0) possible.push(sql`r.requested_actions && ${actions}::text[]`);
  if (requests.length > 0) possible.push(sql`r.id = any(${requests}::integer[])`);
  if (/^[1-9]\d{0,8}$/.test(search)) possible.push(sql`r.number = ${Number(search)}`);
  if (/^[a-z2-7]{1,16}$/i.test(search)) {
    const from = search.toLowerCase();
    // A range uses the index whatever the collation is: z comes last of a–z2–7 in all of them.
    possible.push(sql`r.identifier between ${from} and ${from.padEnd(16, 'z')}`);
  }
  return possible.length === 0 ? sql`false` : sql`(${sql.join(possible, sql` or `)})`;
}
