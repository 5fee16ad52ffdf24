/** Several commands that are meant as one: the events of all of them, or every reason against any. */
import type { Diagnostic } from '@vitrine/pipeline';
import { applyEvent, requestOf } from './apply.ts';
import type { Circumstances, Command, CreateCommand, OfferedFile } from './command.ts';
import { type Answer, decide, decideCreate } from './decide.ts';
import { offerFaults } from './decide-content.ts';
import type { RequestEvent } from './event.ts';
import type { ReleaseRequest } from './request.ts';

type Unnumbered<C> = C extends unknown ? Omit<C, 'revision'> : never;

/** A command among others of the same person, who saw the request once. */
export type Step = Unnumbered<Command>;

/** @param revision of the request as it was shown before the first step */
export function decideAll(
  request: ReleaseRequest,
  revision: number,
  steps: readonly Step[],
  circumstances: Circumstances,
): Answer {
  let reached = request;
  const events: RequestEvent[] = [];
  const refusals: Diagnostic[] = [];
  for (const step of steps) {
    const seen = revision + reached.revision - request.revision;
    const answer = decide(reached, { ...step, revision: seen } as Command, circumstances);
    refusals.push(...(answer.refusals ?? []));
    events.push(...(answer.events ?? []));
    reached = (answer.events ?? []).reduce(applyEvent, reached);
  }
  return refusals.length > 0 ? { refusals: eachOnce(refusals) } : { events };
}

/** The making of a request with several files. */
export function decideCreateAll(
  command: CreateCommand,
  more: readonly OfferedFile[],
  circumstances: Circumstances,
): Answer {
  const first = decideCreate(command, circumstances);
  if (first.refusals !== undefined) {
    const others = more.flatMap((file) => offerFaults(file, circumstances));
    return { refusals: eachOnce([...first.refusals, ...others]) };
  }
  const request = requestOf(first.events);
  const steps = more.map((file): Step => ({ do: 'add-file', file }));
  const rest = decideAll(request, request.revision, steps, circumstances);
  return rest.refusals === undefined ? { events: [...first.events, ...rest.events] } : rest;
}

/** What concerns all steps alike is told once. */
function eachOnce(refusals: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(refusals.map((refusal) => [refusal.message, refusal])).values()];
}
