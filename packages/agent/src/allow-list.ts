/**
 * What this backend lets the server ask for (promise P2, threat T5). The agent decides for itself, by its own file; the
 * server can only ask for less. Pure.
 */
import { type Action, isDatabaseAction, type Pipeline } from '@vitrine/pipeline';
import type { ReportedCode, Task } from '@vitrine/protocol';
import { matchesWildcard } from './wildcard.ts';

/** Narrows the allow-list for the workspaces that it is named for. */
export interface WorkspaceRule {
  readonly repositories?: readonly string[] | undefined;
  readonly branches?: readonly string[] | undefined;
  readonly actions?: readonly string[] | undefined;
}

export interface AllowList {
  /** Exact addresses, or all of an organisation: `https://github.com/opensafely/*`. */
  readonly repositories: readonly string[];
  readonly branches: readonly string[];
  /** `name:tag` of runtimes and of reusable actions. */
  readonly runtimes: readonly string[];
  /** By name or pattern. A workspace that none matches may run nothing; a name counts before patterns. */
  readonly workspaces: Readonly<Record<string, WorkspaceRule>>;
}

/** Why the agent does not do what the server asks. */
export interface Refusal {
  readonly code: ReportedCode;
  /** For the operator's log; it never leaves. */
  readonly detail: string;
}

/** Judges a task by its words alone. Null: nothing against it. */
export function refuseTask(task: Task, allow: AllowList): Refusal | null {
  const rule = ruleOf(task.workspace, allow);
  if (rule === null) {
    return { code: 'action_refused', detail: `workspace ${task.workspace} is not allowed` };
  }
  const lists = (key: 'repositories' | 'branches'): readonly (readonly string[])[] => {
    const own = rule[key];
    return own === undefined ? [allow[key]] : [allow[key], own];
  };
  if (!lists('repositories').every((list) => isRepositoryIn(task.repository, list))) {
    return { code: 'repository_refused', detail: `${task.repository} is not allowed` };
  }
  if (!lists('branches').every((list) => list.some((one) => matchesWildcard(one, task.branch)))) {
    return { code: 'commit_refused', detail: `branch ${task.branch} is not allowed` };
  }
  if (rule.actions?.some((one) => matchesWildcard(one, task.action)) === false) {
    const detail = `action ${task.action} is not allowed in ${task.workspace}`;
    return { code: 'action_refused', detail };
  }
  return null;
}

/** What database actions read here: dummy data, nothing (they do not run), or the database of an address. */
export type DatabaseAccess = 'dummy' | 'none' | { readonly addressFile: string };

export interface ActionRules {
  readonly allow: AllowList;
  readonly database: DatabaseAccess;
}

/** Finds the task's action in the project of its commit, or says why it does not run. */
export function findAction(
  task: Task,
  pipeline: Pipeline,
  { allow, database }: ActionRules,
): { readonly action: Action } | { readonly refusal: Refusal } {
  const refuse = (code: ReportedCode, detail: string): { readonly refusal: Refusal } => ({
    refusal: { code, detail },
  });
  const action = pipeline.actions.get(task.action);
  if (action === undefined) {
    return refuse('action_refused', `project.yaml at ${task.commit} has no action ${task.action}`);
  }
  const image = `${action.run.image.name}:${action.run.image.tag}`;
  if (!allow.runtimes.some((one) => matchesWildcard(one, image))) {
    return refuse('image_refused', `${image} is not allowed`);
  }
  if (isDatabaseAction(action)) {
    if (!task.database_allowed) {
      return refuse('action_refused', `${task.action} reads the database, which the task forbids`);
    }
    if (database === 'none') return refuse('job_error', 'this agent has no database');
    if (action.run.arguments.some((word) => word.split('=')[0] === '--database-url')) {
      return refuse('action_refused', `${task.action} names a database of its own`);
    }
  }
  return { action };
}

function ruleOf(workspace: string, { workspaces }: AllowList): WorkspaceRule | null {
  if (Object.hasOwn(workspaces, workspace)) return workspaces[workspace] ?? null;
  for (const [pattern, rule] of Object.entries(workspaces)) {
    if (matchesWildcard(pattern, workspace)) return rule;
  }
  return null;
}

/** In a pattern, `*` is one name of a repository: git servers know none that begins with a dot. */
function isRepositoryIn(repository: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (pattern === repository) return true;
    if (!pattern.endsWith('/*') || !repository.startsWith(pattern.slice(0, -1))) return false;
    return /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(repository.slice(pattern.length - 1));
  });
}
