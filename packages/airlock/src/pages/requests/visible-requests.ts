/** The rows of requests that somebody may see: what a stranger may not know is not even asked for. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { ReleaseRequestRow, Tables } from '../../database/schema.ts';
import { airlockFaults } from '../../faults.ts';
import type { PersonalCall } from '../../http/route.ts';
import { type Part, partOf, rightsNow } from '../../review/standing.ts';
import type { RequestStatus } from '../../review/status.ts';

export interface VisibleRequest extends ReleaseRequestRow {
  readonly part: Part;
}

export interface RequestFilter {
  readonly statuses?: readonly RequestStatus[];
  /** Only those of the person, or only those of others. */
  readonly authors?: 'own' | 'others';
  readonly since?: Date;
  readonly limit: number;
}

/** The newest changes of status first. @throws FaultError review-rights-unconfirmed */
export async function visibleRequests(
  { airlock, person, now }: PersonalCall,
  { statuses, authors, since, limit }: RequestFilter,
): Promise<readonly VisibleRequest[]> {
  const rights = rightsNow(person.standing, now.getTime());
  if (rights === null) throw airlockFaults.error('review-rights-unconfirmed', {});
  const user = person.username;
  const isSeen = (row: ExpressionBuilder<Tables, 'release_request'>): Expression<SqlBool> =>
    row.or([
      row('author', '=', user),
      ...(rights.projects.size > 0 ? [row('project', 'in', [...rights.projects.keys()])] : []),
    ]);
  let query = airlock.db
    .selectFrom('release_request')
    .selectAll()
    .orderBy('status_since', 'desc')
    .orderBy('identifier')
    .limit(limit);
  if (!rights.isChecker && !rights.readsAll) query = query.where(isSeen);
  if (statuses !== undefined) query = query.where('status', 'in', statuses);
  if (authors !== undefined) query = query.where('author', authors === 'own' ? '=' : '!=', user);
  if (since !== undefined) query = query.where('created_at', '>=', since);
  const rows = await query.execute();
  return rows
    .map((row) => ({ ...row, part: partOf(user, rights, row) }))
    .filter(({ part }) => part !== 'stranger');
}
