import { airlockFaults } from '../../faults.ts';
import type { PersonalCall } from '../../http/route.ts';
import type { RequestEvent } from '../../review/event.ts';
import type { ReleaseRequest } from '../../review/request.ts';
import { type Part, partOf, rightsNow } from '../../review/standing.ts';
import { type RequestView, viewOf, visibleEvents } from '../../review/view.ts';

/** A request as somebody looks at it. Pages show `view` and `visible`; the rest is for commands and what follows from them. */
export interface OpenRequest {
  readonly request: ReleaseRequest;
  readonly events: readonly RequestEvent[];
  readonly user: string;
  readonly part: Part;
  readonly view: RequestView;
  /** The events that this person may see. */
  readonly visible: readonly RequestEvent[];
  /** Whether anything may still be done in the workspace. */
  readonly isOpen: boolean;
}

/**
 * The request that the address names.
 * @throws FaultError request-unknown, for one that does not exist as for a stranger's; review-rights-unconfirmed
 */
export async function openRequest(call: PersonalCall): Promise<OpenRequest> {
  const id = call.http.req.param('request') ?? '';
  const open = await lookAt(call, id);
  if (open === null) throw airlockFaults.error('request-unknown', { id });
  return open;
}

/** A request by its name; null where there is none that the person may see. */
export async function lookAt(call: PersonalCall, id: string): Promise<OpenRequest | null> {
  const { airlock, person } = call;
  const user = person.username;
  const rights = rightsNow(person.standing, airlock.clock().getTime());
  if (rights === null) throw airlockFaults.error('review-rights-unconfirmed', {});
  const stored = await airlock.requests.read(id);
  if (stored === null) return null;
  const { request, events } = stored;
  const part = partOf(user, rights, request);
  const view = viewOf(request, user, part);
  if (view === null) return null;
  return {
    request,
    events,
    user,
    part,
    view,
    visible: visibleEvents(events, request, user, part),
    isOpen: person.workspaces.get(request.workspace)?.is_open === true,
  };
}
