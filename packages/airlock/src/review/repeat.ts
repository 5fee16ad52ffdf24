/** What happened to a request since somebody looked at it. */
import { requestOf } from './apply.ts';
import type { Circumstances } from './command.ts';
import { decideAll, type Step } from './decide-all.ts';
import { quietKinds, type RequestEvent } from './event.ts';

/** The events that made a request another than it was at a revision; votes and comments are none of them. */
export function eventsSince(
  events: readonly RequestEvent[],
  revision: number,
): readonly RequestEvent[] {
  return events
    .slice(1)
    .filter(isCounted)
    .slice(Math.max(0, revision - 1));
}

/**
 * Whether commands that come too late have been carried out already by the same person, as by the first of two clicks: what they would
 * have done at the revision that they name is what happened next.
 */
export function isRepeat(
  events: readonly RequestEvent[],
  revision: number,
  steps: readonly Step[],
  circumstances: Circumstances,
): boolean {
  const [next] = eventsSince(events, revision);
  if (next === undefined || revision < 1) return false;
  const request = requestOf(events.slice(0, events.indexOf(next)));
  const { events: again } = decideAll(request, revision, steps, circumstances);
  if (again === undefined || again.length === 0) return false;
  const happened = eventsSince(events, revision).slice(0, again.length);
  return again.every((event, at) => isSame(event, happened[at]));
}

function isCounted({ kind }: RequestEvent): boolean {
  return !quietKinds.has(kind);
}

function isSame(one: RequestEvent, other: RequestEvent | undefined): boolean {
  return other !== undefined && textOf(one) === textOf(other);
}

/** Without its moment; names in one order, because events that were read again have lost theirs. */
function textOf({ at: _, ...event }: RequestEvent): string {
  return JSON.stringify(event, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
