import { existsSync } from 'node:fs';
import type { Measure, Study } from '../cohortextractor/study.ts';
import type { AddressSource } from '../database-process/database-address.ts';
import type { MeasureFileOrder } from '../database-process/order.ts';
import { runDatabaseOrder } from '../database-process/run-database-order.ts';
import { measurePath } from '../measures/generate-measures.ts';
import type { CohortContext } from './context.ts';
import { type StudyPath, studyPath } from './study-path.ts';

export interface DatabaseMeasures {
  readonly studies: readonly Study[];
  /** ISO, earliest first. */
  readonly dates: readonly string[];
  readonly folder: StudyPath;
  /** Keep the files of single dates that are there already. The combined files are made anew. */
  readonly skipExisting: boolean;
  readonly address: AddressSource;
}

/**
 * `generate_measures` straight from a database: the files of measures and no others. Each is told, with its record, when it
 * is whole; those made before a fault or a stop stay, and are whole.
 * @throws FaultError database-…, measure-…
 */
export async function measureInDatabase(
  { studies, dates, folder, skipExisting, address }: DatabaseMeasures,
  context: CohortContext,
): Promise<void> {
  const { directory, today } = context;
  const kept = new Map(context.keptExtracts?.map((one) => [one.record.file, one]));
  const relativeOf = (path: string): string => studyPath(directory, path, '--output-dir').relative;
  const fileOf = (measure: Measure, indexDate: string): MeasureFileOrder => {
    const path = measurePath(folder.absolute, measure, indexDate);
    // Through a link that leads outwards a file could be read that is none of the study's.
    const file = relativeOf(path);
    const stays = skipExisting && existsSync(path);
    if (stays) context.log(`Kept ${file}, which was there already`);
    return { measure: measure.id, indexDate, path, kept: kept.get(file) ?? null, stays };
  };
  const orders = studies.map((study) => ({
    study,
    files: study.measures.flatMap((one) => dates.map((date) => fileOf(one, date))),
  }));
  const files = orders.flatMap((one) => one.files);
  const combined = studies.reduce((sum, { measures }) => sum + measures.length, 0);
  const total = files.filter(({ stays }) => !stays).length + combined;
  let done = 0;
  await runDatabaseOrder({
    address,
    environment: context.environment,
    signal: context.signal,
    order: {
      kind: 'studies',
      format: 'csv',
      directory,
      today,
      studies: orders.map(({ study, files: ofStudy }) => ({
        study,
        extracts: [],
        measures: {
          indexDates: dates,
          measures: study.measures,
          files: ofStudy,
          folder: folder.absolute,
        },
      })),
    },
    news: (news) => {
      if (news.kind === 'log') context.log(news.line);
      if (news.kind !== 'measure') return;
      const file = relativeOf(news.path);
      done += 1;
      context.log(`Wrote ${file}`);
      if (news.record !== null) context.recordExtract?.({ ...news.record, file });
      context.progress?.({ file, done, total });
    },
  });
}
