/** What a job may use, from the rules of its backend (job-runner §2.6). Pure. */
import type { BackendRow, ResourceRule } from '../database/schema.ts';

export interface JobResources {
  readonly weight: number;
  readonly cpus: number;
  readonly memory_bytes: number;
  readonly wall_clock_seconds: number;
}

/** The first rule that matches counts; what it does not say is the backend's own. Memory never goes beyond the ceiling. */
export function jobResources(
  backend: BackendRow,
  workspace: string,
  action: string,
  command: string,
): JobResources {
  const rule = backend.resource_rules.find((one) => applies(one, workspace, action, command));
  return {
    weight: rule?.weight ?? 1,
    cpus: rule?.cpus ?? backend.cpus,
    memory_bytes: Math.min(rule?.memory_bytes ?? backend.memory_bytes, backend.max_memory_bytes),
    wall_clock_seconds: rule?.wall_clock_seconds ?? backend.wall_clock_seconds,
  };
}

function applies(rule: ResourceRule, workspace: string, action: string, command: string): boolean {
  return (
    (rule.workspace === undefined || rule.workspace === workspace) &&
    matchesWhole(rule.action, action) &&
    matchesWhole(rule.command, command)
  );
}

function matchesWhole(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(text);
}
