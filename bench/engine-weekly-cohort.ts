/**
 * The example's blood pressure cohort at 163 weekly dates from a database, against the shape of the original's queries (one
 * for each variable and week; a few weeks are run and multiplied) and against the time that DuckDB needs to write the same
 * rows, when they lie ready, to the same files.
 *
 *   VITRINE_BENCH_PATIENTS=1000000 VITRINE_BENCH_DATABASE=/path/of.duckdb npm run bench engine-weekly-cohort
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { extractCohort } from '../packages/cohort/src/engine/extract-cohort.ts';
import { attachSource, openEngine } from '../packages/cohort/src/engine/source.ts';
import type { CohortModel } from '../packages/cohort/src/model/model.ts';
import { tppSchema } from '../packages/cohort/src/tpp-schema/schema.ts';
import { database, folder, patients, weeklyCohort } from './engine/ground.ts';
import { extractAsOriginal } from './engine/original-shape.ts';
import type { Measurement } from './measure.ts';

const WEEKS = Number(process.env['VITRINE_BENCH_WEEKS'] ?? 163);
/** Weeks of the original's shape, and files of the plain writing, that are run for all of them. */
const SAMPLE = 3;
const WRITTEN = 20;
const settings = { memoryMiB: 6 * 1024, temporaryFolder: join(folder, 'spill') };

const source = await database();
const out = join(folder, 'out');
mkdirSync(out);
const pathOf = (date: number | null): string => join(out, `input_${date}.csv`);

interface Ours {
  readonly total: number;
  /** Until the first file is in its place. */
  readonly first: number;
}

async function ours(model: CohortModel, dates: readonly (number | null)[]): Promise<Ours> {
  const started = performance.now();
  let first = 0;
  await extractCohort(
    {
      model,
      dates,
      schema: tppSchema,
      database: { engine: 'duckdb', path: source },
      files: {},
      settings,
    },
    {
      target: (date) => ({ path: pathOf(date), format: 'csv' }),
      written: () => {
        if (first === 0) first = performance.now() - started;
      },
    },
  );
  return { total: performance.now() - started, first };
}

async function original(model: CohortModel, dates: readonly (number | null)[]): Promise<number> {
  using engine = await openEngine(settings);
  await attachSource(engine.connection, source);
  const started = performance.now();
  for (const date of spread(dates, SAMPLE)) {
    await extractAsOriginal(engine.connection, model, date, join(folder, 'original.csv'));
  }
  return ((performance.now() - started) / Math.min(SAMPLE, dates.length)) * dates.length;
}

async function writingAlone(dates: readonly (number | null)[]): Promise<number> {
  using engine = await openEngine(settings);
  let spent = 0;
  for (const date of spread(dates, WRITTEN)) {
    await engine.connection.run(
      `CREATE OR REPLACE TEMP TABLE ready AS SELECT * FROM read_csv('${pathOf(date)}', sample_size = -1)`,
    );
    const started = performance.now();
    await engine.connection.run(
      `COPY ready TO '${join(folder, 'ready.csv')}' (FORMAT csv, HEADER true, NEW_LINE '\\r\\n')`,
    );
    spent += performance.now() - started;
  }
  return (spent / Math.min(WRITTEN, dates.length)) * dates.length;
}

function spread<T>(all: readonly T[], count: number): readonly T[] {
  const step = all.length / Math.min(count, all.length);
  return Array.from(
    { length: Math.min(count, all.length) },
    (_, at) => all[Math.floor(at * step)] as T,
  );
}

const whole = await weeklyCohort(WEEKS);
const half = await weeklyCohort(Math.ceil(WEEKS / 2));
const halfTime = await ours(half.model, half.dates);
const wholeTime = await ours(whole.model, whole.dates);
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
const alone = await writingAlone(whole.dates);
const theirs = await original(whole.model, whole.dates);
const name = `weekly cohort from a database: ${patients} patients × ${WEEKS} weeks`;
const against = (what: string, milliseconds: number): Measurement => ({
  name,
  median_ms: Math.round(wholeTime.total),
  runs: 1,
  peak_mib: peak,
  against: { name: what, median_ms: Math.round(milliseconds) },
  ratio: milliseconds / wholeTime.total,
});
const measurements: Measurement[] = [
  against(`a query for each variable and week, ${SAMPLE} weeks run`, theirs),
  against(`writing the rows alone, ${WRITTEN} files run`, alone),
  {
    name: 'the same until the first file',
    median_ms: Math.round(wholeTime.first),
    runs: 1,
    against: { name: 'with half of the weeks', median_ms: Math.round(halfTime.first) },
    ratio: halfTime.first / wholeTime.first,
  },
];
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(measurements));
