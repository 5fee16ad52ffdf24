import type { Airlock } from '../airlock.ts';
import type { SignedIn } from '../people/session.ts';
import { outputsOf, type ReleaseRequest } from '../review/request.ts';
import type { Surroundings } from './request-store.ts';

/** Who commands, when, and of which workspace. */
export interface Occasion {
  /** Null for the uploader. */
  readonly person: Pick<SignedIn, 'username' | 'standing' | 'workspaces'> | null;
  readonly now: Date;
  readonly workspace: string;
  /** A request that may be approved by the command: the stored bytes of its outputs are read and hashed, now (promise P4). */
  readonly toApprove?: ReleaseRequest;
}

/** What a command depends on that the store does not know itself. */
export async function surroundingsOf(
  { fileTypes, copies }: Pick<Airlock, 'fileTypes' | 'copies'>,
  { person, now, workspace, toApprove }: Occasion,
): Promise<Surroundings> {
  const storedHashes = new Map<string, string>();
  for (const { path, hash } of toApprove === undefined ? [] : outputsOf(toApprove)) {
    const stored = await copies.hashNow(hash);
    if (stored !== null) storedHashes.set(path, stored);
  }
  return {
    now: now.getTime(),
    actor: person === null ? null : { user: person.username, standing: person.standing },
    // What the job server does not name as open is not.
    isOpen: person === null || person.workspaces.get(workspace)?.is_open === true,
    fileTypes,
    storedHashes,
  };
}
