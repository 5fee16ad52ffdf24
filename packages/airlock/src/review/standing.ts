/** Who somebody is to a request, from rights that the job server confirmed and that do not outlive its word. */

/** What the job server says of a person. */
export interface Rights {
  /** May review any request but their own. */
  readonly isChecker: boolean;
  /** May look at all workspaces: staff of the deployment. */
  readonly readsAll: boolean;
  /** By slug of the project. */
  readonly projects: ReadonlyMap<string, ProjectRole>;
}

export type ProjectRole = 'developer' | 'collaborator' | 'copilot';

/** What is known of a person's rights. */
export type Standing =
  | {
      readonly kind: 'confirmed';
      readonly rights: Rights /** Milliseconds since 1970. */;
      readonly at: number;
    }
  /** The job server said no, or had no answer when it was asked. */
  | { readonly kind: 'unconfirmed' };

/** How long the word of the job server counts. */
export const CONFIRMED_FOR_MS: number = 15 * 60 * 1000;

/**
 * The rights that count now. Old or refused ones are none: revocation fails closed, also while the job server does not
 * answer (promise P11).
 */
export function rightsNow(standing: Standing, now: number): Rights | null {
  if (standing.kind === 'unconfirmed') return null;
  const age = now - standing.at;
  // A confirmation from the future is a clock that was set back; it could count for ever.
  return age >= 0 && age < CONFIRMED_FOR_MS ? standing.rights : null;
}

/** What a person is to one request. A checker who wrote it is its author and nothing else. */
export type Part = 'author' | 'checker' | 'member' | 'observer' | 'stranger';

export function partOf(
  user: string,
  rights: Rights | null,
  request: { readonly author: string; readonly project: string },
): Part {
  if (rights === null) return 'stranger';
  const role = rights.projects.get(request.project);
  if (user === request.author) return role === 'developer' ? 'author' : 'observer';
  if (rights.isChecker) return 'checker';
  if (role === 'developer' || role === 'collaborator') return 'member';
  return role === 'copilot' || rights.readsAll ? 'observer' : 'stranger';
}
