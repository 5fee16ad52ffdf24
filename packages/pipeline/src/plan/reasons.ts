import type { CurrentJob } from './history.ts';

/** Why a job is created. */
export type CreateReason =
  | { readonly kind: 'requested' }
  | { readonly kind: 'never-run'; readonly neededBy: string | null }
  | { readonly kind: 'failed'; readonly neededBy: string | null; readonly job: CurrentJob }
  | { readonly kind: 'outputs-missing'; readonly neededBy: string | null; readonly job: CurrentJob }
  | { readonly kind: 'forced'; readonly neededBy: string | null; readonly job: CurrentJob };

/** Why an action that was asked for or needed gets no new job. */
export type ReuseReason =
  | { readonly kind: 'succeeded'; readonly job: CurrentJob }
  | { readonly kind: 'running'; readonly job: CurrentJob }
  | { readonly kind: 'pending'; readonly job: CurrentJob };

type Wording<R extends { readonly kind: string }> = {
  readonly [K in R['kind']]: (reason: Extract<R, { readonly kind: K }>) => string;
};

const createWording: Wording<CreateReason> = {
  requested: () => 'runs because you asked for it',
  'never-run': ({ neededBy }) => `runs because ${wanted(neededBy)} and it has not run before`,
  failed: ({ neededBy, job }) =>
    `runs because ${wanted(neededBy)} and it failed last time, on ${day(job)}`,
  'outputs-missing': ({ neededBy, job }) =>
    `runs because ${wanted(neededBy)} and files that it made on ${day(job)} are missing`,
  forced: ({ neededBy, job }) =>
    `runs because you asked to run ${neededBy === null ? 'everything' : 'all needs'} again; it succeeded on ${day(job)}`,
};

const reuseWording: Wording<ReuseReason> = {
  succeeded: ({ job }) => `reused: it succeeded on ${day(job)}`,
  running: () => 'reused: it is running now',
  pending: () => 'reused: it is already waiting to run',
};

export function wordCreation(reason: CreateReason): string {
  return word(createWording, reason);
}

export function wordReuse(reason: ReuseReason): string {
  return word(reuseWording, reason);
}

function word<R extends { readonly kind: string }>(wording: Wording<R>, reason: R): string {
  // The table has the right function for each kind; the compiler cannot follow that through the lookup.
  const say = wording[reason.kind as R['kind']] as (reason: R) => string;
  return say(reason);
}

function wanted(neededBy: string | null): string {
  return neededBy === null ? 'everything was asked for' : `${neededBy} needs it`;
}

/** The day a job ended or, where that is not known, was created. */
function day(job: CurrentJob): string {
  return (job.finishedAt ?? job.createdAt).slice(0, 10);
}
