/** What an agent tells its operator; it stays inside. */
export interface AgentLogEntry {
  readonly level: 'info' | 'warning' | 'error';
  /** What happened, in fixed words. */
  readonly event: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export type AgentLog = (entry: AgentLogEntry) => void;
