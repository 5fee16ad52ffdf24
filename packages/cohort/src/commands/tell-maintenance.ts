import { runDatabaseOrder } from '../database-process/run-database-order.ts';
import type { CohortContext } from './context.ts';
import type { Maintenance } from './invocation.ts';

/** `maintenance`: prints `db-maintenance` while the database is being rebuilt, and nothing otherwise (cohort-extractor §5.1). */
export async function tellMaintenance(
  { address }: Maintenance,
  context: CohortContext,
): Promise<void> {
  await runDatabaseOrder({
    address,
    order: { kind: 'maintenance' },
    environment: context.environment,
    signal: context.signal,
    news: (news) => {
      if (news.kind === 'maintenance' && news.beingRebuilt) context.print('db-maintenance');
    },
  });
}
