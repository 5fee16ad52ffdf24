/** What has run before, as the planner sees it: one entry a job, in any order. */
export interface HistoryEntry {
  readonly action: string;
  readonly state: JobState;
  /** When the job was created, as ISO 8601 with a zone. Of two at one instant the later in the list is the newer. */
  readonly createdAt: string;
  /** When it ended, where it has, to be told in reasons. */
  readonly finishedAt?: string;
  readonly jobId?: string;
  /**
   * True where files that the job made are gone. Then its success satisfies no need any more. Only the local run knows and
   * says this (cli §1.4); on a backend the agent finds out.
   */
  readonly outputsMissing?: boolean;
}

export const JobState = {
  pending: 'pending',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

export type JobState = (typeof JobState)[keyof typeof JobState];

/** A job that counts: the newest of its action that was not cancelled. */
export type CurrentJob = HistoryEntry & { readonly state: Exclude<JobState, 'cancelled'> };

/** The newest job of each action. Cancelled ones are invisible, so that an older one counts (job-runner §2.3). */
export function currentJobs(history: Iterable<HistoryEntry>): ReadonlyMap<string, CurrentJob> {
  const newest = new Map<string, { readonly job: CurrentJob; readonly at: number }>();
  for (const entry of history) {
    if (!counts(entry)) continue;
    const at = Date.parse(entry.createdAt);
    const known = newest.get(entry.action);
    if (known === undefined || at >= known.at) newest.set(entry.action, { job: entry, at });
  }
  return new Map([...newest].map(([action, { job }]) => [action, job]));
}

function counts(entry: HistoryEntry): entry is CurrentJob {
  return entry.state !== JobState.cancelled;
}
