/** The public and researcher API. */
import { httpFaults, readJson } from '@vitrine/platform';
import {
  cancelRequestSchema,
  type JobRequestDetail,
  newJobRequestSchema,
  REQUEST_STATUSES,
  type WorkspaceView,
} from '@vitrine/protocol';
import { sql } from 'kysely';
import { requirePermission } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { findSubject, numberOf } from '../http/subject.ts';
import { cancelJobRequest } from '../job-requests/cancel-job-request.ts';
import { createJobRequest } from '../job-requests/create-job-request.ts';
import { rerunFailed } from '../job-requests/rerun-failed.ts';
import { findJobs } from '../queries/job-page.ts';
import { findRequest, jobsOfRequest } from '../queries/job-request-page.ts';
import { findWorkspace, newestJobs } from '../queries/workspace-page.ts';
import { explainJobs } from '../scheduling/explain-jobs.ts';
import { jobView, type RequestSummary, requestView } from './views.ts';

export async function listRequestsByApi({ http, site }: Call): Promise<Response> {
  const text = (name: string): string =>
    (http.req.query(name) ?? '').replaceAll('\0', '').slice(0, 255);
  const before = numberOf(text('before'));
  const limit = Math.min(100, numberOf(text('limit')) || 25);
  const status = text('status');
  if (status !== '' && !REQUEST_STATUSES.some((one) => one === status)) {
    throw httpFaults.error('body-invalid', {
      problems: [`status: must be one of ${REQUEST_STATUSES.join(', ')}`],
    });
  }
  const workspace = text('workspace');
  const backend = text('backend');
  const { rows } = await sql<RequestSummary>`
    with picked as materialized (
      select * from job_request r where true
      ${before > 0 ? sql`and r.number < ${before}` : sql``}
      ${status === '' ? sql`` : sql`and r.status = ${status}`}
      ${workspace === '' ? sql`` : sql`and r.workspace_id in (select id from workspace where name = ${workspace})`}
      ${backend === '' ? sql`` : sql`and r.backend_id in (select id from backend where slug = ${backend})`}
      order by r.number desc limit ${limit + 1}
    )
    select r.*, w.name as workspace, b.slug as backend_slug, person.username
    from picked r join workspace w on w.id = r.workspace_id join backend b on b.id = r.backend_id
    join person on person.id = r.requested_by
    order by r.number desc`.execute(site.db);
  const shown = rows.slice(0, limit);
  return http.json({
    job_requests: shown.map(requestView),
    next: rows.length > limit ? (shown.at(-1)?.number ?? null) : null,
  });
}

async function detailOf({ site, now }: Call, name: string): Promise<JobRequestDetail> {
  const request = await findRequest(site.db, numberOf(name));
  if (request === null) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  const jobs = await jobsOfRequest(site.db, request.id);
  const waiting = await explainJobs(site, jobs, now);
  return {
    ...requestView(request),
    jobs: jobs.map((job) => jobView(job, request, waiting.get(job.id) ?? null)),
  };
}

export async function readRequestByApi(call: Call): Promise<Response> {
  return call.http.json(await detailOf(call, call.http.req.param('number') ?? ''));
}

export async function createRequestByApi(call: Call): Promise<Response> {
  const { http, site, person } = call;
  const asked = await readJson(http, newJobRequestSchema);
  const workspace = await findSubject(site, 'workspace', asked.workspace);
  requirePermission(person, 'job_run', workspace);
  const backend = await site.db
    .selectFrom('backend')
    .select('id')
    .where('slug', '=', asked.backend)
    .executeTakeFirst();
  if (backend === undefined) {
    throw httpFaults.error('thing-unknown', { what: 'backend', name: asked.backend });
  }
  requirePermission(person, 'backend_use', { backendId: backend.id });
  const created = await createJobRequest(site, {
    workspace: asked.workspace,
    backend: asked.backend,
    requestedBy: person?.id ?? 0,
    actions: asked.actions,
    commit: asked.commit,
    forceRunDependencies: asked.force_run_dependencies,
    notify: asked.notify,
    clientKey: asked.client_key,
    traceContext: http.req.header('traceparent'),
  });
  return http.json(
    await detailOf(call, String(created.number)),
    created.outcome === 'existing' ? 200 : 201,
  );
}

export async function cancelRequestByApi(call: Call): Promise<Response> {
  const { http, site } = call;
  const { actions } = await readJson(http, cancelRequestSchema);
  const number = numberOf(http.req.param('number') ?? '');
  return http.json({ cancelled: await cancelJobRequest(site, number, actions) });
}

export async function rerunRequestByApi(call: Call): Promise<Response> {
  const { http, site, person } = call;
  const number = numberOf(http.req.param('number') ?? '');
  const { backendId } = await findSubject(site, 'job-request', String(number));
  requirePermission(person, 'backend_use', { backendId: backendId ?? null });
  const created = await rerunFailed(site, number, { requestedBy: person?.id ?? 0 });
  return http.json(await detailOf(call, String(created.number)), 201);
}

export async function readEventsByApi({ http, site }: Call): Promise<Response> {
  const name = http.req.param('number') ?? '';
  const request = await findRequest(site.db, numberOf(name));
  if (request === null) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  const rows = await site.db
    .selectFrom('job_event')
    .innerJoin('job', 'job.id', 'job_event.job_id')
    .select([
      'job.identifier',
      'job.action',
      'job_event.attempt',
      'job_event.status_code',
      'job_event.at',
    ])
    .where('job_event.job_request_id', '=', request.id)
    .orderBy('job_event.id')
    .limit(20_000)
    .execute();
  return http.json({
    events: rows.map(({ identifier, at, ...event }) => ({
      job: identifier,
      ...event,
      at: at.toISOString(),
    })),
  });
}

export async function readJobByApi({ http, site, now }: Call): Promise<Response> {
  const name = http.req.param('identifier') ?? '';
  const [job] = await findJobs(site.db, name);
  if (job === undefined || job.identifier !== name) {
    throw httpFaults.error('thing-unknown', { what: 'job', name });
  }
  const waiting = await explainJobs(site, [job], now);
  return http.json(jobView(job, job, waiting.get(job.id) ?? null));
}

export async function readWorkspaceByApi({ http, site }: Call): Promise<Response> {
  const name = http.req.param('name') ?? '';
  const workspace = await findWorkspace(site.db, name);
  if (workspace === null) throw httpFaults.error('thing-unknown', { what: 'workspace', name });
  const view: WorkspaceView = {
    name: workspace.name,
    project: workspace.project_slug,
    repository: workspace.repository,
    branch: workspace.branch,
    purpose: workspace.purpose,
    is_archived: workspace.is_archived,
    created_at: workspace.created_at.toISOString(),
  };
  return http.json(view);
}

export async function readStatusesByApi({ http, site }: Call): Promise<Response> {
  const name = http.req.param('name') ?? '';
  const backend = http.req.query('backend') ?? '';
  const workspace = await site.db
    .selectFrom('workspace')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirst();
  if (workspace === undefined) throw httpFaults.error('thing-unknown', { what: 'workspace', name });
  const jobs = (await newestJobs(site.db, workspace.id))
    .filter(({ backend_slug }) => backend === '' || backend_slug === backend)
    .toSorted((left, right) => left.number - right.number);
  return http.json(Object.fromEntries(jobs.map(({ action, state }) => [action, state])));
}
