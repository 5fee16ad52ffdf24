/** Every address of the APIs, as data: the server mounts them from here, and the OpenAPI document is made from here. */
import type { z } from 'zod';
import * as agent from './agent-messages.ts';
import * as api from './api-messages.ts';
import * as rap from './rap-messages.ts';
import * as release from './release-messages.ts';

/** What a token must be allowed to do; `public` needs none. */
export type Scope = 'public' | 'agent' | 'airlock' | 'rap' | 'read' | 'run';

export interface ApiRoute {
  readonly method: 'get' | 'post' | 'put';
  /** With `{name}` for what varies. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  /** Schema of the body of a POST. */
  readonly request?: z.ZodType;
  /** True where the body is the bytes of a file. */
  readonly takesBytes?: boolean;
  /** Parameters of the address after `?`, with what they mean. */
  readonly query?: Readonly<Record<string, string>>;
  /** Schemas of good answers by their status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
}

export type Operation =
  | 'agentTasks'
  | 'agentReports'
  | 'agentHeartbeat'
  | 'airlockSignIn'
  | 'airlockRights'
  | 'airlockSignOut'
  | 'airlockNews'
  | 'announceRelease'
  | 'readRelease'
  | 'uploadReleaseFile'
  | 'cancelRelease'
  | 'listJobRequests'
  | 'createJobRequest'
  | 'readJobRequest'
  | 'readJobRequestEvents'
  | 'cancelJobRequest'
  | 'rerunJobRequest'
  | 'readJob'
  | 'readWorkspace'
  | 'readWorkspaceStatuses'
  | 'listWebhooks'
  | 'createWebhook'
  | 'endWebhook'
  | 'rapBackendStatus'
  | 'rapCreate'
  | 'rapCancel'
  | 'rapStatus';

export const API_ROUTES: Readonly<Record<Operation, ApiRoute>> = {
  agentTasks: {
    method: 'post',
    path: '/api/agent/v1/tasks',
    summary: 'Ask for jobs, and wait until there are some or something else to say.',
    scope: 'agent',
    request: agent.tasksRequestSchema,
    answers: { 200: agent.tasksAnswerSchema },
  },
  agentReports: {
    method: 'post',
    path: '/api/agent/v1/reports',
    summary: 'Report what stage jobs have reached, or how they ended.',
    scope: 'agent',
    request: agent.reportsRequestSchema,
    answers: { 200: agent.reportsAnswerSchema },
  },
  agentHeartbeat: {
    method: 'post',
    path: '/api/agent/v1/heartbeat',
    summary: 'Say that the agent lives and what it holds.',
    scope: 'agent',
    request: agent.heartbeatRequestSchema,
    answers: { 200: agent.heartbeatAnswerSchema },
  },
  airlockSignIn: {
    method: 'post',
    path: '/api/airlock/v1/sign-in',
    summary: 'Trade a single-use token for what its person may do inside.',
    scope: 'airlock',
    request: release.airlockSignInSchema,
    answers: { 200: release.airlockGrantSchema },
  },
  airlockRights: {
    method: 'post',
    path: '/api/airlock/v1/rights',
    summary: 'Ask what somebody who is signed in may do now.',
    scope: 'airlock',
    request: release.airlockRightsRequestSchema,
    answers: { 200: release.airlockRightsSchema },
  },
  airlockSignOut: {
    method: 'post',
    path: '/api/airlock/v1/sign-out',
    summary: 'End a grant.',
    scope: 'airlock',
    request: release.airlockSignOutSchema,
    answers: { 200: release.airlockDoneSchema },
  },
  airlockNews: {
    method: 'post',
    path: '/api/airlock/v1/news',
    summary: 'Tell that a release request has another status.',
    scope: 'airlock',
    request: release.reviewNewsSchema,
    answers: { 200: release.airlockDoneSchema },
  },
  announceRelease: {
    method: 'post',
    path: '/api/airlock/v1/releases',
    summary: 'Name what is to be released, with the approvals of its reviewers.',
    scope: 'airlock',
    request: release.releaseAnnouncementSchema,
    answers: { 200: release.releaseStandingSchema },
  },
  readRelease: {
    method: 'get',
    path: '/api/airlock/v1/releases/{release}',
    summary: 'How a release stands, and what of its bytes is missing.',
    scope: 'airlock',
    answers: { 200: release.releaseStandingSchema },
  },
  uploadReleaseFile: {
    method: 'put',
    path: '/api/airlock/v1/releases/{release}/files/{sha256}',
    summary: 'Send bytes of a file from an offset on (header upload-offset).',
    scope: 'airlock',
    takesBytes: true,
    answers: { 200: release.releaseFileStandingSchema },
  },
  cancelRelease: {
    method: 'post',
    path: '/api/airlock/v1/releases/{release}/cancel',
    summary: 'Give up a release that is not complete.',
    scope: 'airlock',
    answers: { 200: release.releaseStandingSchema },
  },
  listJobRequests: {
    method: 'get',
    path: '/api/v1/job-requests',
    summary: 'List job requests, newest first.',
    scope: 'public',
    query: {
      workspace: 'Name of a workspace.',
      backend: 'Slug of a backend.',
      status: 'Status of the job requests.',
      before: 'Only numbers below this one: what `next` of the page before says.',
      limit: 'Most entries of the page, 1 to 100; 25 unless told.',
    },
    answers: { 200: api.jobRequestListSchema },
  },
  createJobRequest: {
    method: 'post',
    path: '/api/v1/job-requests',
    summary: 'Ask for actions to be run.',
    scope: 'run',
    request: api.newJobRequestSchema,
    answers: { 200: api.jobRequestDetailSchema, 201: api.jobRequestDetailSchema },
  },
  readJobRequest: {
    method: 'get',
    path: '/api/v1/job-requests/{number}',
    summary: 'Read a job request with its jobs.',
    scope: 'public',
    answers: { 200: api.jobRequestDetailSchema },
  },
  readJobRequestEvents: {
    method: 'get',
    path: '/api/v1/job-requests/{number}/events',
    summary: 'Read what happened to the jobs of a job request, oldest first.',
    scope: 'public',
    answers: { 200: api.jobEventListSchema },
  },
  cancelJobRequest: {
    method: 'post',
    path: '/api/v1/job-requests/{number}/cancel',
    summary: 'Cancel jobs of a job request that have not ended.',
    scope: 'run',
    request: api.cancelRequestSchema,
    answers: { 200: api.cancelAnswerSchema },
  },
  rerunJobRequest: {
    method: 'post',
    path: '/api/v1/job-requests/{number}/rerun',
    summary: 'Ask again for what failed in a job request, at the same commit.',
    scope: 'run',
    answers: { 201: api.jobRequestDetailSchema },
  },
  readJob: {
    method: 'get',
    path: '/api/v1/jobs/{identifier}',
    summary: 'Read a job.',
    scope: 'public',
    answers: { 200: api.jobViewSchema },
  },
  readWorkspace: {
    method: 'get',
    path: '/api/v1/workspaces/{name}',
    summary: 'Read a workspace.',
    scope: 'public',
    answers: { 200: api.workspaceViewSchema },
  },
  readWorkspaceStatuses: {
    method: 'get',
    path: '/api/v1/workspaces/{name}/statuses',
    summary: 'Read the state of the newest job of each action of a workspace.',
    scope: 'public',
    query: { backend: 'Slug of a backend; all together unless told.' },
    answers: { 200: api.workspaceStatusesSchema },
  },
  listWebhooks: {
    method: 'get',
    path: '/api/v1/webhooks',
    summary: 'List your webhooks.',
    scope: 'read',
    answers: { 200: api.webhookListSchema },
  },
  createWebhook: {
    method: 'post',
    path: '/api/v1/webhooks',
    summary: 'Have an address told when job requests finish.',
    scope: 'run',
    request: api.newWebhookSchema,
    answers: { 201: api.madeWebhookSchema },
  },
  endWebhook: {
    method: 'post',
    path: '/api/v1/webhooks/{number}/end',
    summary: 'Have an address told no more.',
    scope: 'run',
    answers: { 200: api.webhookListSchema },
  },
  rapBackendStatus: {
    method: 'get',
    path: '/controller/v1/backend/status/',
    summary: 'Read how the backends of the token stand.',
    scope: 'rap',
    answers: { 200: rap.rapBackendStatusAnswerSchema },
  },
  rapCreate: {
    method: 'post',
    path: '/controller/v1/rap/create/',
    summary: 'Create the jobs of a job request, as clients of the existing controller do.',
    scope: 'rap',
    request: rap.rapCreateRequestSchema,
    answers: { 200: rap.rapCreateAnswerSchema, 201: rap.rapCreateAnswerSchema },
  },
  rapCancel: {
    method: 'post',
    path: '/controller/v1/rap/cancel/',
    summary: 'Cancel actions of a job request.',
    scope: 'rap',
    request: rap.rapCancelRequestSchema,
    answers: { 200: rap.rapCancelAnswerSchema },
  },
  rapStatus: {
    method: 'post',
    path: '/controller/v1/rap/status/',
    summary: 'Read the jobs of some job requests.',
    scope: 'rap',
    request: rap.rapStatusRequestSchema,
    answers: { 200: rap.rapStatusAnswerSchema },
  },
};
