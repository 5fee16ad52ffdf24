import { type AgentLogEntry, readAgentConfiguration, startAgent } from '@vitrine/agent';
import { agentMachine } from '../agent-machine.ts';
import type { CommandResult } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { untilToldToStop } from '../signals.ts';
import { version } from '../version.ts';

/**
 * `vitrine agent`: claims jobs and runs them, until it is told to stop. One JSON object a line on standard error tells the
 * operator what happens.
 */
export async function agent(
  terminal: Terminal,
  { config }: { readonly config: string },
): Promise<CommandResult> {
  const configuration = await readAgentConfiguration(config, process.env);
  const { settings, selfTest } = await agentMachine(configuration.data, process.env);
  const running = await startAgent({
    configuration,
    settings,
    selfTest,
    version,
    log: (entry) => terminal.err(`${logLine(entry)}\n`),
  });
  await untilToldToStop(() => void running.stop(0));
  await running.stop();
  if (process.connected) process.disconnect();
  return {};
}

function logLine({ level, event, facts }: AgentLogEntry): string {
  return JSON.stringify({ at: new Date().toISOString(), level, event, ...facts });
}
