import type { Endpoint } from '@vitrine/platform';
import type { Context } from 'hono';
import type { Airlock } from '../airlock.ts';
import type { SignedIn } from '../people/session.ts';

/** Who may use a route. What somebody may see or do of a workspace or a request, the pages ask the core. */
export type Access = 'public' | 'signed-in';

/** One request, after it was let in. */
export interface Call {
  readonly http: Context;
  readonly airlock: Airlock;
  /** Null only on public routes. */
  readonly person: SignedIn | null;
  /** For the forms of this session; empty where nobody is signed in. */
  readonly csrf: string;
  readonly now: Date;
}

/** A call of somebody who is signed in. */
export type PersonalCall = Call & { readonly person: SignedIn };

export interface Route extends Endpoint<Call> {
  readonly access: Access;
}

export function publicPage(path: string, handle: Route['handle']): Route {
  return { method: 'GET', path, access: 'public', handle };
}

export function publicForm(path: string, handle: Route['handle']): Route {
  return { method: 'POST', path, access: 'public', handle };
}

type PersonalHandle = (call: PersonalCall) => Promise<Response> | Response;

/** A page for people who are signed in. */
export function page(path: string, handle: PersonalHandle): Route {
  return { method: 'GET', path, access: 'signed-in', handle: (call) => handle(personal(call)) };
}

/** What a form of such a page is sent to. */
export function formTarget(path: string, handle: PersonalHandle): Route {
  return { method: 'POST', path, access: 'signed-in', handle: (call) => handle(personal(call)) };
}

function personal(call: Call): PersonalCall {
  const { person } = call;
  if (person === null) throw new Error('a route for people who are signed in was called by nobody');
  return { ...call, person };
}
