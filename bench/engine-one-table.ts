/**
 * Fifteen variables of one event table at one date: one reading for all, against a query for each. Their codes are neither the
 * most frequent ones, of which a study asks little, nor rare.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf } from '../packages/cohort/src/calendar.ts';
import { duckdb } from '../packages/cohort/src/dialect/duckdb.ts';
import { runPlan } from '../packages/cohort/src/engine/run-plan.ts';
import { attachSource, openEngine } from '../packages/cohort/src/engine/source.ts';
import {
  aggregate,
  ascending,
  column,
  constant,
  descending,
  filter,
  first,
  indexDate,
  inSet,
  operation,
  table,
  textSet,
} from '../packages/cohort/src/model/build.ts';
import type { CohortModel, PatientValue } from '../packages/cohort/src/model/model.ts';
import { compile } from '../packages/cohort/src/plan/compile.ts';
import { planCohort } from '../packages/cohort/src/plan/plan-cohort.ts';
import { duckDbSession } from '../packages/cohort/src/session/duckdb-session.ts';
import { tppSchema } from '../packages/cohort/src/tpp-schema/schema.ts';
import { database, folder, patients } from './engine/ground.ts';
import { extractAsOriginal } from './engine/original-shape.ts';
import type { Measurement } from './measure.ts';

const settings = { memoryMiB: 6 * 1024, temporaryFolder: join(folder, 'spill') };
const source = await database();
using engine = await openEngine(settings);
const { connection } = engine;
await attachSource(connection, source);

const frequent = await connection.runAndReadAll(
  'SELECT ConceptID FROM source.CodedEvent_SNOMED GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 450 OFFSET 50',
);
const codes = frequent.getRowsJson().map(([code]) => String(code));
const day = operation('day-of', column('ConsultationDate', 'datetime'));
const shapes: readonly ((years: number, own: readonly string[]) => PatientValue)[] = [
  (years, own) => aggregate('exists', events(years, own)),
  (years, own) => aggregate('count', events(years, own)),
  (years, own) => first(events(years, own), latest, column('NumericValue', 'float')),
  (years, own) => aggregate('maximum', events(years, own), day),
  (years, own) => aggregate('mean', events(years, own), column('NumericValue', 'float')),
];
const latest = [
  descending(column('ConsultationDate', 'datetime')),
  ascending(column('CodedEvent_ID', 'int')),
];

function events(years: number, own: readonly string[]): ReturnType<typeof filter> {
  const start = operation('add-years', indexDate, constant('int', -years));
  return filter(
    table('CodedEvent_SNOMED'),
    operation(
      'and',
      inSet(column('ConceptID', 'str'), textSet(own), 'exact'),
      operation('greater-or-equal', day, start),
      operation('less-or-equal', day, indexDate),
    ),
  );
}

const model: CohortModel = {
  patients: table('Patient'),
  population: [],
  columns: Array.from({ length: 15 }, (_, index) => {
    const own = codes.filter((_, at) => at % 15 === index || at % 7 === index % 7);
    const shape = shapes[index % shapes.length];
    if (shape === undefined) throw new RangeError(`No shape ${index}`);
    const value = shape(1 + (index % 4), own);
    const type = value.kind === 'aggregate' || value.kind === 'first' ? value.type : 'str';
    return {
      name: `v${index}`,
      type: type === 'datetime' ? 'date' : type,
      dateLength: null,
      value,
    };
  }),
};
const date = dayOf('2021-04-01');

const beforeOurs = performance.now();
const plan = compile(planCohort(model, [date], tppSchema), duckdb);
for await (const { query } of runPlan(duckDbSession(connection), plan, {})) {
  await connection.run(`CREATE TEMP TABLE result AS ${query}`);
}
const ours = performance.now() - beforeOurs;
using other = await openEngine(settings);
await attachSource(other.connection, source);
const beforeTheirs = performance.now();
await extractAsOriginal(other.connection, model, date, null);
const theirs = performance.now() - beforeTheirs;
const measurements: readonly Measurement[] = [
  {
    name: `15 variables of one event table at one date: ${patients} patients`,
    median_ms: Math.round(ours),
    runs: 1,
    peak_mib: Math.round(process.resourceUsage().maxRSS / 1024),
    against: { name: 'a query for each variable', median_ms: Math.round(theirs) },
    ratio: theirs / ours,
  },
];
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(measurements));
