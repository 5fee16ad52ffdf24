/** How long requests lie with whom: what the dashboard of turnaround times is made of. */
import { applyEvent, requestOf } from './apply.ts';
import type { Happening, RequestEvent } from './event.ts';
import { type StatusOwner, statusFacts } from './status.ts';

export interface Turnaround {
  /** Milliseconds that each side had the request. The system has it while files are on their way. */
  readonly held: Readonly<Record<StatusOwner, number>>;
  /** From the first submission to the first answer of the reviewers; null while there is none. */
  readonly firstAnswer: number | null;
  /** From the first submission to the release; null where there was none. */
  readonly toRelease: number | null;
  readonly submissions: number;
}

/** Happenings that can change who has the request. */
const moves: ReadonlySet<Happening['kind']> = new Set([
  'submitted',
  'review-submitted',
  'returned-early',
  'returned',
  'approved',
  'rejected',
  'withdrawn',
  'recalled',
  'released',
]);

/** @param now - Until when an open request has been held. */
export function turnaroundOf(events: readonly RequestEvent[], now: number): Turnaround {
  const held = { author: 0, reviewer: 0, system: 0 };
  const [first, ...rest] = events;
  if (first === undefined) return { held, firstAnswer: null, toRelease: null, submissions: 0 };
  let request = requestOf([first]);
  let since = first.at;
  let firstAnswer: number | null = null;
  let toRelease: number | null = null;
  let submissions = 0;
  for (const event of rest.filter(({ kind }) => moves.has(kind))) {
    const { owner } = statusFacts[request.status];
    held[owner] += Math.max(0, event.at - since);
    since = event.at;
    request = applyEvent(request, event);
    if (event.kind === 'submitted') submissions += 1;
    const submitted = request.firstSubmittedAt;
    if (submitted === null) continue;
    if (owner === 'reviewer' && statusFacts[request.status].owner !== 'reviewer') {
      firstAnswer ??= event.at - submitted;
    }
    if (event.kind === 'released') toRelease = event.at - submitted;
  }
  const { owner, final } = statusFacts[request.status];
  if (!final) held[owner] += Math.max(0, now - since);
  return { held, firstAnswer, toRelease, submissions };
}
