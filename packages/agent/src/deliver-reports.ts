/** Reports leave in their order, as soon as there are any, until the server has answered each. */

import { ConnectionError, wholeSecond } from '@vitrine/protocol';
import type { Conversation } from './conversation.ts';
import type { ReportQueue } from './report-queue.ts';

/** Reports in one message. */
const REPORTS_AT_ONCE = 500;

/** How long a stage may wait for the next, to travel in one message. */
const STAGES_TOGETHER_MILLISECONDS = 60;

/** Delivers until the signal is aborted. */
export async function deliverReports(
  conversation: Conversation,
  reports: ReportQueue,
  signal: AbortSignal,
): Promise<void> {
  const { agent, connection, log, now } = conversation;
  const backOff = conversation.backOff();
  let most = REPORTS_AT_ONCE;
  for (;;) {
    await reports.arrival(signal);
    // Stages follow quickly upon each other; the end of a job, which others may wait for, waits for nothing.
    await reports.end(STAGES_TOGETHER_MILLISECONDS, signal);
    if (signal.aborted) return;
    const batch = reports.oldest(most);
    try {
      const answer = await connection.reports(
        {
          agent,
          reports: batch.map(({ report }) => report),
          // Beside the moments of the reports, so that the server knows how old they are whatever this clock says.
          sent_at: wholeSecond(now()),
        },
        signal,
      );
      backOff.reset();
      most = REPORTS_AT_ONCE;
      await reports.delivered(batch);
      for (const { job, attempt, status_code: code, because } of answer.results) {
        if (because === undefined) continue;
        log({ level: 'info', event: 'report-ignored', facts: { job, attempt, code, because } });
      }
      conversation.obey(answer);
    } catch (error) {
      if (signal.aborted) return;
      conversation.complain('reports', error);
      const isRejected = error instanceof ConnectionError && error.failure === 'rejected';
      if (isRejected && batch.length > 1) {
        // One of them is at fault; the others are not to wait behind it.
        most = 1;
      } else if (isRejected) {
        await reports.delivered(batch);
      } else {
        await backOff.pause(signal);
      }
    }
  }
}
