import type { TasksAnswer, TasksRequest } from '@vitrine/protocol';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { backendById } from './agents.ts';
import { claimTasks } from './claim-tasks.ts';

/**
 * Like `claimTasks`, but waits until there is something to say, `wait_seconds` are over, or `signal` is aborted. News wakes it;
 * it also wakes by itself when a job that is to be tried again later becomes due.
 */
export async function waitForTasks(
  context: Context,
  backendId: number,
  request: TasksRequest,
  signal?: AbortSignal,
): Promise<TasksAnswer> {
  const until = performance.now() + request.wait_seconds * 1000;
  const before = await backendById(context.database.db, backendId);
  let wake = (): void => {};
  let isNews = false;
  const forget = context.database.changes.listen([`backend:${backendId}`], () => {
    isNews = true;
    wake();
  });
  signal?.addEventListener('abort', () => wake(), { once: true });
  try {
    for (;;) {
      isNews = false;
      const answer = await claimTasks(context, backendId, request);
      const left = until - performance.now();
      const isSaying =
        answer.tasks.length > 0 ||
        answer.cancel.length > 0 ||
        answer.paused !== (before.paused_at !== null) ||
        answer.drain !== (before.draining_at !== null);
      if (isSaying || left <= 0 || signal?.aborted === true) return answer;
      const due = await nextDue(context, backendId);
      if (isNews) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, due ?? left));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    forget();
  }
}

/** Milliseconds until a job that waits for a moment of time may start; null when none does. */
async function nextDue(context: Context, backendId: number): Promise<number | null> {
  const now = context.clock();
  const trial = `${context.policy.trialSeconds} seconds`;
  const { rows } = await sql<{ due: Date | null }>`
    select least(
      (select min(next_attempt_at) from job
        where backend_id = ${backendId} and state = 'pending' and ready_at is not null and not holds_slot and next_attempt_at > ${now}),
      (select min(claimed_at + ${trial}::interval) from job
        where backend_id = ${backendId} and holds_slot and losses > 0 and claimed_at + ${trial}::interval > ${now})
    ) as due`.execute(context.database.db);
  const due = rows[0]?.due ?? null;
  return due === null ? null : Math.max(0, due.getTime() - now.getTime());
}
