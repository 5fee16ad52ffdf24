/** The public and researcher API under /api/v1: job requests, jobs, workspaces. */
import { z } from 'zod';
import {
  actionNameSchema,
  commitSchema,
  identifierSchema,
  slugSchema,
  workspaceNameSchema,
} from './identifiers.ts';
import {
  JOB_STATES,
  type JobBlame,
  type JobState,
  REQUEST_STATUSES,
  type RequestStatus,
  STATUS_CODES,
  type StatusCode,
} from './states.ts';

/** A moment of the server's own clock, ISO 8601 in UTC. */
const instantSchema = z.iso.datetime();
const stateSchema = z.enum(JOB_STATES as [JobState, ...JobState[]]);
const requestStatusSchema = z.enum(REQUEST_STATUSES as [RequestStatus, ...RequestStatus[]]);
const codeSchema = z.enum(Object.keys(STATUS_CODES) as [StatusCode, ...StatusCode[]]);

/** POST /api/v1/job-requests. */
export interface NewJobRequest {
  readonly workspace: string;
  readonly backend: string;
  /** Names of actions; `run_all` stands for all. */
  readonly actions: readonly string[];
  /** Default: the head of the workspace's branch. */
  readonly commit?: string | undefined;
  readonly force_run_dependencies?: boolean | undefined;
  /** Send an e-mail when the request is finished. */
  readonly notify?: boolean | undefined;
  /** Chosen by the client: the same key never makes a second job request. */
  readonly client_key?: string | undefined;
}

export const newJobRequestSchema: z.ZodType<NewJobRequest> = z
  .strictObject({
    workspace: workspaceNameSchema,
    backend: slugSchema,
    actions: z.array(actionNameSchema).min(1).max(10_000),
    commit: commitSchema.optional(),
    force_run_dependencies: z.boolean().optional(),
    notify: z.boolean().optional(),
    client_key: z
      .string()
      .min(8)
      .max(64)
      .regex(/^[A-Za-z0-9_-]+$/)
      .optional(),
  })
  .meta({ id: 'NewJobRequest' });

/** Why a job that is not finished stands where it stands. */
export interface WaitingWords {
  readonly code: StatusCode;
  /** One sentence. */
  readonly words: string;
  readonly since: string;
  /** Place in the queue of its pool, from 1; null where it does not queue. */
  readonly place: number | null;
  /** When it will probably start or end, from how long such jobs took; null where nothing is known. */
  readonly expected_at: string | null;
}

const waitingSchema = z
  .strictObject({
    code: codeSchema,
    words: z.string(),
    since: instantSchema,
    place: z.int().min(1).nullable(),
    expected_at: instantSchema.nullable(),
  })
  .meta({ id: 'Waiting' });

export interface JobView {
  readonly identifier: string;
  /** Number of its job request. */
  readonly job_request: number;
  readonly action: string;
  readonly backend: string;
  readonly run_command: string;
  readonly state: JobState;
  readonly status_code: StatusCode;
  readonly status_message: string;
  readonly blame: JobBlame | null;
  readonly attempt: number;
  readonly needs_database: boolean;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly updated_at: string;
  readonly runtime_seconds: number | null;
  readonly peak_memory_bytes: number | null;
  readonly cpu_seconds: number | null;
  /** Null once it is finished. */
  readonly waiting: WaitingWords | null;
}

const jobShape = {
  identifier: identifierSchema,
  job_request: z.int(),
  action: z.string(),
  backend: z.string(),
  run_command: z.string(),
  state: stateSchema,
  status_code: codeSchema,
  status_message: z.string(),
  blame: z.enum(['user', 'data', 'platform']).nullable(),
  attempt: z.int().min(0),
  needs_database: z.boolean(),
  created_at: instantSchema,
  started_at: instantSchema.nullable(),
  finished_at: instantSchema.nullable(),
  updated_at: instantSchema,
  runtime_seconds: z.int().nullable(),
  peak_memory_bytes: z.int().nullable(),
  cpu_seconds: z.int().nullable(),
  waiting: waitingSchema.nullable(),
};

export const jobViewSchema: z.ZodType<JobView> = z.strictObject(jobShape).meta({ id: 'Job' });

export interface JobRequestView {
  readonly number: number;
  readonly identifier: string;
  readonly workspace: string;
  readonly backend: string;
  readonly requested_by: string;
  readonly branch: string;
  readonly commit: string;
  readonly requested_actions: readonly string[];
  readonly force_run_dependencies: boolean;
  readonly status: RequestStatus;
  readonly status_message: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly runtime_seconds: number;
  /** Jobs in each state. */
  readonly counts: Readonly<Record<JobState, number>>;
}

