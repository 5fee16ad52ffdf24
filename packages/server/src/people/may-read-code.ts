import type { SourceHost } from '../source-host/source-host.ts';
import { isPublicCode } from '../source-host/visibility.ts';
import { may, type Person, type Scope } from './actor.ts';

/** Whose code it is. */
export interface CodePlace extends Scope {
  readonly repository: string;
}

/**
 * Whether somebody may be shown code, project.yaml included, on our own pages and by our APIs: everybody where the repository is
 * public, else members and staff. What nobody can tell counts as private (docs/decisions/0006).
 *
 * @param person - null for who is not signed in
 */
export async function mayReadCode(
  { sourceHost }: { readonly sourceHost: SourceHost },
  person: Person | null,
  place: CodePlace,
): Promise<boolean> {
  // Who may anyway is not kept waiting for what the host says.
  return may(person, 'code_view', place) || (await isPublicCode(sourceHost, place.repository));
}
