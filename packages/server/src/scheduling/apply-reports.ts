import type { Report, ReportOutcome, ReportsAnswer, ReportsRequest } from '@vitrine/protocol';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { inTransaction } from '../database/database.ts';
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
  return await inTransaction(context.database, async (tx) => {
    const backend = await backendById(tx, backendId);
    await seeAgent(tx, backend, request.agent, context.clock());
    const results = await judgeAll(tx, context, backend, request);
    return { results, ...(await agentOrders(tx, backend, request.agent, [])) };
  });
}

async function judgeAll(
  tx: Transaction<Tables>,
  context: Context,
  backend: BackendRow,
  { agent, reports, sent_at: sentAt }: ReportsRequest,
): Promise<readonly ReportOutcome[]> {
  const circumstances = circumstancesOf(context, backend);
  // Clocks differ: what the agent says of moments counts as how long ago they were when it said so.
  const difference =
    sentAt === undefined ? 0 : circumstances.now.getTime() - new Date(sentAt).getTime();
  const results = new Map<Report, ReportOutcome>();
  // Several reports of one job take effect one after another; those of different jobs together.
  let left = reports;
  while (left.length > 0) {
    const first = new Map<string, Report>();
    for (const report of left) if (!first.has(report.job)) first.set(report.job, report);
    const wave = new Set(first.values());
    const jobs = await lockJobs(tx, backend.id, [...first.keys()]);
    const changes: JobChange[] = [];
    for (const report of wave) {
      const job = jobs.get(report.job);
      const verdict =
        job === undefined
          ? ({ kind: 'ignored', because: 'unknown_job' } as const)
          : judgeReport(job, agent, report, circumstances, difference);
      if (verdict.kind === 'accepted') changes.push(verdict.change);
      const { attempt, status_code } = report;
      const outcome = { job: report.job, attempt, status_code, outcome: verdict.kind };
      results.set(
        report,
        verdict.kind === 'ignored' ? { ...outcome, because: verdict.because } : outcome,
      );
    }
    await changeJobs(tx, changes, circumstances.now);
    left = left.filter((report) => !wave.has(report));
  }
  return reports.flatMap((report) => results.get(report) ?? []);
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
    .where('identifier', 'in', identifiers)
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.identifier, row]));
}
