import type { Diagnostic } from '../fault.ts';
import type { Pipeline } from '../pipeline.ts';
import type { HistoryEntry } from './history.ts';
import type { CreateReason, ReuseReason } from './reasons.ts';

export interface PlanRequest {
  readonly pipeline: Pipeline;
  /** Names of actions; `run_all` among them stands for all. */
  readonly requested: readonly string[];
  /** Runs what is needed again even where it has succeeded. */
  readonly forceRunDependencies?: boolean;
  readonly history?: Iterable<HistoryEntry>;
}

/** What a request comes to. */
export type Plan = RunPlan | NothingToDo | RefusedRequest;

export interface RunPlan {
  readonly kind: 'run';
  /** Jobs to create, at least one, each after those that it needs. */
  readonly jobs: readonly PlannedJob[];
  readonly reused: readonly ReusedAction[];
}

/** Not an error: everything asked for is there or under way (job-runner §2.4). */
export interface NothingToDo {
  readonly kind: 'nothing-to-do';
  readonly because: 'all-done-or-scheduled' | 'already-scheduled';
  /** `because` in words. */
  readonly message: string;
  readonly reused: readonly ReusedAction[];
}

export interface RefusedRequest {
  readonly kind: 'refused';
  readonly diagnostics: readonly Diagnostic[];
}

export interface PlannedJob {
  readonly action: string;
  /** Actions whose new, pending or running jobs must succeed before this one begins. */
  readonly needsJobs: readonly string[];
  /** Why, in words that follow the action's name: "runs because you asked for it". */
  readonly reason: string;
  readonly because: CreateReason;
}

export interface ReusedAction {
  readonly action: string;
  /** Why, in words that follow the action's name: "reused: it succeeded on 2022-05-12". */
  readonly reason: string;
  readonly because: ReuseReason;
}
