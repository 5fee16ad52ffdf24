import { relative, sep } from 'node:path';
import type { Study } from '../cohortextractor/study.ts';
import type { AddressSource } from '../database-process/database-address.ts';
import { runDatabaseOrder } from '../database-process/run-database-order.ts';
import type { CohortContext } from './context.ts';

/**
 * `generate_measures` straight from a database: the files of measures and no others.
 * @param dates ISO, earliest first
 * @param folder host path
 * @throws FaultError database-…, measure-…
 */
export async function measureInDatabase(
  studies: readonly Study[],
  dates: readonly string[],
  folder: string,
  address: AddressSource,
  context: CohortContext,
): Promise<void> {
  const { directory, today } = context;
  let done = 0;
  const total = studies.reduce(
    (sum, { measures }) => sum + measures.length * (dates.length + 1),
    0,
  );
  await runDatabaseOrder({
    address,
    environment: context.environment,
    signal: context.signal,
    order: {
      kind: 'studies',
      format: 'csv',
      directory,
      today,
      studies: studies.map((study) => ({
        study,
        extracts: [],
        measures: { indexDates: dates, measures: study.measures, folder },
      })),
    },
    news: (news) => {
      if (news.kind === 'log') context.log(news.line);
      if (news.kind !== 'measure') return;
      done += 1;
      const file = relative(directory, news.path).split(sep).join('/');
      context.log(`Wrote ${file}`);
      context.progress?.({ file, done, total });
    },
  });
}
