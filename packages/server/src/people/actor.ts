import { isRoleName, type Permission, ROLES, type RoleScope } from './roles.ts';

/** A role of a person, with the key of what it is on; null where it is global. */
export interface Membership {
  readonly role: string;
  readonly scope: RoleScope;
  readonly on: number | null;
}

/** A person who asks for something, with all that they may do. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  readonly memberships: readonly Membership[];
}

/** Who asks. A token acts for its person, within its scopes. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'person'; readonly person: Person; readonly sessionHash: string }
  | {
      readonly kind: 'token';
      readonly person: Person;
      readonly tokenId: number;
      readonly scopes: readonly string[];
    }
  | {
      readonly kind: 'backend';
      readonly backendId: number;
      readonly slug: string;
      readonly tokenId: number;
      readonly scopes: readonly string[];
    };

/** What something is part of: where roles on it may come from. */
export interface Scope {
  readonly projectId?: number | null;
  readonly organisationId?: number | null;
  readonly backendId?: number | null;
}

export const anonymous: Actor = { kind: 'anonymous' };

/** The person behind a session or a token. */
export function personOf(actor: Actor): Person | null {
  return actor.kind === 'person' || actor.kind === 'token' ? actor.person : null;
}

/** Whether a global role, or a role on what the thing is part of, gives the permission. Unknown roles give nothing. */
export function may(person: Person | null, permission: Permission, scope: Scope = {}): boolean {
  return (
    person?.memberships.some(
      (membership) => reaches(membership, scope) && gives(membership.role, permission),
    ) ?? false
  );
}

/** Whether somebody holds the permission anywhere at all. */
export function mayAnywhere(person: Person | null, permission: Permission): boolean {
  return person?.memberships.some(({ role }) => gives(role, permission)) ?? false;
}

function reaches({ scope, on }: Membership, thing: Scope): boolean {
  switch (scope) {
    case 'global':
      return true;
    case 'project':
      return on !== null && on === thing.projectId;
    case 'organisation':
      return on !== null && on === thing.organisationId;
    case 'backend':
      return on !== null && on === thing.backendId;
  }
}

function gives(role: string, permission: Permission): boolean {
  return isRoleName(role) && ROLES[role].permissions.includes(permission);
}
