/** How jobs are handed out, watched and tried again. */
export interface SchedulingPolicy {
  /** After that long without a word from its agent a job counts as lost. */
  readonly leaseSeconds: number;
  /** How many attempts of a job may be lost to the platform before it is given up. */
  readonly maximumLosses: number;
  /** Wait before the second attempt; each further one waits `retryFactor` times as long. */
  readonly retryFirstSeconds: number;
  readonly retryFactor: number;
  readonly retryLastSeconds: number;
  /**
   * A job that has been ready for so long goes before all others of its pool, and where it does not fit yet, nothing that came
   * after it starts in its stead: heavy jobs do not starve.
   */
  readonly starvationSeconds: number;
  /**
   * A job of which an attempt was lost may be what brings agents down. For so long after it is handed out again, no second
   * such job is: if the agent goes down once more, the others are innocent.
   */
  readonly trialSeconds: number;
  /** Most jobs that one request may come to. */
  readonly maximumJobs: number;
}

export const SCHEDULING_POLICY: SchedulingPolicy = {
  leaseSeconds: 60,
  maximumLosses: 3,
  retryFirstSeconds: 5,
  retryFactor: 6,
  retryLastSeconds: 900,
  starvationSeconds: 1800,
  trialSeconds: 60,
  maximumJobs: 10_000,
};

/** How long to wait after so many losses, at least one. */
export function retryDelay(policy: SchedulingPolicy, losses: number): number {
  return Math.min(
    policy.retryFirstSeconds * policy.retryFactor ** (losses - 1),
    policy.retryLastSeconds,
  );
}
