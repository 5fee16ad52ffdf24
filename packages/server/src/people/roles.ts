/**
 * Who may do what, as one table (job-server §5). Nothing else in the server decides on it: routes name a permission, and
 * `http/guard.ts` asks here.
 */

/** What can be permitted. */
export const PERMISSIONS = {
  job_run: 'Run jobs',
  job_cancel: "Cancel other people's jobs",
  backend_use: 'Run jobs on the backend',
  workspace_create: 'Create and edit workspaces',
  workspace_archive: 'Archive and unarchive workspaces',
  workspace_toggle_notifications: 'Switch notifications of a workspace on and off',
  project_manage: 'Change the status of the project',
  project_create: 'Create projects',
  organisation_create: 'Create organisations',
  people_manage: 'Give and take global roles, and disable accounts',
  project_roles_manage: 'Give and take roles on projects',
  backend_manage: 'Manage backends and their tokens',
  staff_area_access: 'Enter the staff area',
  roles_view: 'See who has which role on a project',
  code_view: 'See code of private repositories',
  release_file_view: 'View released files that are not public',
  release_file_upload: 'Upload files for release',
  release_file_delete: 'Delete released files',
  snapshot_create: 'Prepare publications',
  snapshot_publish: 'Publish',
  airlock_read_all: 'Look at all workspaces inside secure environments',
  unreleased_outputs_view: 'View moderately sensitive outputs inside the secure environment',
} as const;

export type Permission = keyof typeof PERMISSIONS;

/** Where a role can be given: everywhere, or on one project, organisation or backend. */
export type RoleScope = 'global' | 'project' | 'organisation' | 'backend';

export interface RoleRule {
  readonly label: string;
  readonly description: string;
  readonly scopes: readonly RoleScope[];
  readonly permissions: readonly Permission[];
}

function role(
  label: string,
  description: string,
  scopes: readonly RoleScope[],
  permissions: readonly Permission[],
): RoleRule {
  return { label, description, scopes, permissions };
}

export type RoleName =
  | 'staff-area-administrator'
  | 'tech-support'
  | 'service-administrator'
  | 'output-checker'
  | 'output-publisher'
  | 'project-collaborator'
  | 'project-developer'
  | 'deployment-administrator'
  | 'organisation-member'
  | 'backend-user';

export const ROLES: Readonly<Record<RoleName, RoleRule>> = {
  'staff-area-administrator': role(
    'Staff area administrator',
    'Looks after people, organisations and backends.',
    ['global'],
    [
      'backend_manage',
      'organisation_create',
      'people_manage',
      'staff_area_access',
      'roles_view',
      'code_view',
    ],
  ),
  'tech-support': role(
    'Tech support',
    'Helps researchers with their projects.',
    ['global'],
    ['release_file_view', 'project_roles_manage', 'project_create', 'roles_view', 'code_view'],
  ),
  'service-administrator': role(
    'Service administrator',
    'Sets up organisations and approved projects.',
    ['global'],
    ['project_roles_manage', 'organisation_create', 'project_create', 'roles_view', 'code_view'],
  ),
  'output-checker': role(
    'Output checker',
    'Judges files before they are released.',
    ['global'],
    [
      'release_file_delete',
      'release_file_upload',
      'release_file_view',
      'unreleased_outputs_view',
      'code_view',
    ],
  ),
  'output-publisher': role(
    'Output publisher',
    'Makes released files public.',
    ['global'],
    ['snapshot_publish'],
  ),
  'project-collaborator': role(
    'Project collaborator',
    'Sees the released files of the project.',
    ['global', 'project'],
    ['release_file_view', 'code_view'],
  ),
  'project-developer': role(
    'Project developer',
    'Writes and runs the code of the project.',
    ['project'],
    [
      'job_cancel',
      'job_run',
      'project_manage',
      'release_file_view',
      'snapshot_create',
      'unreleased_outputs_view',
      'workspace_archive',
      'workspace_create',
      'workspace_toggle_notifications',
      'roles_view',
      'code_view',
    ],
  ),
  'deployment-administrator': role(
    'Deployment administrator',
    'Runs and cancels any job to keep the platform working.',
    ['global'],
    ['airlock_read_all', 'job_cancel', 'job_run', 'code_view'],
  ),
  'organisation-member': role(
    'Organisation member',
    'Belongs to the organisation and sees the roles on its projects.',
    ['organisation'],
    ['roles_view', 'code_view'],
  ),
  'backend-user': role(
    'Backend user',
    'May run jobs on the backend, for projects on which they may run jobs at all.',
    ['backend'],
    ['backend_use'],
  ),
};

export const ROLE_NAMES: readonly RoleName[] = Object.keys(ROLES) as RoleName[];

export function isRoleName(name: string): name is RoleName {
  return Object.hasOwn(ROLES, name);
}

/** The roles that can be given in a scope. */
export function rolesIn(scope: RoleScope): readonly RoleName[] {
  return ROLE_NAMES.filter((name) => ROLES[name].scopes.includes(scope));
}
