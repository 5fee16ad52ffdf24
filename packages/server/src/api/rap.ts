/** The endpoints that clients of the existing controller call (job-server §4.2). */

import { FaultError } from '@vitrine/pipeline';
import { readJson } from '@vitrine/platform';
import {
  type RapJob,
  rapCancelRequestSchema,
  rapCreateRequestSchema,
  rapStatusRequestSchema,
  STATUS_CODES,
} from '@vitrine/protocol';
import { sql } from 'kysely';
import type { JobRow } from '../database/schema.ts';
import { requirePermission } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { findSubject } from '../http/subject.ts';
import { cancelJobRequest } from '../job-requests/cancel-job-request.ts';
import { createJobRequest } from '../job-requests/create-job-request.ts';
import { may } from '../people/actor.ts';

interface Backend {
  readonly id: number;
  readonly slug: string;
  readonly last_seen_at: Date | null;
  readonly paused_at: Date | null;
  readonly maintenance_at: Date | null;
  readonly maintenance_manual: boolean;
}

/** The backends that the token reaches: those that its person may use. */
async function backendsOf({ site, person }: Call): Promise<readonly Backend[]> {
  const rows = await site.db
    .selectFrom('backend')
    .select(['id', 'slug', 'last_seen_at', 'paused_at', 'maintenance_at', 'maintenance_manual'])
    .orderBy('slug')
    .execute();
  return rows.filter(({ id }) => may(person, 'backend_use', { backendId: id }));
}

const text = (at: Date | null): string | null => at?.toISOString() ?? null;
const isOn = (at: Date | null): 'on' | 'off' => (at === null ? 'off' : 'on');

export async function rapBackendStatus(call: Call): Promise<Response> {
  const backends = await backendsOf(call);
  return call.http.json({
    backends: backends.map(
      ({ slug, last_seen_at, paused_at, maintenance_at, maintenance_manual }) => ({
        slug,
        last_seen: { since: text(last_seen_at) },
        paused: { status: isOn(paused_at), since: text(paused_at) },
        db_maintenance: {
          status: isOn(maintenance_at),
          since: text(maintenance_at),
          type: maintenance_at === null ? null : maintenance_manual ? 'manual' : 'scheduled',
        },
      }),
    ),
  });
}

function failed({ http }: Call, error: string, details: string, status: 400 | 404 = 400): Response {
  return http.json({ error, details }, status);
}

export async function rapCreate(call: Call): Promise<Response> {
  const { http, site, person } = call;
  const asked = await readJson(http, rapCreateRequestSchema);
  const cannot = (details: string): Response => failed(call, 'Error creating jobs', details);
  const backend = (await backendsOf(call)).find(({ slug }) => slug === asked.backend);
  if (backend === undefined) return cannot(`The token does not reach a backend ${asked.backend}.`);
  if (!/^[a-z2-7]{16}$/.test(asked.rap_id))
    return cannot('The rap_id must be 16 characters a to z and 2 to 7.');
  const existing = await findExisting(call, asked.rap_id);
  if (existing !== null) {
    const isSame =
      existing.repository === asked.repo_url &&
      existing.workspace === asked.workspace &&
      existing.commit === asked.commit;
    return isSame
      ? http.json({
          result: 'No change',
          details: `Jobs already created for rap_id '${asked.rap_id}'`,
          rap_id: asked.rap_id,
          count: existing.jobs,
        })
      : failed(
          call,
          'Inconsistent request data',
          `Jobs of rap_id '${asked.rap_id}' were created for something else.`,
        );
  }
  try {
    const workspace = await site.db
      .selectFrom('workspace')
      .select(['repository', 'branch'])
      .where('name', '=', asked.workspace)
      .executeTakeFirst();
    if (workspace === undefined) return cannot(`There is no workspace ${asked.workspace}.`);
    if (workspace.repository !== asked.repo_url || workspace.branch !== asked.branch) {
      return cannot(`The workspace ${asked.workspace} has another repository or branch.`);
    }
    requirePermission(person, 'job_run', await findSubject(site, 'workspace', asked.workspace));
    const created = await createJobRequest(site, {
      workspace: asked.workspace,
      backend: asked.backend,
      requestedBy: await requesterOf(call, asked.created_by),
      actions: asked.requested_actions,
      commit: asked.commit,
      forceRunDependencies: asked.force_run_dependencies,
      codelistsOk: asked.codelists_ok,
      clientKey: `rap-${asked.rap_id}`,
      given: { identifier: asked.rap_id },
      traceContext: http.req.header('traceparent'),
    });
    const isNothing = created.outcome === 'nothing-to-do';
    return http.json(
      {
        result: isNothing ? 'Nothing to do' : 'Success',
        details: isNothing ? (created.message ?? '') : `Jobs created for rap_id '${asked.rap_id}'`,
        rap_id: asked.rap_id,
        count: created.jobs,
      },
      isNothing ? 200 : 201,
    );
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return cannot(error.message);
  }
}

