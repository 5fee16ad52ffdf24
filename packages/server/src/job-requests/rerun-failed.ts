import type { Context } from '../context.ts';
import { faults } from '../faults.ts';
import {
  type CreatedJobRequest,
  createJobRequest,
  type JobRequestInput,
} from './create-job-request.ts';

/**
 * Asks again for what failed in a request, at the same commit: the jobs that failed, were cancelled, or were not started because
 * of one. What succeeded since is not run again unless it failed here.
 * @throws FaultError when nothing failed, or when the request cannot be made
 */
export async function rerunFailed(
  context: Context,
  number: number,
  by: Pick<
    JobRequestInput,
    'requestedBy' | 'notify' | 'clientKey' | 'codelistsOk' | 'traceContext'
  >,
): Promise<CreatedJobRequest> {
  const { db } = context.database;
  const request = await db
    .selectFrom('job_request')
    .innerJoin('workspace', 'workspace.id', 'job_request.workspace_id')
    .innerJoin('backend', 'backend.id', 'job_request.backend_id')
    .select([
      'job_request.id',
      'job_request.commit',
      'job_request.codelists_ok',
      'workspace.name as workspace',
      'backend.slug as backend',
    ])
    .where('job_request.number', '=', number)
    .executeTakeFirst();
  if (request === undefined) throw faults.error('job-request-unknown', { number });
  const failed = await db
    .selectFrom('job')
    .select('action')
    .where('job_request_id', '=', request.id)
    .where('state', '=', 'failed')
    .orderBy('id')
    .execute();
  if (failed.length === 0) throw faults.error('nothing-failed', { number });
  return await createJobRequest(context, {
    codelistsOk: request.codelists_ok,
    ...by,
    workspace: request.workspace,
    backend: request.backend,
    commit: request.commit,
    actions: failed.map(({ action }) => action),
  });
}
