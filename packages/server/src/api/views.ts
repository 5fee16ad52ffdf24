/** What the API shows of things: rows in, messages of the protocol out. */
import {
  type JobRequestView,
  type JobView,
  STATUS_CODES,
  type WaitingWords,
} from '@vitrine/protocol';
import type { JobRow } from '../database/schema.ts';
import type { RequestDetail } from '../queries/job-request-page.ts';
import { jobRuntime } from '../states/derive-request.ts';

const text = (at: Date | null): string | null => at?.toISOString() ?? null;

export interface JobPlace {
  readonly number: number;
  readonly backend_slug: string;
}

export function jobView(job: JobRow, place: JobPlace, waiting: WaitingWords | null): JobView {
  const { blame, words } = STATUS_CODES[job.status_code];
  return {
    identifier: job.identifier,
    job_request: place.number,
    action: job.action,
    backend: place.backend_slug,
    run_command: job.run_command,
    state: job.state,
    status_code: job.status_code,
    status_message: words,
    blame,
    attempt: job.attempt,
    needs_database: job.needs_database,
    created_at: job.created_at.toISOString(),
    started_at: text(job.started_at),
    finished_at: text(job.finished_at),
    updated_at: job.updated_at.toISOString(),
    runtime_seconds: jobRuntime({
      state: job.state,
      startedAt: job.started_at,
      finishedAt: job.finished_at,
    }),
    peak_memory_bytes: job.peak_memory_bytes,
    cpu_seconds: job.cpu_seconds,
    waiting,
  };
}

/** A job request as lists show it. */
export type RequestSummary = Pick<
  RequestDetail,
  | 'number'
  | 'identifier'
  | 'workspace'
  | 'backend_slug'
  | 'username'
  | 'branch'
  | 'commit'
  | 'requested_actions'
  | 'force_run_dependencies'
  | 'status'
  | 'status_message'
  | 'created_at'
  | 'started_at'
  | 'finished_at'
  | 'runtime_seconds'
  | 'pending_jobs'
  | 'running_jobs'
  | 'succeeded_jobs'
  | 'failed_jobs'
>;

export function requestView(request: RequestSummary): JobRequestView {
  return {
    number: request.number,
    identifier: request.identifier,
    workspace: request.workspace,
    backend: request.backend_slug,
    requested_by: request.username,
    branch: request.branch,
    commit: request.commit,
    requested_actions: request.requested_actions,
    force_run_dependencies: request.force_run_dependencies,
    status: request.status,
    status_message: request.status_message,
    created_at: request.created_at.toISOString(),
    started_at: text(request.started_at),
    finished_at: text(request.finished_at),
    runtime_seconds: request.runtime_seconds,
    counts: {
      pending: request.pending_jobs,
      running: request.running_jobs,
      succeeded: request.succeeded_jobs,
      failed: request.failed_jobs,
    },
  };
}
