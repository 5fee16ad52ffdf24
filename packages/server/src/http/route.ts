import type { Context } from 'hono';
import type { Actor, Person } from '../people/actor.ts';
import type { Permission } from '../people/roles.ts';
import type { BackendTokenScope, TokenScope } from '../people/tokens.ts';
import type { Site } from '../site.ts';

/** What a permission is asked for: named by a parameter of the path, or the site as a whole. */
export type Subject =
  | 'site'
  | 'organisation'
  | 'project'
  | 'workspace'
  | 'job-request'
  | 'job'
  | 'release'
  | 'publication';

/** Who may use a route. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'signed-in' }
  | {
      readonly kind: 'permission';
      readonly permission: Permission;
      readonly on: Subject;
      /** Who made the job request may do it too. */
      readonly orRequester?: boolean;
      /** What a token must be made for. Without, tokens are refused. */
      readonly scope?: TokenScope;
    }
  /** A program of a backend, by a token of the backend that was made for just this. */
  | { readonly kind: 'backend'; readonly scope: BackendTokenScope }
  /** Any person's token with the scope; what it may do depends on the message. */
  | { readonly kind: 'token'; readonly scope: TokenScope };

export const open: Access = { kind: 'public' };
export const signedIn: Access = { kind: 'signed-in' };

/** Staff pages need a permission and the staff area itself. */
export function permitted(
  permission: Permission,
  on: Subject = 'site',
  more: { readonly orRequester?: boolean; readonly scope?: TokenScope } = {},
): Access {
  return { kind: 'permission', permission, on, ...more };
}

/** One request, after it was let in. */
export interface Call {
  readonly http: Context;
  readonly site: Site;
  readonly actor: Actor;
  readonly person: Person | null;
  /** For the forms of this session; empty where nobody is signed in. */
  readonly csrf: string;
  readonly now: Date;
}

/** One address of the server: the table of these is all that it answers to. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly access: Access;
  /**
   * Pages answer people with HTML and take forms with their cookies; APIs speak JSON and know tokens only. Clients of the RAP
   * controller read faults in a shape of their own.
   */
  readonly answers: 'page' | 'api' | 'rap';
  readonly handle: (call: Call) => Promise<Response> | Response;
}

export function page(path: string, access: Access, handle: Route['handle']): Route {
  return { method: 'GET', path, access, answers: 'page', handle };
}

/** What a form of a page is sent to. */
export function formTarget(path: string, access: Access, handle: Route['handle']): Route {
  return { method: 'POST', path, access, answers: 'page', handle };
}

export function api(
  method: Route['method'],
  path: string,
  access: Access,
  handle: Route['handle'],
): Route {
  return { method, path, access, answers: 'api', handle };
}
