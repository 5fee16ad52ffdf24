/**
 * Several jobs side by side, each after those it waits for. Knows nothing of what a job does.
 */

/** How a job ended, as far as others depend on it. */
export type JobEnding = 'succeeded' | 'failed';

/** Why a job was never started. */
export type NotStarted =
  /** A job that it waits for did not succeed. */
  | { readonly why: 'dependency'; readonly of: string }
  /** Another job failed, and the run is to stop at the first failure. */
  | { readonly why: 'failure'; readonly of: string }
  | { readonly why: 'stopped' };

export interface ScheduledJob {
  readonly name: string;
  /** Names of jobs of this schedule. */
  readonly waitsFor: readonly string[];
}

export interface Schedule<J extends ScheduledJob> {
  /** A job stands after those that it waits for. */
  readonly jobs: readonly J[];
  readonly concurrency: number;
  readonly continueOnError: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Runs one job to its end; what it throws ends the schedule, after the jobs that run have ended. */
  readonly run: (job: J) => Promise<JobEnding>;
  readonly onNotStarted: (job: J, reason: NotStarted) => void;
}

/**
 * Runs a schedule to its end. After a failure no job is started any more, unless the schedule goes on; what runs already
 * is left to end, because its work is good. Jobs are started in the order given.
 */
export async function scheduleJobs<J extends ScheduledJob>(schedule: Schedule<J>): Promise<void> {
  const { jobs, concurrency, continueOnError, signal, run, onNotStarted } = schedule;
  const endings = new Map<string, JobEnding>();
  const running = new Map<string, Promise<void>>();
  let firstFailure: string | null = null;
  let defect: { readonly error: unknown } | null = null;
  let pending = [...jobs];

  const reasonAgainst = (job: J): NotStarted | null => {
    const of = job.waitsFor.find((name) => endings.get(name) === 'failed');
    if (of !== undefined) return { why: 'dependency', of };
    if (signal?.aborted === true || defect !== null) return { why: 'stopped' };
    if (firstFailure !== null && !continueOnError) return { why: 'failure', of: firstFailure };
    return null;
  };

  const start = (job: J): void => {
    const ended = run(job).then(
      (ending) => {
        endings.set(job.name, ending);
        if (ending === 'failed') firstFailure ??= job.name;
      },
      (error: unknown) => {
        endings.set(job.name, 'failed');
        defect ??= { error };
      },
    );
    running.set(
      job.name,
      ended.then(() => void running.delete(job.name)),
    );
  };

  while (pending.length > 0 || running.size > 0) {
    const later: J[] = [];
    for (const job of pending) {
      const against = reasonAgainst(job);
      if (against !== null) {
        endings.set(job.name, 'failed');
        onNotStarted(job, against);
      } else if (running.size < concurrency && job.waitsFor.every((name) => endings.has(name))) {
        start(job);
      } else {
        later.push(job);
      }
    }
    pending = later;
    if (running.size > 0) await Promise.race(running.values());
  }
  // TypeScript does not see that the callbacks above have run.
  const found = defect as { readonly error: unknown } | null;
  if (found !== null) throw found.error;
}
