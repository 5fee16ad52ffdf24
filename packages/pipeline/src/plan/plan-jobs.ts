/** Which jobs a request comes to, given what has run before (job-runner §2.3 and §2.4). */

import { didYouMean } from '../did-you-mean.ts';
import type { Diagnostic } from '../fault.ts';
import { faults } from '../faults.ts';
import { type Action, type Pipeline, RUN_ALL, runnableActions } from '../pipeline.ts';
import { type CurrentJob, currentJobs } from './history.ts';
import type { Plan, PlannedJob, PlanRequest, ReusedAction } from './plan.ts';
import { type CreateReason, type ReuseReason, wordCreation, wordReuse } from './reasons.ts';

/**
 * Decides for each requested action, and for what it needs, whether a job is created.
 *
 * An action that is pending or running is never started a second time. What was asked for by name runs; what is only needed,
 * or meant by `run_all`, runs unless it has succeeded, or where dependencies are forced. What a reused action needs is not
 * looked at. Commits, images and configuration play no part.
 */
export function planJobs(request: PlanRequest): Plan {
  const { pipeline, requested } = request;
  const diagnostics = checkRequest(pipeline, requested);
  if (diagnostics.length > 0) return { kind: 'refused', diagnostics };
  const runAll = requested.includes(RUN_ALL);
  const runnable = runnableActions(pipeline);
  const planner = new Planner(
    pipeline,
    new Set(requested),
    request.forceRunDependencies ?? false,
    currentJobs(request.history ?? []),
  );
  const fault = planner.plan(runAll ? runnable : requested);
  if (fault !== null) return { kind: 'refused', diagnostics: [fault] };
  const { jobs, reused } = planner;
  if (jobs.length > 0) return { kind: 'run', jobs, reused };
  return runAll
    ? {
        kind: 'nothing-to-do',
        because: 'all-done-or-scheduled',
        message: 'All actions have succeeded or are already pending or running.',
        reused,
      }
    : {
        kind: 'nothing-to-do',
        because: 'already-scheduled',
        message: 'All requested actions are already pending or running.',
        reused,
      };
}

function checkRequest(pipeline: Pipeline, requested: readonly string[]): readonly Diagnostic[] {
  const names = runnableActions(pipeline);
  if (requested.length === 0) return [faults.diagnose('request-empty', { names })];
  const known = new Set([RUN_ALL, ...names]);
  return [...new Set(requested)]
    .filter((name) => !known.has(name))
    .map((name) => {
      const meant = didYouMean(name, known);
      return faults.diagnose('action-unknown', { name, meant, names }, undefined, meant);
    });
}

/** An action whose needs are being looked at, on the way from a requested action down. */
interface Visit {
  readonly action: Action;
  readonly because: CreateReason;
  next: number;
}

class Planner {
  readonly jobs: PlannedJob[] = [];
  readonly reused: ReusedAction[] = [];
  readonly #pipeline: Pipeline;
  readonly #requested: ReadonlySet<string>;
  readonly #force: boolean;
  readonly #current: ReadonlyMap<string, CurrentJob>;
  /** Actions whose needs are being looked at: needing one of them again is a circle. */
  readonly #onPath = new Set<string>();
  /** What has been decided: whether those who need the action must wait for it. */
  readonly #decided = new Map<string, { readonly wait: boolean }>();

  constructor(
    pipeline: Pipeline,
    requested: ReadonlySet<string>,
    force: boolean,
    current: ReadonlyMap<string, CurrentJob>,
  ) {
    this.#pipeline = pipeline;
    this.#requested = requested;
    this.#force = force;
    this.#current = current;
  }

  /** Decides on all of `names` and what they need. Gives the fault of a pipeline that `parseProject` would not let pass. */
  plan(names: readonly string[]): Diagnostic | null {
    const path: Visit[] = [];
    for (const name of names) {
      let fault = this.#open(name, null, path);
      for (let visit = path.at(-1); visit !== undefined && fault === null; visit = path.at(-1)) {
        const need = visit.action.needs[visit.next];
        if (need === undefined) {
          path.pop();
          this.#create(visit);
        } else {
          visit.next += 1;
          fault = this.#open(need, visit.action, path);
        }
      }
      if (fault !== null) return fault;
    }
    return null;
  }

  /** Reuses the action, or puts it on the path so that its needs are looked at first. */
  #open(name: string, neededBy: Action | null, path: Visit[]): Diagnostic | null {
    if (this.#decided.has(name)) return null;
    const action = this.#pipeline.actions.get(name);
    if (action === undefined) {
      const values = { action: neededBy?.name ?? name, need: name, meant: undefined };
      return faults.diagnose('need-unknown', values, neededBy?.place);
    }
    const decision = this.#decide(name, neededBy);
    if (isReuse(decision)) {
      this.#decided.set(name, { wait: decision.kind !== 'succeeded' });
      this.reused.push({ action: name, reason: wordReuse(decision), because: decision });
      return null;
    }
    if (this.#onPath.has(name)) {
      const names = path.map((visit) => visit.action.name);
      const cycle = [...names.slice(names.indexOf(name)), name];
      return faults.diagnose('needs-cycle', { cycle }, action.place);
    }
    this.#onPath.add(name);
    path.push({ action, because: decision, next: 0 });
    return null;
  }

  /** The table of job-runner §2.3. */
  #decide(name: string, dependant: Action | null): CreateReason | ReuseReason {
    const job = name === RUN_ALL ? undefined : this.#current.get(name);
    if (job?.state === 'pending' || job?.state === 'running') return { kind: job.state, job };
    if (this.#requested.has(name) && name !== RUN_ALL) return { kind: 'requested' };
    const neededBy = dependant?.name ?? null;
    if (job === undefined) return { kind: 'never-run', neededBy };
    if (job.state === 'failed') return { kind: 'failed', neededBy, job };
    if (this.#force) return { kind: 'forced', neededBy, job };
    if (job.outputsMissing === true) return { kind: 'outputs-missing', neededBy, job };
    return { kind: 'succeeded', job };
  }

  #create({ action, because }: Visit): void {
    const needsJobs = [...new Set(action.needs)].filter((need) => this.#decided.get(need)?.wait);
    this.jobs.push({ action: action.name, needsJobs, reason: wordCreation(because), because });
    this.#decided.set(action.name, { wait: true });
    this.#onPath.delete(action.name);
  }
}

function isReuse(decision: CreateReason | ReuseReason): decision is ReuseReason {
  return (
    decision.kind === 'succeeded' || decision.kind === 'running' || decision.kind === 'pending'
  );
}
