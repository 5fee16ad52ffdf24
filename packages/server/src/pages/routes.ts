/** Every page, and every form that a page sends, with who may use it. */
import { formTarget, open, page, permitted, type Route, signedIn } from '../http/route.ts';
import * as account from './account.ts';
import { cancelJob, cancelRequest, rerunRequest } from './change-jobs.ts';
import { eventLogPage } from './event-log.ts';
import { homePage } from './home.ts';
import { jobPage } from './job.ts';
import { jobRequestPage } from './job-request.ts';
import { requestEvents, statusEvents } from './live.ts';
import * as manage from './manage-workspace.ts';
import { outputRoutes } from './outputs/routes.ts';
import * as people from './people.ts';
import * as places from './places.ts';
import { crateArchive, definitionText, prov, provenance, workflowArchive } from './provenance.ts';
import { runJobsPage, submitRunJobs } from './run-jobs.ts';
import { securityLevelsPage } from './security-levels.ts';
import * as signIn from './sign-in.ts';
import { auditLogPage } from './staff/audit-log.ts';
import * as backend from './staff/backend.ts';
import * as backends from './staff/backends.ts';
import * as members from './staff/members.ts';
import * as organisations from './staff/organisations.ts';
import { staffPage } from './staff/overview.ts';
import { staffPeoplePage } from './staff/people.ts';
import * as person from './staff/person.ts';
import * as projects from './staff/projects.ts';
import * as roles from './staff/roles.ts';
import * as alerts from './staff/site-alerts.ts';
import * as staffWorkspaces from './staff/workspaces.ts';
import { backendStatusText, statusPage } from './status.ts';
import { workspaceLogPage, workspacePage } from './workspace.ts';

const cancelling = { orRequester: true } as const;
const inStaffArea = permitted('staff_area_access');
const managesPeople = permitted('people_manage');
const managesOrganisations = permitted('organisation_create');
const managesBackends = permitted('backend_manage');
const managesRoles = permitted('project_roles_manage', 'project');

const forEverybody: readonly Route[] = [
  page('/', open, homePage),
  page('/event-log', open, eventLogPage),
  page('/job-requests/:number', open, jobRequestPage),
  page('/job-requests/:number/events', open, requestEvents),
  page('/job-requests/:number/project.yaml', open, definitionText),
  page('/job-requests/:number/provenance.json', open, provenance),
  page('/job-requests/:number/prov.json', open, prov),
  page('/job-requests/:number/crate.zip', open, crateArchive),
  page('/job-requests/:number/workflow.zip', open, workflowArchive),
  page('/jobs/:job', open, jobPage),
  page('/workspaces/:workspace', open, workspacePage),
  page('/workspaces/:workspace/logs', open, workspaceLogPage),
  page('/projects/:project', open, places.projectPage),
  page('/projects/:project/logs', open, places.projectLogPage),
  page('/organisations', open, places.organisationsPage),
  page('/organisations/:organisation', open, places.organisationPage),
  page('/organisations/:organisation/logs', open, places.organisationLogPage),
  page('/people', open, people.peoplePage),
  page('/people/:person', open, people.personPage),
  page('/people/:person/logs', open, people.personLogPage),
  page('/status', open, statusPage),
  page('/status/events', open, statusEvents),
  page('/status/:backend', open, backendStatusText),
  page('/security-levels', open, securityLevelsPage),
  page('/sign-in', open, signIn.signInPage),
  formTarget('/sign-in/development', open, signIn.developmentSignIn),
  page('/sign-in/:provider', open, signIn.departToProvider),
  page('/sign-in/:provider/callback', open, signIn.arriveFromProvider),
];

const forPeople: readonly Route[] = [
  formTarget('/sign-out', signedIn, signIn.signOut),
  page('/account', signedIn, (call) => account.accountPage(call)),
  formTarget('/account/profile', signedIn, account.editProfile),
  formTarget('/account/airlock-token', signedIn, account.makeAirlockToken),
  formTarget('/account/tokens', signedIn, account.makeToken),
  formTarget('/account/tokens/:token/revoke', signedIn, account.revokeOwnToken),
];

