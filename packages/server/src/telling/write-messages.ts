/**
 * Who is to be told that a job request has finished. The messages are written in the transaction that finishes it, each under a
 * key of its own: whatever number of servers there are, each person and each address is told once of each finish.
 */
import type { RequestStatus, StatusCode } from '@vitrine/protocol';
import { type Insertable, sql, type Transaction } from 'kysely';
import type { OutgoingMessageTable, Tables } from '../database/schema.ts';
import { announce } from '../events/changes.ts';

/** What a message tells; webhooks carry it as it is. Everything in it is public. */
export interface FinishedRequest {
  readonly event: 'job-request.finished';
  readonly job_request: {
    readonly number: number;
    readonly identifier: string;
    readonly workspace: string;
    readonly backend: string;
    readonly requested_by: string;
    readonly requested_actions: readonly string[];
    readonly status: RequestStatus;
    readonly created_at: string;
    readonly started_at: string | null;
    readonly finished_at: string;
    readonly runtime_seconds: number;
    readonly succeeded_jobs: number;
    readonly failed_jobs: number;
    /** Jobs that failed by themselves, not those that only needed one; at most 20. */
    readonly failed: readonly { readonly action: string; readonly status_code: StatusCode }[];
  };
}

interface FinishedRow {
  readonly id: number;
  readonly number: number;
  readonly identifier: string;
  readonly workspace: string;
  readonly backend: string;
  readonly username: string;
  readonly requested_actions: readonly string[];
  readonly status: RequestStatus;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date;
  readonly runtime_seconds: number;
  readonly succeeded_jobs: number;
  readonly failed_jobs: number;
  readonly failed: readonly { readonly action: string; readonly status_code: StatusCode }[];
  /** Where to write, where the request asks for it and the person wants e-mail. */
  readonly email: string | null;
  readonly webhooks: readonly { readonly id: number; readonly url: string }[];
}

export async function writeMessages(
  tx: Transaction<Tables>,
  requestIds: readonly number[],
  now: Date,
): Promise<void> {
  const { rows } = await sql<FinishedRow>`
    select r.id, r.number, r.identifier, w.name as workspace, b.name as backend, person.username, r.requested_actions, r.status,
      r.created_at, r.started_at, r.finished_at, r.runtime_seconds, r.succeeded_jobs, r.failed_jobs,
      coalesce((select json_agg(f) from (select action, status_code from job
        where job.job_request_id = r.id and state = 'failed' and status_code <> 'dependency_failed' order by id limit 20) f),
        '[]'::json) as failed,
      case when r.will_notify and person.wants_email and not person.is_disabled then person.email end as email,
      coalesce((select json_agg(json_build_object('id', hook.id, 'url', hook.url) order by hook.id) from webhook hook
        join person owner on owner.id = hook.person_id and not owner.is_disabled
        where hook.ended_at is null and (hook.workspace_id = r.workspace_id
          or (hook.workspace_id is null and hook.person_id = r.requested_by))), '[]'::json) as webhooks
    from job_request r
    join workspace w on w.id = r.workspace_id
    join backend b on b.id = r.backend_id
    join person on person.id = r.requested_by
    where r.id = any(${requestIds}::integer[])`.execute(tx);
  const messages = rows.flatMap((row) => {
    const { id, email, webhooks } = row;
    const body = JSON.stringify(finishedRequest(row));
    const subject = `${row.status}: [${row.workspace}] job request ${row.number}`;
    const message = { subject, body, created_at: now, next_attempt_at: now };
    return [
      ...(email === null
        ? []
        : [
            {
              ...message,
              kind: 'email' as const,
              recipient: email,
              unique_key: `finished ${id} email`,
              webhook_id: null,
            },
          ]),
      ...webhooks.map((webhook) => ({
        ...message,
        kind: 'webhook' as const,
        recipient: webhook.url,
        unique_key: `finished ${id} webhook ${webhook.id}`,
        webhook_id: webhook.id,
      })),
    ];
  });
  await putMessages(tx, messages);
}

/** Writes messages that are to be sent; one whose key is there already is not written again. */
export async function putMessages(
  tx: Transaction<Tables>,
  messages: readonly Insertable<OutgoingMessageTable>[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx
    .insertInto('outgoing_message')
    .values(messages)
    .onConflict((conflict) => conflict.column('unique_key').doNothing())
    .execute();
  await announce(tx, ['messages']);
}

function finishedRequest(row: FinishedRow): FinishedRequest {
  return {
    event: 'job-request.finished',
    job_request: {
      number: row.number,
      identifier: row.identifier,
      workspace: row.workspace,
      backend: row.backend,
      requested_by: row.username,
      requested_actions: row.requested_actions,
      status: row.status,
      created_at: row.created_at.toISOString(),
      started_at: row.started_at?.toISOString() ?? null,
      finished_at: row.finished_at.toISOString(),
      runtime_seconds: row.runtime_seconds,
      succeeded_jobs: row.succeeded_jobs,
      failed_jobs: row.failed_jobs,
      failed: row.failed,
    },
  };
}
