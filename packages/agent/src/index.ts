export { abandonDataFolder } from './abandon-data-folder.ts';
export { type Agent, type AgentOptions, startAgent } from './agent.ts';
export type { AgentLog, AgentLogEntry } from './agent-log.ts';
export type { AllowList, WorkspaceRule } from './allow-list.ts';
export {
  type AgentConfiguration,
  type Ceilings,
  environmentSettings,
  type ListedSetting,
  listSettings,
  readAgentConfiguration,
  type Slots,
} from './configuration.ts';
export { executorFolder } from './data-folder.ts';
export { agentFaults } from './faults.ts';
export type { RunSettings } from './run-task.ts';
