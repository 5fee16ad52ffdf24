/**
 * A measure at 60 dates, worked out in one plan without files of patients, against the shape of the original's queries for
 * each date (a few dates are run and multiplied; adding the rows up is left out of it).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Measure } from '../packages/cohort/src/cohortextractor/study.ts';
import { measureCohort } from '../packages/cohort/src/engine/measure-cohort.ts';
import { attachSource, openEngine } from '../packages/cohort/src/engine/source.ts';
import { tppSchema } from '../packages/cohort/src/tpp-schema/schema.ts';
import { database, folder, patients, weeklyCohort } from './engine/ground.ts';
import { extractAsOriginal } from './engine/original-shape.ts';
import type { Measurement } from './measure.ts';

const DATES = 60;
const SAMPLE = 3;
const settings = { memoryMiB: 6 * 1024, temporaryFolder: join(folder, 'spill') };
const source = await database();
const { model: whole, dates } = await weeklyCohort(DATES);
const numerator = 'recorded_413606001';
const measure: Measure = {
  id: 'recorded',
  numerator,
  denominator: 'population',
  groupBy: ['region'],
  smallNumberSuppression: false,
  place: {},
};
const model = {
  ...whole,
  columns: whole.columns.filter(({ name }) => [numerator, 'region'].includes(name)),
};

const beforeOurs = performance.now();
let tables = 0;
await measureCohort(
  {
    model,
    dates,
    schema: tppSchema,
    database: { engine: 'duckdb', path: source },
    files: {},
    settings,
  },
  [measure],
  {
    measured: async () => {
      tables++;
    },
    log: () => {},
  },
);
const ours = performance.now() - beforeOurs;
if (tables !== DATES) throw new Error(`${tables} tables were made of ${DATES}`);

using engine = await openEngine(settings);
await attachSource(engine.connection, source);
const beforeTheirs = performance.now();
for (const date of dates.slice(0, SAMPLE)) {
  await extractAsOriginal(engine.connection, model, date, null);
}
const theirs = ((performance.now() - beforeTheirs) / SAMPLE) * DATES;
const measurements: readonly Measurement[] = [
  {
    name: `a measure at ${DATES} dates: ${patients} patients`,
    median_ms: Math.round(ours),
    runs: 1,
    peak_mib: Math.round(process.resourceUsage().maxRSS / 1024),
    against: {
      name: `a query for each variable and date, ${SAMPLE} dates run`,
      median_ms: Math.round(theirs),
    },
    ratio: theirs / ours,
  },
];
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(measurements));
