/** What the database's process does: studies become models, models files. */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { isoOf } from '../calendar.ts';
import type { Measure, Study } from '../cohortextractor/study.ts';
import { readStudyFile } from '../commands/study-path.ts';
import { databaseBuild } from '../engine/database-build.ts';
import { databaseError } from '../engine/database-error.ts';
import { type CohortExtraction, extractCohort } from '../engine/extract-cohort.ts';
import { flushed } from '../engine/finish-file.ts';
import { buildLog, isBeingRebuilt } from '../engine/maintenance.ts';
import { measureCohort } from '../engine/measure-cohort.ts';
import { readStudyFiles } from '../engine/study-files.ts';
import { modelOfStudy, type StudyModel } from '../engine/study-model.ts';
import { writeAtomically } from '../formats/atomic-file.ts';
import { measureCsv } from '../measures/calculate-measure.ts';
import { combineDates } from '../measures/generate-measures.ts';
import type { KeptExtract } from '../records/extract-record.ts';
import { type DatabaseUse, withSession } from '../session/with-session.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import type { DatabaseAddress } from './database-address.ts';
import type {
  DatabaseAnswer,
  DatabaseOrder,
  MeasureFileOrder,
  MeasureOrder,
  ProcessLimits,
  StudyOrder,
} from './order.ts';

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
  const { order, tell, signal } = errand;
  try {
    if (order.kind === 'maintenance') {
      const log = await withSession(useOf(errand), buildLog);
      await tell({ kind: 'maintenance', beingRebuilt: isBeingRebuilt(log) });
      return;
    }
    // All definitions are checked before the first file is made.
    const works = order.studies.map((one) => ({ one, model: modelFor(one, errand, order) }));
    const build = await databaseBuild(useOf(errand));
    for (const { one, model } of works) {
      for (const { message } of model.warnings) {
        await tell({ kind: 'log', line: `Warning: ${message}` });
      }
      if (one.extracts.length > 0) await extract(one, model, build, order, errand);
      if (one.measures !== null)
        await measure(one.study, one.measures, model, build, order, errand);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw databaseError(error);
  }
}

/** What the engine is asked of a study, at the dates of its extracts or of its measures. */
function modelFor(
  { study, extracts, measures }: StudyOrder,
  { address }: Errand,
  { today }: StudiesOrder,
): StudyModel {
  return modelOfStudy(study, {
    indexDates: measures?.indexDates ?? extracts.map(({ indexDate }) => indexDate),
    today,
    includeTypeOneOptOuts: address.includesTypeOneOptOuts,
  });
}

/** What extraction and measures have in common. */
function extractionOf(
  study: Study,
  { model, dates }: StudyModel,
  { directory }: StudiesOrder,
  errand: Errand,
): CohortExtraction {
  const files = readStudyFiles(study, (path) =>
    readStudyFile(directory, path, 'The file of a column,'),
  );
  return { ...useOf(errand), model, dates, schema: tppSchema, files };
}

function useOf({ address, limits, signal, tell }: Errand): DatabaseUse {
  const log = (line: string): void => void tell({ kind: 'log', line });
  return { database: address.database, settings: limits, signal, log };
}

async function measure(
  study: Study,
  { indexDates, measures, files, folder }: MeasureOrder,
  model: StudyModel,
  build: string,
  order: StudiesOrder,
  errand: Errand,
): Promise<void> {
  const { tell } = errand;
  const of = ({ id }: Measure, date: number | null): MeasureFileOrder => {
    const indexDate = isoOf(date ?? 0);
    const file = files.find((one) => one.measure === id && one.indexDate === indexDate);
    if (file === undefined) throw new RangeError('a measure that nobody ordered');
    return file;
  };
  await measureCohort(extractionOf(study, model, order, errand), measures, {
    isDone: async (one, date, planHash) => {
      const { path, kept, stays } = of(one, date);
      if (stays) return true;
      if (kept === null || !(await stillFits(kept, planHash, build))) return false;
      await rename(kept.path, path);
      await tell({ kind: 'measure', path, record: kept.record });
      return true;
    },
    measured: async ({ measure: one, date, table, ...known }) => {
      const { path, indexDate } = of(one, date);
      await writeAtomically(path, measureCsv(table));
      const record = {
        ...known,
        ...(await flushed(path)),
        file: path,
        definition: study.module,
        measure: one.id,
        indexDate,
        rows: table.rows,
        databaseBuild: build,
      };
      await tell({ kind: 'measure', path, record });
    },
    log: (line) => void tell({ kind: 'log', line }),
  });
  for (const one of measures) {
    await tell({
      kind: 'measure',
      path: await combineDates(one, folder, indexDates),
      record: null,
    });
  }
}

async function extract(
  { study, extracts }: StudyOrder,
  model: StudyModel,
  build: string,
  order: StudiesOrder,
  errand: Errand,
): Promise<void> {
  const { tell } = errand;
  const { dates } = model;
  const { format } = order;
  // Dates of an order are all different; a study without a date has one extract.
  const byDate = new Map(extracts.map((one, index) => [dates[index] ?? null, one]));
  const of = (date: number | null): StudyOrder['extracts'][number] => {
    const one = byDate.get(date);
    if (one === undefined) throw new RangeError('an extract that nobody ordered');
    return one;
  };
  await extractCohort(extractionOf(study, model, order, errand), {
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
        record: {
          ...known,
          file: path,
          definition,
          measure: null,
          indexDate,
          databaseBuild: build,
        },
      });
    },
  });
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
