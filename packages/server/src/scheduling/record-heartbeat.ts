import { inTransaction } from '@vitrine/platform';
import type { HeartbeatAnswer, HeartbeatRequest } from '@vitrine/protocol';
import type { Context } from '../context.ts';
import { agentOrders } from './agent-orders.ts';
import { circumstancesOf, keepHolding, lockBackend, seeAgent } from './agents.ts';
import { switchMaintenance } from './operating-modes.ts';

/** The agent lives: its jobs stay its own for another lease. The database's own word on its maintenance is followed. */
export async function recordHeartbeat(
  context: Context,
  backendId: number,
  request: HeartbeatRequest,
): Promise<HeartbeatAnswer> {
  return await inTransaction(context.database, async (tx) => {
    const backend = await lockBackend(tx, backendId);
    const circumstances = circumstancesOf(context, backend);
    await seeAgent(tx, backend, request.agent, circumstances.now, request);
    if (request.database !== undefined && !backend.maintenance_manual) {
      const isOn = request.database === 'maintenance';
      await switchMaintenance(tx, backend, isOn, false, circumstances.now);
    }
    await keepHolding(tx, backend, request.agent, request.jobs, circumstances);
    return {
      lease_seconds: context.policy.leaseSeconds,
      ...(await agentOrders(tx, backend, request.agent, request.jobs)),
    };
  });
}
