/** What the conversations of an agent with its server share: who speaks, what orders do, and how a failure is told. */
import { ConnectionError, type Orders } from '@vitrine/protocol';
import type { AgentLog } from './agent-log.ts';
import { BackOff } from './back-off.ts';
import { reasonOf } from './configuration.ts';
import type { Connection } from './connection.ts';
import type { HeldJobs } from './held-jobs.ts';

export interface ConversationOptions {
  /** Name of the agent. */
  readonly agent: string;
  readonly connection: Connection;
  readonly jobs: HeldJobs;
  readonly log: AgentLog;
  readonly now: () => Date;
}

export class Conversation {
  readonly agent: string;
  readonly connection: Connection;
  readonly jobs: HeldJobs;
  readonly log: AgentLog;
  readonly now: () => Date;
  #told = { paused: false, drain: false };

  constructor({ agent, connection, jobs, log, now }: ConversationOptions) {
    this.agent = agent;
    this.connection = connection;
    this.jobs = jobs;
    this.log = log;
    this.now = now;
  }

  /** Every answer carries orders. */
  obey({ cancel, paused, drain }: Orders): void {
    for (const attempt of cancel) this.jobs.cancel(attempt);
    if (paused === this.#told.paused && drain === this.#told.drain) return;
    this.#told = { paused, drain };
    this.log({ level: 'info', event: 'orders', facts: this.#told });
  }

  complain(what: string, error: unknown): void {
    const isRefused = error instanceof ConnectionError && error.failure === 'unauthorised';
    this.log({
      level: isRefused ? 'error' : 'warning',
      event: 'server-not-reached',
      facts: {
        what,
        failure: error instanceof ConnectionError ? error.failure : 'defect',
        reason: reasonOf(error),
      },
    });
  }

  /** The pauses of one conversation while its server does not answer. */
  backOff(): BackOff {
    return new BackOff({ firstMilliseconds: 200, mostMilliseconds: 15_000, random: Math.random });
  }
}
