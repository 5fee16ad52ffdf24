import { inTransaction } from '@vitrine/platform';
import {
  isFinal,
  type ReportOutcome,
  type ReportsAnswer,
  type ReportsRequest,
} from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { BackendRow, JobRow, Tables } from '../database/schema.ts';
import { changeJobs } from '../states/change-jobs.ts';
import { type JobChange, judgeReport } from '../states/next-job.ts';
import { agentOrders } from './agent-orders.ts';
import { backendById, circumstancesOf, seeAgent } from './agents.ts';

/**
 * Takes what an agent reports. Each report is judged by itself: what is foreign, old or out of order changes nothing and is
 * answered so; what was said before is `repeated`.
 */
export async function applyReports(
  context: Context,
  backendId: number,
  request: ReportsRequest,
): Promise<ReportsAnswer> {
  const { ended, answer } = await inTransaction(context.database, async (tx) => {
    const backend = await backendById(tx, backendId);
    await seeAgent(tx, backend, request.agent, context.clock());
    const { results, changes } = await judgeAll(tx, context, backend, request);
    return {
      ended: changes.filter(({ next }) => isFinal(next.status_code)),
      answer: { results, ...(await agentOrders(tx, backend, request.agent, [])) },
    };
  });
  for (const { job, next } of ended) context.tracing?.jobEnded({ ...job, ...next });
  return answer;
}

async function judgeAll(
  tx: Transaction<Tables>,
  context: Context,
  backend: BackendRow,
  { agent, reports, sent_at: sentAt }: ReportsRequest,
): Promise<{ readonly results: readonly ReportOutcome[]; readonly changes: readonly JobChange[] }> {
  const circumstances = circumstancesOf(context, backend);
  // Clocks differ: what the agent says of moments counts as how long ago they were when it said so.
  const difference =
    sentAt === undefined ? 0 : circumstances.now.getTime() - new Date(sentAt).getTime();
  const jobs = await lockJobs(tx, backend.id, [...new Set(reports.map(({ job }) => job))]);
  // Several reports of one job take effect one after another, and are written together.
  const changes = new Map<string, JobChange>();
  const results = reports.map((report): ReportOutcome => {
    const { job: identifier, attempt, status_code } = report;
    const outcome = { job: identifier, attempt, status_code };
    const job = jobs.get(identifier);
    if (job === undefined) return { ...outcome, outcome: 'ignored', because: 'unknown_job' };
    const before = changes.get(identifier);
    const current = before === undefined ? job : { ...job, ...before.next };
    const verdict = judgeReport(current, agent, report, circumstances, difference);
    if (verdict.kind === 'ignored') {
      return { ...outcome, outcome: 'ignored', because: verdict.because };
    }
    if (verdict.kind === 'accepted') {
      const { next, events } = verdict.change;
      changes.set(identifier, { job, next, events: [...(before?.events ?? []), ...events] });
    }
    return { ...outcome, outcome: verdict.kind };
  });
  const inOrder = [...changes.values()].toSorted((left, right) => left.job.id - right.job.id);
  await changeJobs(tx, inOrder, circumstances.now);
  return { results, changes: inOrder };
}

async function lockJobs(
  tx: Transaction<Tables>,
  backendId: number,
  identifiers: readonly string[],
): Promise<ReadonlyMap<string, JobRow>> {
  const rows = await tx
    .selectFrom('job')
    .selectAll()
    .where('backend_id', '=', backendId)
    .where(sql<boolean>`identifier = any(${identifiers}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.identifier, row]));
}
