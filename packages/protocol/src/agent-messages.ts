/**
 * What an agent inside a secure environment and the server say to each other: HTTP and JSON over connections that the agent
 * opens, with the bearer token of its backend.
 *
 * Outward go states, codes of the fixed vocabulary, moments to the second and resource use, and nothing else: a message with
 * one more field is refused (promise P3).
 */
import { z } from 'zod';
import {
  actionNameSchema,
  branchSchema,
  commitSchema,
  identifierSchema,
  momentSchema,
  repositorySchema,
  slugSchema,
  workspaceNameSchema,
} from './identifiers.ts';
import { REPORTED_CODES, type ReportedCode } from './states.ts';

/** Version of this protocol, the `v1` of its addresses. */
export const AGENT_PROTOCOL_VERSION = 1;

/** Most entries of a list in a message. */
const LIST_LIMIT = 1000;

/** What the record of a job holds at most: 68 years of one processor. */
const MOST_SECONDS = 2 ** 31 - 1;

/** One attempt to run a job. A job that is tried again keeps its identifier and gets the next number. */
export interface JobAttempt {
  readonly job: string;
  /** From 1. */
  readonly attempt: number;
}

const attemptShape = { job: identifierSchema, attempt: z.int().min(1).max(1_000_000) };

export const jobAttemptSchema: z.ZodType<JobAttempt> = z
  .strictObject(attemptShape)
  .meta({ id: 'JobAttempt' });

/** POST /api/agent/v1/tasks: asks for work, and waits until there is some or something else to say. */
export interface TasksRequest {
  readonly agent: string;
  /** Places that the agent has free, in weights: for jobs that read the database, and for others. */
  readonly free: { readonly database: number; readonly other: number };
  /**
   * What the agent has in hand. A job that the server gave to this agent and that is missing here is given again: the answer
   * got lost. A job in this list that is no longer the agent's comes back in `cancel`.
   */
  readonly holding: readonly JobAttempt[];
  /** How long the answer may take when there is nothing to do. */
  readonly wait_seconds: number;
}

const placesSchema = z.number().min(0).max(10_000);

export const tasksRequestSchema: z.ZodType<TasksRequest> = z
  .strictObject({
    agent: slugSchema,
    free: z.strictObject({ database: placesSchema, other: placesSchema }),
    holding: z.array(jobAttemptSchema).max(LIST_LIMIT),
    wait_seconds: z.int().min(0).max(60),
  })
  .meta({ id: 'TasksRequest' });

/** What one job may use. */
export interface TaskResources {
  readonly cpus: number;
  readonly memory_bytes: number;
  readonly wall_clock_seconds: number;
}

/** One attempt of one job. The project definition is not in it: the agent reads it from git itself (promise P2). */
export interface Task extends JobAttempt {
  readonly job_request: string;
  readonly workspace: string;
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly action: string;
  /** For each action that this one needs, the job whose outputs it reads. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly resources: TaskResources;
  readonly database_allowed: boolean;
  /** After that long without a word from the agent the job counts as lost. */
  readonly lease_seconds: number;
  /** User name of who asked, for the manifest inside. */
  readonly requested_by: string;
  readonly created_at: string;
  /** W3C `traceparent` of the submission, for traces inside; nothing of a trace goes back out. */
  readonly trace_context?: string | undefined;
}

export const taskSchema: z.ZodType<Task> = z
  .strictObject({
    ...attemptShape,
    job_request: identifierSchema,
    workspace: workspaceNameSchema,
    repository: repositorySchema,
    branch: branchSchema,
    commit: commitSchema,
    action: actionNameSchema,
    inputs: z.record(actionNameSchema, identifierSchema),
    resources: z.strictObject({
      cpus: z.number().positive(),
      memory_bytes: z.int().positive(),
      wall_clock_seconds: z.int().positive(),
    }),
    database_allowed: z.boolean(),
    lease_seconds: z.int().positive(),
    requested_by: z.string().max(255),
    created_at: momentSchema,
    trace_context: z
      .string()
      .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
      .optional(),
  })
  .meta({ id: 'Task' });

/** What every answer to an agent carries. */
export interface Orders {
  /** Attempts that the agent must stop, and then report as `cancelled_by_user`. */
  readonly cancel: readonly JobAttempt[];
  /** No new jobs start; what runs goes on. */
  readonly paused: boolean;
  /** The machine is about to restart: every job is in `cancel` or soon will be. */
  readonly drain: boolean;
}

const ordersShape = {
  cancel: z.array(jobAttemptSchema),
  paused: z.boolean(),
  drain: z.boolean(),
};

export interface TasksAnswer extends Orders {
  readonly tasks: readonly Task[];
}

export const tasksAnswerSchema: z.ZodType<TasksAnswer> = z
  .strictObject({ tasks: z.array(taskSchema), ...ordersShape })
  .meta({ id: 'TasksAnswer' });

/** What an attempt has used so far. */
export interface ReportedUsage {
  readonly peak_memory_bytes: number | null;
  /** Whole seconds. */
  readonly cpu_seconds: number | null;
  /** Content id of the image that the program ran in; null where it was none, absent from agents of before. */
  readonly image_digest?: string | null | undefined;
}

