/** The heartbeat: the agent lives, what it holds is still worked on, and how its isolation does. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SelfTestReport } from '@vitrine/protocol';
import type { Conversation } from './conversation.ts';

export interface Pulse {
  readonly selfTest: () => SelfTestReport;
  /** Of the program, as in `0.1.0`. */
  readonly version: string;
}

/** Beats three times in each lease until the signal is aborted. */
export async function beat(
  conversation: Conversation,
  { selfTest, version }: Pulse,
  signal: AbortSignal,
): Promise<void> {
  const { agent, connection, jobs } = conversation;
  const backOff = conversation.backOff();
  while (!signal.aborted) {
    try {
      const answer = await connection.heartbeat(
        { agent, jobs: jobs.holding(), self_test: selfTest(), version },
        signal,
      );
      backOff.reset();
      conversation.obey(answer);
      await delay(Math.max(1, answer.lease_seconds / 3) * 1000, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      conversation.complain('heartbeat', error);
      await backOff.pause(signal);
    }
  }
}