const jobRequestShape = {
  number: z.int(),
  identifier: identifierSchema,
  workspace: z.string(),
  backend: z.string(),
  requested_by: z.string(),
  branch: z.string(),
  commit: z.string(),
  requested_actions: z.array(z.string()),
  force_run_dependencies: z.boolean(),
  status: requestStatusSchema,
  status_message: z.string().nullable(),
  created_at: instantSchema,
  started_at: instantSchema.nullable(),
  finished_at: instantSchema.nullable(),
  runtime_seconds: z.int(),
  counts: z.strictObject({
    pending: z.int(),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
  }),
};

export const jobRequestViewSchema: z.ZodType<JobRequestView> = z
  .strictObject(jobRequestShape)
  .meta({ id: 'JobRequest' });

export interface JobRequestDetail extends JobRequestView {
  readonly jobs: readonly JobView[];
}

export const jobRequestDetailSchema: z.ZodType<JobRequestDetail> = z
  .strictObject({ ...jobRequestShape, jobs: z.array(jobViewSchema) })
  .meta({ id: 'JobRequestDetail' });

/** One page of a list, newest first. */
export interface JobRequestList {
  readonly job_requests: readonly JobRequestView[];
  /** Give it back as `before` to get the next page; null on the last. */
  readonly next: number | null;
}

export const jobRequestListSchema: z.ZodType<JobRequestList> = z
  .strictObject({ job_requests: z.array(jobRequestViewSchema), next: z.int().nullable() })
  .meta({ id: 'JobRequestList' });

/** POST /api/v1/job-requests/{number}/cancel. */
export interface CancelRequest {
  /** Default: all that are not finished. */
  readonly actions?: readonly string[] | undefined;
}

export const cancelRequestSchema: z.ZodType<CancelRequest> = z
  .strictObject({ actions: z.array(actionNameSchema).min(1).max(10_000).optional() })
  .meta({ id: 'CancelRequest' });

export interface CancelAnswer {
  /** Jobs that were not finished and now are. */
  readonly cancelled: number;
}

export const cancelAnswerSchema: z.ZodType<CancelAnswer> = z
  .strictObject({ cancelled: z.int().min(0) })
  .meta({ id: 'CancelAnswer' });

export interface WorkspaceView {
  readonly name: string;
  readonly project: string;
  readonly repository: string;
  readonly branch: string;
  readonly purpose: string;
  readonly is_archived: boolean;
  readonly created_at: string;
}

export const workspaceViewSchema: z.ZodType<WorkspaceView> = z
  .strictObject({
    name: workspaceNameSchema,
    project: z.string(),
    repository: z.string(),
    branch: z.string(),
    purpose: z.string(),
    is_archived: z.boolean(),
    created_at: instantSchema,
  })
  .meta({ id: 'Workspace' });

/** GET /api/v1/workspaces/{name}/statuses: the newest state of each action. */
export type WorkspaceStatuses = Readonly<Record<string, JobState>>;

export const workspaceStatusesSchema: z.ZodType<WorkspaceStatuses> = z
  .record(z.string(), stateSchema)
  .meta({ id: 'WorkspaceStatuses' });

/** GET /api/v1/job-requests/{number}/events: what happened, oldest first. */
export interface JobEventView {
  readonly job: string;
  readonly action: string;
  readonly attempt: number;
  readonly status_code: StatusCode;
  readonly at: string;
}

export const jobEventListSchema: z.ZodType<{ readonly events: readonly JobEventView[] }> = z
  .strictObject({
    events: z.array(
      z.strictObject({
        job: identifierSchema,
        action: z.string(),
        attempt: z.int().min(0),
        status_code: codeSchema,
        at: instantSchema,
      }),
    ),
  })
  .meta({ id: 'JobEventList' });

/** POST /api/v1/webhooks: an address that is told when job requests finish. */
export interface NewWebhook {
  readonly url: string;
  /** All job requests of this workspace; without, those of the person. */
  readonly workspace?: string | undefined;
}

export const newWebhookSchema: z.ZodType<NewWebhook> = z
  .strictObject({ url: z.string().min(1).max(2048), workspace: workspaceNameSchema.optional() })
  .meta({ id: 'NewWebhook' });

export interface WebhookView {
  readonly id: number;
  readonly url: string;
  readonly workspace: string | null;
  readonly created_at: string;
}

const webhookShape = {
  id: z.int().min(1),
  url: z.string(),
  workspace: z.string().nullable(),
  created_at: instantSchema,
};

/** The answer to a new one holds its secret, once: every message is signed with it. */
export const madeWebhookSchema: z.ZodType<WebhookView & { readonly secret: string }> = z
  .strictObject({ ...webhookShape, secret: z.string() })
  .meta({ id: 'MadeWebhook' });

export const webhookListSchema: z.ZodType<{ readonly webhooks: readonly WebhookView[] }> = z
  .strictObject({ webhooks: z.array(z.strictObject(webhookShape)) })
  .meta({ id: 'WebhookList' });
