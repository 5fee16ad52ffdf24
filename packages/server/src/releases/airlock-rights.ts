/** What somebody may do inside a backend, worked out now from their roles. */
import type { AirlockProjectRole, AirlockRights } from '@vitrine/protocol';
import { sql } from 'kysely';
import type { Queries } from '../database/database.ts';
import type { ProjectStatus } from '../database/schema.ts';
import { may, mayAnywhere, type Person, type Scope } from '../people/actor.ts';
import type { RoleName } from '../people/roles.ts';

/** Whether there is anything inside that they may look at: only they get single-use tokens. */
export function mayEnterAirlock(person: Person | null): boolean {
  return may(person, 'airlock_read_all') || mayAnywhere(person, 'unreleased_outputs_view');
}

/** Whether they may judge what leaves, of any project. */
export function isOutputChecker(person: Person | null): boolean {
  return may(person, 'release_file_upload') && may(person, 'unreleased_outputs_view');
}

/** What the airlock calls a role on a project; the first that somebody has counts. No role is a co-pilot's yet. */
const projectRoles: readonly (readonly [RoleName, AirlockProjectRole])[] = [
  ['project-developer', 'developer'],
  ['project-collaborator', 'collaborator'],
];

/** Whether a project goes on: what has ended can be looked at only. */
const goesOn: Readonly<Record<ProjectStatus, boolean>> = {
  ongoing: true,
  'ongoing-and-linked': true,
  postponed: true,
  retired: false,
  'completed-and-linked': false,
  'completed-and-awaiting': false,
};

interface WorkspaceRow {
  readonly name: string;
  readonly project_id: number;
  readonly organisation_id: number;
  readonly project: string;
  readonly project_name: string;
  readonly organisation_name: string;
  readonly repository: string;
  readonly branch: string;
  readonly is_archived: boolean;
  readonly status: ProjectStatus;
}

/**
 * The rights of somebody on a backend. A role on a project is told only where they may look at its workspaces at all: the airlock
 * takes a role for leave to look.
 */
export async function airlockRightsOf(
  db: Queries,
  person: Person,
  backendId: number,
): Promise<AirlockRights> {
  const { rows } = await sql<WorkspaceRow>`
    select w.name, p.id as project_id, o.id as organisation_id, p.slug as project, p.name as project_name,
      o.name as organisation_name, w.repository, w.branch, w.is_archived, p.status
    from workspace w
    join project p on p.id = w.project_id
    join organisation o on o.id = p.lead_organisation_id
    where exists (select from job j where j.workspace_id = w.id and j.backend_id = ${backendId})
    order by w.name`.execute(db);
  const readsAll = may(person, 'airlock_read_all') || may(person, 'unreleased_outputs_view');
  const seen = rows.filter(
    ({ project_id: projectId, organisation_id: organisationId }) =>
      readsAll || may(person, 'unreleased_outputs_view', { projectId, organisationId }),
  );
  const roles = seen.flatMap(({ project, project_id: projectId }) => {
    const role = roleOn(person, { projectId });
    return role === null ? [] : [[project, role] as const];
  });
  return {
    username: person.username,
    name: person.name,
    is_checker: isOutputChecker(person),
    reads_all: readsAll,
    roles: Object.fromEntries(roles),
    workspaces: seen.map(
      ({ project_id: _, organisation_id: __, is_archived, status, ...workspace }) => ({
        ...workspace,
        is_open: !is_archived && goesOn[status],
      }),
    ),
  };
}

function roleOn(person: Person, { projectId }: Scope): AirlockProjectRole | null {
  const found = projectRoles.find(([name]) =>
    person.memberships.some(
      ({ role, scope, on }) =>
        role === name && (scope === 'global' || (scope === 'project' && on === projectId)),
    ),
  );
  return found?.[1] ?? null;
}
