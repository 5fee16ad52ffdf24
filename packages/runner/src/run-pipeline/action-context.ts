/** One action to run and what it has around it. */
import type { Action, Pipeline } from '@vitrine/pipeline';
import type { Executor, Limits, Usage } from '../executor/executor.ts';
import type { RuntimeSetting } from '../runtime/runtimes.ts';
import type { OutputLimits } from '../workspace/collect.ts';
import type { Level4Rules } from '../workspace/level4.ts';
import type { SpareCode } from '../workspace/spare-code.ts';
import type { CodeSource } from '../workspace/study-code.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** One action to run. */
export interface ActionJob {
  readonly id: string;
  /** Id of the request that it belongs to. */
  readonly request: string;
  readonly action: Action;
  /** Counts from 1: a job that is run afresh shares no trace with its earlier attempts. */
  readonly attempt?: number;
}

/** Name of the attempt's scratch folder, staging folder and execution. */
export function executionId({ id, attempt = 1 }: Pick<ActionJob, 'id' | 'attempt'>): string {
  return attempt === 1 ? id : `${id}-${attempt}`;
}

/**
 * Reason to abort with where the caller goes and the program stays: it runs on, and `runAction` with the same job goes
 * on from there.
 */
export class Detached extends Error {
  constructor() {
    super('The caller has left the action to run on.');
    this.name = 'Detached';
  }
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
  /** Where copies of code lie ready; absent where no second job of a commit is to be expected soon. */
  readonly spareCode?: SpareCode | undefined;
  readonly reusableActions: { readonly sources: readonly string[]; readonly cacheFolder: string };
  /** `expectations` for a run on dummy data. */
  readonly backend: string;
  /**
   * Path of a file that holds the address of the database, and nothing else; null: cohorts are made of dummy data. Only the
   * cohort engine is told of it: no program of a study, and not its recorder.
   */
  readonly databaseAddressFile: string | null;
  /** Seed of dummy data; null for the fixed default. */
  readonly seed: number | null;
  readonly user: string | null;
  readonly repo: string | null;
  readonly now: () => Date;
  /** Aborted: the action is stopped and forgotten; with the reason `Detached`: it is left as it stands. */
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