const forMembers: readonly Route[] = [
  page('/workspaces/:workspace/run-jobs', permitted('job_run', 'workspace'), runJobsPage),
  formTarget('/workspaces/:workspace/run-jobs', permitted('job_run', 'workspace'), submitRunJobs),
  formTarget(
    '/job-requests/:number/cancel',
    permitted('job_cancel', 'job-request', cancelling),
    cancelRequest,
  ),
  formTarget('/job-requests/:number/rerun', permitted('job_run', 'job-request'), rerunRequest),
  formTarget('/jobs/:job/cancel', permitted('job_cancel', 'job', cancelling), cancelJob),
  page('/workspaces/:workspace/edit', permitted('workspace_create', 'workspace'), (call) =>
    manage.editWorkspacePage(call),
  ),
  formTarget(
    '/workspaces/:workspace/edit',
    permitted('workspace_create', 'workspace'),
    manage.editWorkspace,
  ),
  formTarget(
    '/workspaces/:workspace/archive',
    permitted('workspace_archive', 'workspace'),
    manage.toggleArchived,
  ),
  formTarget(
    '/workspaces/:workspace/notifications',
    permitted('workspace_toggle_notifications', 'workspace'),
    manage.toggleNotifications,
  ),
  page('/projects/:project/new-workspace', permitted('workspace_create', 'project'), (call) =>
    manage.newWorkspacePage(call),
  ),
  formTarget(
    '/projects/:project/new-workspace',
    permitted('workspace_create', 'project'),
    manage.createWorkspace,
  ),
  page('/projects/:project/edit', permitted('project_manage', 'project'), (call) =>
    manage.editProjectPage(call),
  ),
  formTarget('/projects/:project/edit', permitted('project_manage', 'project'), manage.editProject),
];

const forStaff: readonly Route[] = [
  page('/staff', inStaffArea, staffPage),
  page('/staff/people', managesPeople, staffPeoplePage),
  page('/staff/people/:person', managesPeople, (call) => person.staffPersonPage(call)),
  formTarget('/staff/people/:person/profile', managesPeople, person.staffEditPerson),
  formTarget('/staff/people/:person/roles', managesPeople, roles.giveRole),
  formTarget('/staff/people/:person/roles/clear', managesPeople, roles.clearRoles),
  formTarget('/staff/people/:person/roles/:membership/take', managesPeople, roles.takeRole),
  formTarget('/staff/people/:person/disable', managesPeople, person.toggleDisabled),
  formTarget('/staff/people/:person/sign-out', managesPeople, person.signOutEverywhere),
  formTarget('/staff/people/:person/tokens/:token/revoke', managesPeople, person.revokePersonToken),
  page('/staff/organisations', managesOrganisations, (call) =>
    organisations.staffOrganisationsPage(call),
  ),
  formTarget('/staff/organisations', managesOrganisations, organisations.createOrganisation),
  page('/staff/organisations/:organisation', managesOrganisations, (call) =>
    organisations.staffOrganisationPage(call),
  ),
  formTarget(
    '/staff/organisations/:organisation',
    managesOrganisations,
    organisations.editOrganisation,
  ),
  page('/staff/projects', inStaffArea, (call) => projects.staffProjectsPage(call)),
  formTarget('/staff/projects', permitted('project_create'), projects.createProject),
  page('/staff/projects/:project', inStaffArea, (call) => projects.staffProjectPage(call)),
  formTarget('/staff/projects/:project', inStaffArea, projects.staffEditProject),
  formTarget('/staff/projects/:project/members', managesRoles, members.addMember),
  formTarget(
    '/staff/projects/:project/members/:membership/remove',
    managesRoles,
    members.removeMember,
  ),
  page('/staff/workspaces', inStaffArea, staffWorkspaces.staffWorkspacesPage),
  page('/staff/workspaces/:workspace', inStaffArea, (call) =>
    staffWorkspaces.staffWorkspacePage(call),
  ),
  formTarget('/staff/workspaces/:workspace', inStaffArea, staffWorkspaces.staffEditWorkspace),
  formTarget(
    '/staff/workspaces/:workspace/archive',
    inStaffArea,
    staffWorkspaces.staffToggleArchived,
  ),
  page('/staff/backends', managesBackends, (call) => backends.staffBackendsPage(call)),
  formTarget('/staff/backends', managesBackends, backends.createBackend),
  page('/staff/backends/:backend', managesBackends, (call) => backend.staffBackendPage(call)),
  formTarget('/staff/backends/:backend/settings', managesBackends, backend.editBackend),
  ...(['pause', 'maintenance', 'drain', 'active'] as const).map((mode) =>
    formTarget(`/staff/backends/:backend/${mode}`, managesBackends, backend.switchBackend(mode)),
  ),
  formTarget('/staff/backends/:backend/tokens', managesBackends, backend.makeBackendToken),
  formTarget(
    '/staff/backends/:backend/tokens/:token/revoke',
    managesBackends,
    backend.revokeBackendToken,
  ),
  page('/staff/site-alerts', inStaffArea, (call) => alerts.siteAlertsPage(call)),
  formTarget('/staff/site-alerts', inStaffArea, alerts.createSiteAlert),
  page('/staff/site-alerts/:alert', inStaffArea, (call) => alerts.siteAlertPage(call)),
  formTarget('/staff/site-alerts/:alert', inStaffArea, alerts.editSiteAlert),
  formTarget('/staff/site-alerts/:alert/end', inStaffArea, alerts.endSiteAlert),
  page('/staff/audit-log', inStaffArea, auditLogPage),
];

export const pageRoutes: readonly Route[] = [
  ...forEverybody,
  ...forPeople,
  ...forMembers,
  ...outputRoutes,
  ...forStaff,
];
