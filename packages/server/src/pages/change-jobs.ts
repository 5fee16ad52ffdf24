/** What the buttons on pages of job requests, jobs and workspaces do. */
import { type FormFields, httpFaults, readForm, recordDecision, sendTo } from '@vitrine/platform';
import { expectOwnForm } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { numberOf } from '../http/subject.ts';
import { cancelJobRequest } from '../job-requests/cancel-job-request.ts';
import { rerunFailed } from '../job-requests/rerun-failed.ts';
import { may } from '../people/actor.ts';
import { PERMISSIONS } from '../people/roles.ts';
import { findJobs } from '../queries/job-page.ts';
import { findRequest, type RequestDetail } from '../queries/job-request-page.ts';
import { addresses } from './addresses.ts';

/** The fields of a form that came from a page of this very session. */
export async function ownForm(call: Call): Promise<FormFields> {
  const fields = await readForm(call.http);
  expectOwnForm(call, fields.text('csrf'));
  return fields;
}

async function requestOf(call: Call): Promise<RequestDetail> {
  const name = call.http.req.param('number') ?? '';
  const request = await findRequest(call.site.db, numberOf(name));
  if (request === null) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  return request;
}

export async function cancelRequest(call: Call): Promise<Response> {
  await ownForm(call);
  const { number } = await requestOf(call);
  return await cancel(call, number, undefined, addresses.request(number));
}

export async function cancelJob(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const name = call.http.req.param('job') ?? '';
  const [job] = await findJobs(call.site.db, name);
  if (job === undefined || job.identifier !== name) {
    throw httpFaults.error('thing-unknown', { what: 'job', name });
  }
  const back =
    fields.text('back') === 'request'
      ? addresses.request(job.number)
      : addresses.job(job.identifier);
  return await cancel(call, job.number, [job.action], back);
}

async function cancel(
  call: Call,
  number: number,
  actions: readonly string[] | undefined,
  back: string,
): Promise<Response> {
  const { site, person, now } = call;
  const count = await cancelJobRequest(site, number, actions);
  if (count > 0) {
    await site.db.transaction().execute(async (tx) => {
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: 'jobs-cancelled',
        target: ['job-request', String(number)],
        details: { actions: actions ?? 'all', count },
      });
    });
  }
  const cancelled = actions === undefined ? 'cancelled' : 'cancelled-one';
  return sendTo(call, back, count > 0 ? cancelled : 'not-cancelled');
}

export async function rerunRequest(call: Call): Promise<Response> {
  const { site, person } = call;
  await ownForm(call);
  const request = await requestOf(call);
  if (!may(person, 'backend_use', { backendId: request.backend_id })) {
    throw httpFaults.error('permission-needed', { permission: PERMISSIONS.backend_use });
  }
  const created = await rerunFailed(site, request.number, { requestedBy: person?.id ?? 0 });
  const told = created.outcome === 'nothing-to-do' ? 'nothing-to-do' : 'submitted';
  return sendTo(call, addresses.request(created.number), told);
}
