/** Asks for work, one long request after the other, and takes what comes. */
import type { Slots } from './configuration.ts';
import type { Conversation } from './conversation.ts';

/** Longest wait of a request for tasks. */
const WAIT_SECONDS = 25;

/**
 * Asks until the signal is aborted.
 * @param free - Places at this moment.
 */
export async function askForTasks(
  conversation: Conversation,
  free: () => Slots,
  signal: AbortSignal,
): Promise<void> {
  const { agent, connection, jobs } = conversation;
  const backOff = conversation.backOff();
  while (!signal.aborted) {
    const asked = new AbortController();
    const places = free();
    const stopWatching = askAgainWhenFree(conversation, places, free, asked);
    try {
      const answer = await connection.tasks(
        { agent, free: places, holding: jobs.holding(), wait_seconds: WAIT_SECONDS },
        AbortSignal.any([signal, asked.signal]),
      );
      backOff.reset();
      for (const task of answer.tasks) jobs.take(task);
      conversation.obey(answer);
    } catch (error) {
      if (signal.aborted || asked.signal.aborted) continue;
      conversation.complain('tasks', error);
      await backOff.pause(signal);
    } finally {
      stopWatching();
    }
  }
}

/**
 * A request that was made with no place free in a pool is made anew when there is one. What the server answered to the
 * first is not lost: it gives again what we do not say we hold.
 */
function askAgainWhenFree(
  { jobs }: Conversation,
  before: Slots,
  free: () => Slots,
  asked: AbortController,
): () => void {
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      await jobs.change();
      const now = free();
      const isNew =
        (before.database === 0 && now.database > 0) || (before.other === 0 && now.other > 0);
      if (!isOver && isNew) return asked.abort();
    }
  };
  if (before.database === 0 || before.other === 0) void watch();
  return () => {
    isOver = true;
  };
}
