import type { JobAttempt, Orders } from '@vitrine/protocol';
import type { Queries } from '../database/database.ts';
import type { BackendRow } from '../database/schema.ts';

/** What an agent is told with every answer. */
export async function agentOrders(
  queries: Queries,
  backend: Pick<BackendRow, 'id' | 'paused_at' | 'draining_at'>,
  agent: string,
  holding: readonly JobAttempt[],
): Promise<Orders> {
  const held = await queries
    .selectFrom('job')
    .select(['identifier', 'attempt', 'state'])
    .where('backend_id', '=', backend.id)
    .where('agent', '=', agent)
    .where('holds_slot', '=', true)
    .orderBy('id')
    .execute();
  const running = new Set(
    held.filter(({ state }) => state === 'running').map((job) => key(job.identifier, job.attempt)),
  );
  const stopped = held
    .filter(({ state }) => state !== 'running')
    .map(({ identifier, attempt }) => ({ job: identifier, attempt }));
  const known = new Set(stopped.map(({ job, attempt }) => key(job, attempt)));
  const foreign = holding.filter(({ job, attempt }) => {
    const name = key(job, attempt);
    return !running.has(name) && !known.has(name);
  });
  return {
    cancel: [...stopped, ...foreign],
    paused: backend.paused_at !== null,
    drain: backend.draining_at !== null,
  };
}

function key(job: string, attempt: number): string {
  return `${job} ${attempt}`;
}
