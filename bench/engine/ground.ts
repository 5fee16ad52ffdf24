/** What the benchmarks of the cohort engine stand on: a synthetic database, and the example's study as a model. */
import { mkdtempSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { dayOf, isoOf } from '../../packages/cohort/src/calendar.ts';
import { lowerStudy } from '../../packages/cohort/src/cohortextractor/lower-study.ts';
import { modelOfStudy } from '../../packages/cohort/src/engine/study-model.ts';
import { codesOfStudy, synthesise } from '../../packages/cohort/src/index.ts';
import type { CohortModel } from '../../packages/cohort/src/model/model.ts';
import { recordStudies } from '../../packages/cohort/src/record/record-studies.ts';
import { runRecorderUnconfined } from '../../packages/cohort/src/record/testing.ts';

/** A study as broad as the first public one; VITRINE_BENCH_STUDY names another, VITRINE_BENCH_DEFINITION its module. */
const study = process.env['VITRINE_BENCH_STUDY'] ?? join(import.meta.dirname, 'weekly-study');
const definition = process.env['VITRINE_BENCH_DEFINITION'] ?? 'study_definition';

/** A folder for databases and files; whoever runs a benchmark removes it. */
export const folder: string = mkdtempSync(join(tmpdir(), 'vitrine-bench-engine-'));

/** Patients of the synthetic database. */
export const patients: number = Number(process.env['VITRINE_BENCH_PATIENTS'] ?? 20_000);

/** The database that VITRINE_BENCH_DATABASE names, or a new one with 100 events a patient. */
export async function database(): Promise<string> {
  const given = process.env['VITRINE_BENCH_DATABASE'];
  if (given !== undefined) return given;
  const output = join(folder, 'records.duckdb');
  await synthesise(
    {
      patients,
      events: 100 * patients,
      seed: 1,
      output,
      codes: await codesOfStudy(study),
      memoryBytes: 2 ** 31,
      threads: cpus().length,
    },
    { signal: new AbortController().signal, onProgress: () => {} },
  );
  return output;
}

/** The cohort at so many weekly dates from April 2019. */
export async function weeklyCohort(
  weeks: number,
): Promise<{ model: CohortModel; dates: readonly (number | null)[] }> {
  const document = await recordStudies({
    studyDir: study,
    modules: [definition],
    params: {},
    run: runRecorderUnconfined,
  });
  const [module] = document.modules;
  if (module === undefined) throw new Error('The study was not recorded.');
  const first = dayOf('2019-04-01') ?? 0;
  return modelOfStudy(lowerStudy(module), {
    indexDates: Array.from({ length: weeks }, (_, week) => isoOf(first + 7 * week)),
    today: '2022-06-01',
    includeTypeOneOptOuts: false,
  });
}
