/** One action to run and what it has around it. */
import type { Action, Pipeline } from '@vitrine/pipeline';
import type { Executor, Limits, Usage } from '../executor/executor.ts';
import type { RuntimeSetting } from '../runtime/runtimes.ts';
import type { OutputLimits } from '../workspace/collect.ts';
import type { Level4Rules } from '../workspace/level4.ts';
import type { CodeSource } from '../workspace/study-code.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** One action to run. */
export interface ActionJob {
  readonly id: string;
  /** Id of the request that it belongs to. */
  readonly request: string;
  readonly action: Action;
}

/** Who runs what on this machine. */
export interface Executors {
  /** @throws FaultError when nothing here can run that runtime */
  executorFor(name: string, tag: string): Promise<Executor>;
  /** By name, whether it works or not. */
  executor(name: Executor['name']): Executor;
}

/** What an action has around it; the same for all of a run. */
export interface ActionContext {
  readonly workspace: Workspace;
  readonly pipeline: Pipeline;
  readonly code: CodeSource;
  readonly executors: Executors;
  readonly limits: Limits;
  readonly outputLimits: OutputLimits;
  readonly level4Rules: Level4Rules;
  readonly runtimes: Readonly<Record<string, RuntimeSetting>>;
  readonly reusableActions: { readonly sources: readonly string[]; readonly cacheFolder: string };
  /** `expectations` for a run on dummy data. */
  readonly backend: string;
  /** Seed of dummy data; null for the fixed default. */
  readonly seed: number | null;
  readonly user: string | null;
  readonly repo: string | null;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ActionProgress) => void;
}

export type ActionProgress =
  | { readonly stage: 'preparing' }
  | { readonly stage: 'running'; readonly startedAt: Date; readonly usage: Usage }
  /** The cohort engine made a file. */
  | {
      readonly stage: 'extracting';
      readonly file: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly stage: 'collecting' };
