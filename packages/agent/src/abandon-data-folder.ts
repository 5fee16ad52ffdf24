import type { Executors } from '@vitrine/runner';
import type { AgentLog } from './agent-log.ts';
import { DataFolder } from './data-folder.ts';
import { OpenWorkspaces } from './open-workspaces.ts';

/**
 * Ends everything that runs for a data folder, so that it can be thrown away.
 * @throws FaultError data-folder-in-use while an agent works in it
 */
export async function abandonDataFolder(
  data: string,
  executors: Executors,
  log: AgentLog,
): Promise<void> {
  const now = (): Date => new Date();
  const folder = await DataFolder.open(data, now());
  const workspaces = new OpenWorkspaces({ folder, executors, isHeld: () => false, log, now });
  try {
    await workspaces.cleanAll();
  } finally {
    await workspaces.close();
    await folder.close();
  }
}
