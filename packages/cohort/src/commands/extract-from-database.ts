/** `generate_cohort` from a database: one order for all definitions and dates, carried out in the database's own process. */
import { existsSync } from 'node:fs';
import type { AddressSource } from '../database-process/database-address.ts';
import { runDatabaseOrder } from '../database-process/run-database-order.ts';
import type { OutputFormatName } from '../formats/output-format.ts';
import type { CohortContext } from './context.ts';
import type { Extract } from './extract.ts';
import { studyPath } from './study-path.ts';

/**
 * Makes the files, in this order for each definition. Each is told, with its record, when it is whole; those made before a
 * fault or a stop stay, and are whole.
 * @throws FaultError database-…, extract-…, and those of the study against this database
 */
export async function extractFromDatabase(
  extracts: readonly Extract[],
  address: AddressSource,
  format: OutputFormatName,
  context: CohortContext,
): Promise<void> {
  const byPath = new Map(extracts.map((extract) => [extract.path.absolute, extract]));
  const byStudy = Map.groupBy(extracts, ({ study }) => study);
  const kept = new Map(context.keptExtracts?.map((one) => [one.record.file, one]));
  let done = 0;
  await runDatabaseOrder({
    address,
    environment: context.environment,
    signal: context.signal,
    order: {
      kind: 'studies',
      format,
      directory: context.directory,
      today: context.today,
      studies: [...byStudy].map(([study, ofStudy]) => ({
        study,
        extracts: ofStudy.map(({ indexDate, path }) => ({
          indexDate,
          path: path.absolute,
          kept: kept.get(path.relative) ?? null,
        })),
        measures: null,
      })),
    },
    news: (news) => {
      if (news.kind === 'log') context.log(news.line);
      if (news.kind !== 'extract') return;
      const file = byPath.get(news.path)?.path.relative ?? news.path;
      const { rows, bytes } = news.record;
      done += 1;
      context.log(`${file}: ${rows} ${rows === 1 ? 'row' : 'rows'}, ${bytes} bytes`);
      context.recordExtract?.({ ...news.record, file });
      context.progress?.({ file, done, total: extracts.length, rows });
    },
  });
}

/** Leaves out what `--skip-existing` leaves alone, and says so. */
export function withoutExisting(
  extracts: readonly Extract[],
  context: CohortContext,
): readonly Extract[] {
  return extracts.filter(({ path }) => {
    // Through a link that leads outwards a file could be seen that is none of the study's.
    studyPath(context.directory, path.absolute, '--output-dir');
    if (!existsSync(path.absolute)) return true;
    context.log(`${path.relative} exists already and is left alone`);
    return false;
  });
}
