import type { Airlock } from '../airlock.ts';
import { isActive, requestStatuses } from '../review/status.ts';
import type { StoredRequest } from './request-store.ts';

const active = requestStatuses.filter(isActive);

/** The one request of an author in a workspace that is still active; null where there is none. */
export async function activeRequestOf(
  { db, requests }: Pick<Airlock, 'db' | 'requests'>,
  workspace: string,
  author: string,
): Promise<StoredRequest | null> {
  const row = await db
    .selectFrom('release_request')
    .select('identifier')
    .where('workspace', '=', workspace)
    .where('author', '=', author)
    .where('status', 'in', active)
    .executeTakeFirst();
  return row === undefined ? null : await requests.read(row.identifier);
}
