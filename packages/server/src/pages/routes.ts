/** Every page, and every form that a page sends, with who may use it. */
import { formTarget, open, page, permitted, type Route, signedIn } from '../http/route.ts';
import { cancelJob, cancelRequest, rerunRequest } from './change-jobs.ts';
import { eventLogPage } from './event-log.ts';
import { homePage } from './home.ts';
import { jobPage } from './job.ts';
import { jobRequestPage } from './job-request.ts';
import { requestEvents, statusEvents } from './live.ts';
import * as manage from './manage-workspace.ts';
import * as people from './people.ts';
import * as places from './places.ts';
import { definitionText, provenance } from './provenance.ts';
import { runJobsPage, submitRunJobs } from './run-jobs.ts';
import { securityLevelsPage } from './security-levels.ts';
import * as signIn from './sign-in.ts';
import * as backends from './staff/backends.ts';
import * as staffPeople from './staff/people.ts';
import * as projects from './staff/projects.ts';
import * as staff from './staff/site.ts';
import { backendStatusText, statusPage } from './status.ts';
import { workspaceLogPage, workspacePage } from './workspace.ts';

const cancelling = { orRequester: true } as const;
const inStaffArea = permitted('staff_area_access');
const managesPeople = permitted('people_manage');
const managesBackends = permitted('backend_manage');
const managesRoles = permitted('project_roles_manage', 'project');

const forEverybody: readonly Route[] = [
  page('/', open, homePage),
  page('/event-log', open, eventLogPage),
  page('/job-requests/:number', open, jobRequestPage),
  page('/job-requests/:number/events', open, requestEvents),
  page('/job-requests/:number/project.yaml', open, definitionText),
  page('/job-requests/:number/provenance.json', open, provenance),
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
  page('/account', signedIn, (call) => people.accountPage(call)),
  formTarget('/account/tokens', signedIn, people.makeToken),
  formTarget('/account/tokens/:token/revoke', signedIn, people.revokeOwnToken),
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
  page(
    '/workspaces/:workspace/edit',
    permitted('workspace_create', 'workspace'),
    manage.editWorkspacePage,
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
  page('/projects/:project/edit', permitted('project_manage', 'project'), manage.editProjectPage),
  formTarget('/projects/:project/edit', permitted('project_manage', 'project'), manage.editProject),
];

const forStaff: readonly Route[] = [
  page('/staff', inStaffArea, staff.staffPage),
  page('/staff/people', managesPeople, staffPeople.staffPeoplePage),
  page('/staff/people/:person', managesPeople, staffPeople.staffPersonPage),
  formTarget('/staff/people/:person/roles', managesPeople, staffPeople.giveRole),
  formTarget('/staff/people/:person/roles/:membership/take', managesPeople, staffPeople.takeRole),
  formTarget('/staff/people/:person/disable', managesPeople, staffPeople.toggleDisabled),
  page('/staff/organisations', permitted('organisation_create'), (call) =>
    projects.staffOrganisationsPage(call),
  ),
  formTarget('/staff/organisations', permitted('organisation_create'), projects.createOrganisation),
  page('/staff/projects', inStaffArea, (call) => projects.staffProjectsPage(call)),
  formTarget('/staff/projects', permitted('project_create'), projects.createProject),
  page('/staff/projects/:project', inStaffArea, projects.staffProjectPage),
  formTarget('/staff/projects/:project/members', managesRoles, projects.addMember),
  formTarget(
    '/staff/projects/:project/members/:membership/remove',
    managesRoles,
    projects.removeMember,
  ),
  page('/staff/workspaces', inStaffArea, projects.staffWorkspacesPage),
  page('/staff/backends', managesBackends, (call) => backends.staffBackendsPage(call)),
  formTarget('/staff/backends', managesBackends, backends.createBackend),
  page('/staff/backends/:backend', managesBackends, (call) => backends.staffBackendPage(call)),
  formTarget('/staff/backends/:backend/pause', managesBackends, backends.switchBackend('pause')),
  formTarget(
    '/staff/backends/:backend/maintenance',
    managesBackends,
    backends.switchBackend('maintenance'),
  ),
  formTarget('/staff/backends/:backend/drain', managesBackends, backends.switchBackend('drain')),
  formTarget('/staff/backends/:backend/active', managesBackends, backends.switchBackend('active')),
  formTarget('/staff/backends/:backend/places', managesBackends, backends.setPlaces),
  formTarget('/staff/backends/:backend/tokens', managesBackends, backends.makeBackendToken),
  formTarget(
    '/staff/backends/:backend/tokens/:token/revoke',
    managesBackends,
    backends.revokeBackendToken,
  ),
  page('/staff/site-alerts', inStaffArea, (call) => staff.siteAlertsPage(call)),
  formTarget('/staff/site-alerts', inStaffArea, staff.createSiteAlert),
  formTarget('/staff/site-alerts/:alert/end', inStaffArea, staff.endSiteAlert),
  page('/staff/audit-log', inStaffArea, staff.auditLogPage),
];

export const pageRoutes: readonly Route[] = [
  ...forEverybody,
  ...forPeople,
  ...forMembers,
  ...forStaff,
];