/** A stage that an attempt has reached, or its end. */
export interface Report extends JobAttempt {
  /** When it came to that, by the agent's clock, to the second; `sent_at` beside it says how long ago that is. */
  readonly at: string;
  readonly status_code: ReportedCode;
  readonly usage?: ReportedUsage | undefined;
}

export const reportSchema: z.ZodType<Report> = z
  .strictObject({
    ...attemptShape,
    at: momentSchema,
    status_code: z.enum(REPORTED_CODES as [ReportedCode, ...ReportedCode[]]),
    usage: z
      .strictObject({
        peak_memory_bytes: z.int().min(0).nullable(),
        cpu_seconds: z.int().min(0).max(MOST_SECONDS).nullable(),
        image_digest: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits')
          .nullable()
          .optional(),
      })
      .optional(),
  })
  .meta({ id: 'Report' });

/** POST /api/agent/v1/reports. Sending a report twice is as good as once. */
export interface ReportsRequest {
  readonly agent: string;
  readonly reports: readonly Report[];
  /**
   * What the agent's clock says when it sends this, to the second. The moments of the reports then count by their age, so that
   * a clock that is wrong moves nothing.
   */
  readonly sent_at?: string | undefined;
}

export const reportsRequestSchema: z.ZodType<ReportsRequest> = z
  .strictObject({
    agent: slugSchema,
    reports: z.array(reportSchema).min(1).max(LIST_LIMIT),
    sent_at: momentSchema.optional(),
  })
  .meta({ id: 'ReportsRequest' });

/** Why a report changed nothing. */
export type IgnoredBecause =
  /** No job of this backend has that identifier. */
  | 'unknown_job'
  /** The job is at another attempt, or with another agent, by now. */
  | 'old_attempt'
  /** The job has ended, or has come further than the report says. */
  | 'too_late';

export const IGNORED_BECAUSE: readonly IgnoredBecause[] = [
  'unknown_job',
  'old_attempt',
  'too_late',
];

export interface ReportOutcome extends JobAttempt {
  readonly status_code: ReportedCode;
  readonly outcome: 'accepted' | 'repeated' | 'ignored';
  /** Only where it was ignored. */
  readonly because?: IgnoredBecause | undefined;
}

export const reportOutcomeSchema: z.ZodType<ReportOutcome> = z
  .strictObject({
    ...attemptShape,
    status_code: z.enum(REPORTED_CODES as [ReportedCode, ...ReportedCode[]]),
    outcome: z.enum(['accepted', 'repeated', 'ignored']),
    because: z.enum(IGNORED_BECAUSE as [IgnoredBecause, ...IgnoredBecause[]]).optional(),
  })
  .meta({ id: 'ReportOutcome' });

/** One outcome a report, in their order. After any of them the agent need not send that report again. */
export interface ReportsAnswer extends Orders {
  readonly results: readonly ReportOutcome[];
}

export const reportsAnswerSchema: z.ZodType<ReportsAnswer> = z
  .strictObject({ results: z.array(reportOutcomeSchema), ...ordersShape })
  .meta({ id: 'ReportsAnswer' });

/** The checks of the isolation self-test (promise P12). */
export const SELF_TEST_CHECKS = [
  'network-interfaces',
  'network-internet',
  'network-host',
  'network-hypervisor',
  'files-outside',
  'files-shadow',
  'root-read-only',
  'programs-read-only',
  'kernel-settings',
  'inputs-read-only',
  'workspace-writable',
  'not-root',
  'no-capabilities',
  'no-new-privileges',
  'system-calls-filtered',
  'no-new-namespaces',
  'processes-hidden',
  'environment-clean',
  /** The program that makes the checks did not come to an end. */
  'self-test-ran',
] as const;

export type SelfTestCheck = (typeof SELF_TEST_CHECKS)[number];

/** What the isolation self-test at the start of the agent found. */
export interface SelfTestReport {
  readonly passed: boolean;
  readonly failed: readonly SelfTestCheck[];
}

/** POST /api/agent/v1/heartbeat: the agent lives, and what it holds is still worked on. Prolongs the leases. */
export interface HeartbeatRequest {
  readonly agent: string;
  readonly jobs: readonly JobAttempt[];
  readonly self_test: SelfTestReport;
  /** Version of the program, as in `0.1.0`. */
  readonly version: string;
  /** What the database inside says of itself; absent where the agent did not look. */
  readonly database?: 'ready' | 'maintenance' | undefined;
}

export const heartbeatRequestSchema: z.ZodType<HeartbeatRequest> = z
  .strictObject({
    agent: slugSchema,
    jobs: z.array(jobAttemptSchema).max(LIST_LIMIT),
    self_test: z.strictObject({
      passed: z.boolean(),
      failed: z.array(z.enum(SELF_TEST_CHECKS)).max(SELF_TEST_CHECKS.length),
    }),
    version: z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'must be a version like 0.1.0'),
    database: z.enum(['ready', 'maintenance']).optional(),
  })
  .meta({ id: 'HeartbeatRequest' });

export interface HeartbeatAnswer extends Orders {
  readonly lease_seconds: number;
}

export const heartbeatAnswerSchema: z.ZodType<HeartbeatAnswer> = z
  .strictObject({ lease_seconds: z.int().positive(), ...ordersShape })
  .meta({ id: 'HeartbeatAnswer' });
