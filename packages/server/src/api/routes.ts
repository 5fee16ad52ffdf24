/** The APIs as the protocol lists them, each operation with what answers it. */
import { createHash } from 'node:crypto';
import { API_ROUTES, type Operation, openApiDocument, type Scope } from '@vitrine/protocol';
import { type Access, api, open, permitted, type Route } from '../http/route.ts';
import { agentHeartbeat, agentReports, agentTasks } from './agents.ts';
import {
  airlockNews,
  airlockRights,
  airlockSignIn,
  airlockSignOut,
  announceReleaseByApi,
  cancelReleaseByApi,
  readReleaseByApi,
  uploadReleaseFile,
} from './airlocks.ts';
import { rapBackendStatus, rapCancel, rapCreate, rapStatus } from './rap.ts';
import {
  cancelRequestByApi,
  createRequestByApi,
  listRequestsByApi,
  readEventsByApi,
  readJobByApi,
  readRequestByApi,
  readStatusesByApi,
  readWorkspaceByApi,
  rerunRequestByApi,
} from './researchers.ts';
import { createWebhook, endWebhook, listWebhooks } from './webhooks.ts';

const handlers: Readonly<Record<Operation, Route['handle']>> = {
  agentTasks,
  agentReports,
  agentHeartbeat,
  airlockSignIn,
  airlockRights,
  airlockSignOut,
  airlockNews,
  announceRelease: announceReleaseByApi,
  readRelease: readReleaseByApi,
  uploadReleaseFile,
  cancelRelease: cancelReleaseByApi,
  listJobRequests: listRequestsByApi,
  createJobRequest: createRequestByApi,
  readJobRequest: readRequestByApi,
  readJobRequestEvents: readEventsByApi,
  cancelJobRequest: cancelRequestByApi,
  rerunJobRequest: rerunRequestByApi,
  readJob: readJobByApi,
  readWorkspace: readWorkspaceByApi,
  readWorkspaceStatuses: readStatusesByApi,
  listWebhooks,
  createWebhook,
  endWebhook,
  rapBackendStatus,
  rapCreate,
  rapCancel,
  rapStatus,
};

const access: Readonly<Record<Scope, Access>> = {
  public: open,
  agent: { kind: 'backend', scope: 'agent' },
  airlock: { kind: 'backend', scope: 'airlock' },
  rap: { kind: 'token', scope: 'rap' },
  read: { kind: 'token', scope: 'read' },
  run: { kind: 'token', scope: 'run' },
};

/** Where the address itself says what a permission is needed on. */
const narrower: Partial<Record<Operation, Access>> = {
  cancelJobRequest: permitted('job_cancel', 'job-request', { orRequester: true, scope: 'run' }),
  rerunJobRequest: permitted('job_run', 'job-request', { scope: 'run' }),
};

const methods = { get: 'GET', post: 'POST', put: 'PUT' } as const;

const document = JSON.stringify(openApiDocument('1'));
const documentTag = `"${createHash('sha256').update(document).digest('hex').slice(0, 16)}"`;

export const apiRoutes: readonly Route[] = [
  ...(Object.keys(API_ROUTES) as Operation[]).map((operation): Route => {
    const { method, path, scope } = API_ROUTES[operation];
    return {
      method: methods[method],
      // Addresses answer with and without a slash at their end.
      path: path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, ''),
      access: narrower[operation] ?? access[scope],
      answers: scope === 'rap' ? 'rap' : 'api',
      handle: handlers[operation],
    };
  }),
  // The second is where clients of the existing controller look for it (job-runner §4.2).
  ...['/api/v1/openapi.json', '/controller/v1/spec.json'].map((path) =>
    api('GET', path, open, ({ http }) =>
      http.body(document, 200, { 'content-type': 'application/json', etag: documentTag }),
    ),
  ),
];
