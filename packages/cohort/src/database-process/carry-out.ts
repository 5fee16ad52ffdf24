/** What the database's process does: studies become models, models files. */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { Study } from '../cohortextractor/study.ts';
import { readStudyFile } from '../commands/study-path.ts';
import { databaseBuild } from '../engine/database-build.ts';
import { databaseError } from '../engine/database-error.ts';
import { extractCohort } from '../engine/extract-cohort.ts';
import { flushed } from '../engine/finish-file.ts';
import { isBeingRebuilt } from '../engine/maintenance.ts';
import { readStudyFiles } from '../engine/study-files.ts';
import { modelOfStudy, type StudyModel } from '../engine/study-model.ts';
import type { KeptExtract } from '../records/extract-record.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { DatabaseAnswer, DatabaseOrder, ProcessLimits, StudyOrder } from './order.ts';

export interface Errand {
  readonly order: DatabaseOrder;
  readonly limits: ProcessLimits;
  readonly address: DatabaseAddress;
  readonly tell: (answer: DatabaseAnswer) => Promise<void>;
  readonly signal: AbortSignal;
}

type StudiesOrder = Extract<DatabaseOrder, { kind: 'studies' }>;

/** @throws FaultError; the signal's reason when stopped */
export async function carryOut(errand: Errand): Promise<void> {
  const { order, address, tell, signal } = errand;
  try {
    if (order.kind === 'maintenance') {
      await tell({ kind: 'maintenance', beingRebuilt: await isBeingRebuilt(address.path) });
      return;
    }
    // All definitions are checked before the first file is made.
    const models = order.studies.map(({ study, extracts }) =>
      modelOfStudy(study, {
        indexDates: extracts.map(({ indexDate }) => indexDate),
        today: order.today,
        includeTypeOneOptOuts: address.includesTypeOneOptOuts,
      }),
    );
    const build = databaseBuild(address.path);
    for (const [index, { study, extracts }] of order.studies.entries()) {
      const model = models[index];
      if (model === undefined || extracts.length === 0) continue;
      await extract(study, extracts, model, build, order, errand);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw databaseError(error);
  }
}

async function extract(
  study: Study,
  extracts: StudyOrder['extracts'],
  { model, dates, warnings }: StudyModel,
  build: string,
  { format, directory }: StudiesOrder,
  { address, limits, tell, signal }: Errand,
): Promise<void> {
  for (const { message } of warnings) {
    await tell({ kind: 'log', line: `Warning: ${message}` });
  }
  // Dates of an order are all different; a study without a date has one extract.
  const byDate = new Map(extracts.map((one, index) => [dates[index] ?? null, one]));
  const of = (date: number | null): StudyOrder['extracts'][number] => {
    const one = byDate.get(date);
    if (one === undefined) throw new RangeError('an extract that nobody ordered');
    return one;
  };
  await extractCohort(
    {
      model,
      dates,
      schema: tppSchema,
      database: address.path,
      files: readStudyFiles(study, (path) =>
        readStudyFile(directory, path, 'The file of a column,'),
      ),
      settings: limits,
      signal,
    },
    {
      target: (date) => ({ path: of(date).path, format }),
      done: async (planHash) => {
        const done = new Set<number | null>();
        for (const [date, { path, kept }] of byDate) {
          if (kept === null || !(await stillFits(kept, planHash, build))) continue;
          await rename(kept.path, path);
          await tell({ kind: 'extract', path, record: kept.record });
          done.add(date);
        }
        return done;
      },
      written: async ({ date, path, ...known }) => {
        const { indexDate } = of(date);
        const definition = study.module;
        await tell({
          kind: 'extract',
          path,
          record: { ...known, file: path, definition, indexDate, databaseBuild: build },
        });
      },
    },
  );
}

/** Whether a file of an earlier attempt is what this one would make. */
async function stillFits(
  { path, record }: KeptExtract,
  planHash: string,
  build: string,
): Promise<boolean> {
  if (record.planHash !== planHash || record.databaseBuild !== build || !existsSync(path)) {
    return false;
  }
  return (await flushed(path)).sha256 === record.sha256;
}
