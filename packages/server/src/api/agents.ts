/** What agents inside secure environments say and ask. */
import { readJson } from '@vitrine/platform';
import {
  heartbeatRequestSchema,
  reportsRequestSchema,
  tasksRequestSchema,
} from '@vitrine/protocol';
import { backendOf } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { applyReports } from '../scheduling/apply-reports.ts';
import { recordHeartbeat } from '../scheduling/record-heartbeat.ts';
import { waitForTasks } from '../scheduling/wait-for-tasks.ts';

/** Waits until there is something to say, the agent has gone, or the server stops. */
export async function agentTasks(call: Call): Promise<Response> {
  const { http, site } = call;
  const request = await readJson(http, tasksRequestSchema);
  const signal = AbortSignal.any([http.req.raw.signal, site.stopping]);
  return http.json(await waitForTasks(site, backendOf(call).id, request, signal));
}

export async function agentReports(call: Call): Promise<Response> {
  const request = await readJson(call.http, reportsRequestSchema);
  return call.http.json(await applyReports(call.site, backendOf(call).id, request));
}

export async function agentHeartbeat(call: Call): Promise<Response> {
  const request = await readJson(call.http, heartbeatRequestSchema);
  return call.http.json(await recordHeartbeat(call.site, backendOf(call).id, request));
}
