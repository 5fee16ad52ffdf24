/**
 * The endpoints under /controller/v1/ that clients of the existing controller call (job-runner §4.2, job-server §4.2), so that
 * such a client can talk to this server. A "RAP" is a job request, and its `rap_id` the identifier of one.
 */
import { z } from 'zod';
import { JOB_STATES, type JobState, STATUS_CODES, type StatusCode } from './states.ts';

const rapIdSchema = z.string().regex(/^[a-z0-9]{16}$/, 'must be 16 small letters and digits');

/** POST rap/create/. Fields that are not named here are ignored, as they were. */
export interface RapCreateRequest {
  readonly rap_id: string;
  readonly backend: string;
  readonly workspace: string;
  readonly repo_url: string;
  readonly branch: string;
  readonly commit: string;
  readonly database_name: 'default';
  readonly requested_actions: readonly string[];
  readonly codelists_ok: boolean;
  readonly force_run_dependencies: boolean;
  readonly created_by: string;
  readonly project: string;
  readonly orgs: readonly string[];
}

export const rapCreateRequestSchema: z.ZodType<RapCreateRequest> = z
  .object({
    rap_id: rapIdSchema,
    backend: z.string().min(1).max(64),
    workspace: z.string().min(1).max(255),
    repo_url: z.string().min(1).max(2048),
    branch: z.string().min(1).max(255),
    commit: z.string().regex(/^[0-9a-f]{40}$/),
    database_name: z.literal('default'),
    requested_actions: z.array(z.string().min(1).max(255)).min(1).max(10_000),
    codelists_ok: z.boolean(),
    force_run_dependencies: z.boolean(),
    created_by: z.string().min(1).max(255),
    project: z.string().max(255),
    orgs: z.array(z.string().max(255)).max(100),
  })
  .meta({ id: 'RapCreateRequest' });

export interface RapCreateAnswer {
  readonly result: 'Success' | 'No change' | 'Nothing to do';
  readonly details: string;
  readonly rap_id: string;
  /** Jobs that it has. */
  readonly count: number;
}

export const rapCreateAnswerSchema: z.ZodType<RapCreateAnswer> = z
  .strictObject({
    result: z.enum(['Success', 'No change', 'Nothing to do']),
    details: z.string(),
    rap_id: rapIdSchema,
    count: z.int().min(0),
  })
  .meta({ id: 'RapCreateAnswer' });

/** POST rap/cancel/. */
export interface RapCancelRequest {
  readonly rap_id: string;
  readonly actions: readonly string[];
}

export const rapCancelRequestSchema: z.ZodType<RapCancelRequest> = z
  .object({
    rap_id: rapIdSchema,
    actions: z.array(z.string().min(1).max(255)).min(1).max(10_000),
  })
  .meta({ id: 'RapCancelRequest' });

export interface RapCancelAnswer {
  readonly success: string;
  readonly details: string;
  readonly rap_id: string;
  readonly count: number;
}

export const rapCancelAnswerSchema: z.ZodType<RapCancelAnswer> = z
  .strictObject({
    success: z.string(),
    details: z.string(),
    rap_id: rapIdSchema,
    count: z.int().min(0),
  })
  .meta({ id: 'RapCancelAnswer' });

/** POST rap/status/. */
export interface RapStatusRequest {
  readonly rap_ids: readonly string[];
}

export const rapStatusRequestSchema: z.ZodType<RapStatusRequest> = z
  .object({ rap_ids: z.array(rapIdSchema).min(1).max(1000) })
  .meta({ id: 'RapStatusRequest' });

export interface RapJob {
  readonly identifier: string;
  readonly rap_id: string;
  readonly backend: string;
  readonly action: string;
  readonly run_command: string;
  readonly status: JobState;
  readonly status_code: StatusCode;
  readonly status_message: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly trace_context: { readonly traceparent: string } | null;
  readonly metrics: { readonly cpu_mean: number; readonly mem_mb_peak: number } | null;
  readonly requires_db: boolean;
}

const instantSchema = z.iso.datetime();

export const rapJobSchema: z.ZodType<RapJob> = z
  .strictObject({
    identifier: rapIdSchema,
    rap_id: rapIdSchema,
    backend: z.string(),
    action: z.string(),
    run_command: z.string(),
    status: z.enum(JOB_STATES as [JobState, ...JobState[]]),
    status_code: z.enum(Object.keys(STATUS_CODES) as [StatusCode, ...StatusCode[]]),
    status_message: z.string(),
    created_at: instantSchema,
    updated_at: instantSchema,
    started_at: instantSchema.nullable(),
    completed_at: instantSchema.nullable(),
    trace_context: z.strictObject({ traceparent: z.string() }).nullable(),
    metrics: z.strictObject({ cpu_mean: z.number(), mem_mb_peak: z.number() }).nullable(),
    requires_db: z.boolean(),
  })
  .meta({ id: 'RapJob' });

export interface RapStatusAnswer {
  readonly jobs: readonly RapJob[];
  readonly unrecognised_rap_ids: readonly string[];
}

export const rapStatusAnswerSchema: z.ZodType<RapStatusAnswer> = z
  .strictObject({ jobs: z.array(rapJobSchema), unrecognised_rap_ids: z.array(rapIdSchema) })
  .meta({ id: 'RapStatusAnswer' });

/** GET backend/status/. */
export interface RapBackendStatus {
  readonly slug: string;
  readonly last_seen: { readonly since: string | null };
  readonly paused: { readonly status: 'on' | 'off'; readonly since: string | null };
  readonly db_maintenance: {
    readonly status: 'on' | 'off';
    readonly since: string | null;
    readonly type: 'scheduled' | 'manual' | null;
  };
}

const switchSchema = z.enum(['on', 'off']);

export const rapBackendStatusSchema: z.ZodType<RapBackendStatus> = z
  .strictObject({
    slug: z.string(),
    last_seen: z.strictObject({ since: instantSchema.nullable() }),
    paused: z.strictObject({ status: switchSchema, since: instantSchema.nullable() }),
    db_maintenance: z.strictObject({
      status: switchSchema,
      since: instantSchema.nullable(),
      type: z.enum(['scheduled', 'manual']).nullable(),
    }),
  })
  .meta({ id: 'RapBackendStatus' });

export interface RapBackendStatusAnswer {
  readonly backends: readonly RapBackendStatus[];
}

export const rapBackendStatusAnswerSchema: z.ZodType<RapBackendStatusAnswer> = z
  .strictObject({ backends: z.array(rapBackendStatusSchema) })
  .meta({ id: 'RapBackendStatusAnswer' });

/** What went wrong, as such clients read it. */
export interface RapError {
  readonly error: string;
  readonly details: string;
}

export const rapErrorSchema: z.ZodType<RapError> = z
  .strictObject({ error: z.string(), details: z.string() })
  .meta({ id: 'RapError' });