/**
 * The person whom the client names, if there is one; else the client itself. Only who may run jobs everywhere speaks for others:
 * everybody can make a token for this, and nobody is to ask in the name of somebody else.
 */
async function requesterOf({ site, person }: Call, username: string): Promise<number> {
  if (!may(person, 'job_run')) return person?.id ?? 0;
  const named = await site.db
    .selectFrom('person')
    .select('id')
    .where('username', '=', username)
    .where('is_disabled', '=', false)
    .executeTakeFirst();
  return named?.id ?? person?.id ?? 0;
}

interface Existing {
  readonly number: number;
  readonly backend_id: number;
  readonly repository: string;
  readonly workspace: string;
  readonly commit: string;
  readonly jobs: number;
}

async function findExisting({ site }: Call, identifier: string): Promise<Existing | null> {
  const { rows } = await sql<Existing>`
    select r.number, r.backend_id, w.repository, w.name as workspace, r.commit,
      r.pending_jobs + r.running_jobs + r.succeeded_jobs + r.failed_jobs as jobs
    from job_request r join workspace w on w.id = r.workspace_id where r.identifier = ${identifier}`.execute(
    site.db,
  );
  return rows[0] ?? null;
}

export async function rapCancel(call: Call): Promise<Response> {
  const { http, site, person } = call;
  const asked = await readJson(http, rapCancelRequestSchema);
  const backends = await backendsOf(call);
  const existing = await findExisting(call, asked.rap_id);
  if (existing === null || !backends.some(({ id }) => id === existing.backend_id)) {
    return failed(call, 'jobs not found', `No jobs found for rap_id ${asked.rap_id}`, 404);
  }
  requirePermission(person, 'job_cancel', await findSubject(site, 'workspace', existing.workspace));
  try {
    await cancelJobRequest(site, existing.number, asked.actions);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return failed(call, 'jobs not found', error.message, 404);
  }
  const count = new Set(asked.actions).size;
  const success = `${count} actions cancelled`;
  return http.json({ success, details: success, rap_id: asked.rap_id, count });
}

export async function rapStatus(call: Call): Promise<Response> {
  const { http, site } = call;
  const asked = await readJson(http, rapStatusRequestSchema);
  const backends = (await backendsOf(call)).map(({ id }) => id);
  const { rows } = await sql<JobRow & { readonly rap_id: string; readonly backend: string }>`
    select j.*, r.identifier as rap_id, b.slug as backend
    from job_request r join job j on j.job_request_id = r.id join backend b on b.id = j.backend_id
    where r.identifier = any(${asked.rap_ids}::text[]) and j.backend_id = any(${backends}::integer[])
    order by j.id`.execute(site.db);
  const known = new Set(rows.map(({ rap_id }) => rap_id));
  return http.json({
    jobs: rows.map(rapJob),
    unrecognised_rap_ids: asked.rap_ids.filter((id) => !known.has(id)),
  });
}

function rapJob(job: JobRow & { readonly rap_id: string; readonly backend: string }): RapJob {
  const seconds =
    job.started_at && job.finished_at
      ? (job.finished_at.getTime() - job.started_at.getTime()) / 1000
      : 0;
  return {
    identifier: job.identifier,
    rap_id: job.rap_id,
    backend: job.backend,
    action: job.action,
    run_command: job.run_command,
    status: job.state,
    status_code: job.status_code,
    status_message: STATUS_CODES[job.status_code].words,
    created_at: job.created_at.toISOString(),
    updated_at: job.updated_at.toISOString(),
    started_at: text(job.started_at),
    completed_at: text(job.finished_at),
    trace_context: job.trace_context === null ? null : { traceparent: job.trace_context },
    metrics:
      job.peak_memory_bytes === null
        ? null
        : {
            cpu_mean: seconds > 0 ? Math.round(((job.cpu_seconds ?? 0) / seconds) * 100) : 0,
            mem_mb_peak: Math.round(job.peak_memory_bytes / 1e6),
          },
    requires_db: job.needs_database,
  };
}
