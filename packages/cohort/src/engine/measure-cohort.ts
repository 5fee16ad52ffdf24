/**
 * Measures straight from a database: rows are added up where they lie, and no file of patients is ever written. Every value
 * is the same to the digit as from the files that `generate_cohort` would have made.
 */
import { createHash } from 'node:crypto';
import type { Measure } from '../cohortextractor/study.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { dialects } from '../dialect/dialects.ts';
import { decodeCsv } from '../formats/csv-decode.ts';
import type { RawTable } from '../formats/raw-table.ts';
import { READ_LIMIT } from '../formats/read-table.ts';
import { calculateMeasure, type MeasureTable } from '../measures/calculate-measure.ts';
import { columnsOf, type MeasureData, measureData, POPULATION } from '../measures/measure-data.ts';
import type { CohortModel, ModelColumn } from '../model/model.ts';
import { type CompiledPlan, compile } from '../plan/compile.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import type { AttritionStep } from '../records/extract-record.ts';
import type { Session } from '../session/session.ts';
import { attritionOf, type CohortExtraction } from './extract-cohort.ts';
import { onSource } from './on-source.ts';
import { planHash, runPlan } from './run-plan.ts';
import { csvLines } from './write-rows.ts';

/** One measure at one date, with what is known of the patients that it adds up. */
export interface MeasuredDate {
  readonly measure: Measure;
  /** Day number. */
  readonly date: number | null;
  readonly table: MeasureTable;
  /** Of each column that the measure reads. */
  readonly missing: readonly { readonly column: string; readonly rows: number }[];
  /** Everybody in the database first. */
  readonly attrition: readonly AttritionStep[];
  /** The same for the same definition, dates, measure and engine. */
  readonly planHash: string;
}

export interface MeasureSink {
  /** Asked of each measure and date before anything is worked out: those that are done already are passed over. */
  isDone?(measure: Measure, date: number | null, planHash: string): Promise<boolean>;
  /** Dates come in their order, and at each date the measures in theirs. */
  measured(one: MeasuredDate): Promise<void>;
  readonly log: (line: string) => void;
}

/**
 * Works the measures out at each date.
 * @throws FaultError database-…, measure-…; the signal's reason when stopped; the database's own error
 */
export async function measureCohort(
  extraction: CohortExtraction,
  measures: readonly Measure[],
  sink: MeasureSink,
): Promise<void> {
  const { schema, files, signal } = extraction;
  const model = modelFor(extraction.model, measures);
  const { numbers: numbersOfAll } = columnsOf(measures);
  /** Dates that are done: where a server broke off, they are passed over. */
  const finished = new Map(measures.map((one) => [one, new Set<number | null>()]));
  await onSource({ ...extraction, model }, async (session) => {
    const { dialect } = session;
    const planFor = (dates: readonly (number | null)[], how: Dialect): CompiledPlan =>
      compile(planCohort(model, dates, schema), how);
    // By the dialect alone, without the names that a session gives its tables.
    const hash = planHash(planFor(extraction.dates, dialects[dialect.name]));
    const hashes = new Map(measures.map((one) => [one, measureHash(hash, one, numbersOfAll)]));
    const hashOf = (measure: Measure): string => hashes.get(measure) ?? '';
    const wanted = new Map<number | null, readonly Measure[]>();
    for (const date of extraction.dates) {
      const left: Measure[] = [];
      for (const measure of measures) {
        const isDone =
          finished.get(measure)?.has(date) === true ||
          (await sink.isDone?.(measure, date, hashOf(measure))) === true;
        if (isDone) finished.get(measure)?.add(date);
        else left.push(measure);
      }
      if (left.length > 0) wanted.set(date, left);
    }
    if (wanted.size === 0) return;
    const plan = planFor([...wanted.keys()], dialect);
    for await (const rows of runPlan(session, plan, files)) {
      const { date, remaining, missing } = rows;
      let whole: Promise<MeasureData> | null = null;
      const ofEveryPatient = (): Promise<MeasureData> => {
        whole ??= tableOf(session, model, rows.query).then((table) =>
          measureData(table, measures, true, ROWS),
        );
        return whole;
      };
      for (const measure of wanted.get(date) ?? []) {
        signal?.throwIfAborted();
        const columns = groupedColumns(model, measure);
        const data = await (columns === null
          ? ofEveryPatient()
          : addedUp(session, columns, rows.unsorted, measure, numbersOfAll));
        const { numbers, groups } = columnsOf([measure]);
        const read = numbers.union(groups);
        await sink.measured({
          measure,
          date,
          table: calculateMeasure(measure, data, sink.log),
          missing: model.columns.flatMap(({ name }, index) =>
            read.has(name) ? [{ column: name, rows: missing[index] ?? 0 }] : [],
          ),
          attrition: attritionOf(model, remaining),
          planHash: hashOf(measure),
        });
        finished.get(measure)?.add(date);
      }
    }
  });
}

/** SHA-256 of all that a measure asks, and of what is done with the answer. */
function measureHash(
  plan: string,
  { place: _, ...measure }: Measure,
  numbersOfAll: ReadonlySet<string>,
): string {
  return createHash('sha256')
    .update(JSON.stringify({ plan, measure, numbers: [...numbersOfAll] }))
    .digest('hex');
}

/** Only the columns that measures read are worked out. */
function modelFor(model: CohortModel, measures: readonly Measure[]): CohortModel {
  const { numbers, groups } = columnsOf(measures);
  const used = numbers.union(groups);
  return { ...model, columns: model.columns.filter(({ name }) => used.has(name)) };
}

/**
 * The columns of a measure as sums and keys of groups, where the database can add up for it. Null where a row for each patient
 * is needed: the measure asks for them, or adds up fractions, whose sum hangs on the order.
 */
function groupedColumns({ columns }: CohortModel, measure: Measure): readonly ModelColumn[] | null {
  const { numbers, groups } = columnsOf([measure]);
  const isExact = columns.every(({ name, type }) => !numbers.has(name) || type !== 'float');
  if (measure.groupBy === null || !isExact) return null;
  return columns.filter(({ name }) => numbers.has(name) || groups.has(name));
}

/** What a measure needs at one date: a row for each group, with how many patients it has and its sums. */
async function addedUp(
  session: Session,
  columns: readonly ModelColumn[],
  query: string,
  measure: Measure,
  numbersOfAll: ReadonlySet<string>,
): Promise<MeasureData> {
  const { dialect } = session;
  const name = dialect.identifier;
  const { numbers, groups } = columnsOf([measure]);
  const of = (column: ModelColumn): string => `q.${name(column.name)}`;
  const sums = columns.filter((column) => numbers.has(column.name));
  const keys = columns.filter((column) => !numbers.has(column.name));
  const items = [
    `${dialect.aggregate('count', 'int', null, null)} AS ${name(PATIENTS)}`,
    ...sums.map((column) => {
      const number =
        column.type === 'bool' ? dialect.operation('bool-to-int', 'int', [of(column)]) : of(column);
      return `${dialect.aggregate('sum', 'int', number, null)} AS ${name(column.name)}`;
    }),
    ...keys.map((column) => `${of(column)} AS ${name(column.name)}`),
  ];
  const by = keys.flatMap((column) =>
    // A database may compare texts without the blanks at their ends.
    column.type === 'str'
      ? [of(column), dialect.operation('concat', 'str', [of(column), dialect.literal('.', 'str')])]
      : [of(column)],
  );
  const grouped = [
    `SELECT ${items.join(', ')} FROM (${query}) q`,
    // Of nobody at all there is no group, not one of none.
    by.length > 0
      ? `GROUP BY ${by.join(', ')}`
      : `HAVING ${dialect.aggregate('count', 'int', null, null)} > 0`,
  ].join('\n');
  const summed = sums.map((column): ModelColumn => ({ ...column, type: 'int' }));
  const table = await tableOf(session, { columns: [...summed, ...keys] }, grouped);
  const typed = [PATIENTS, ...numbersOfAll.intersection(groups)].map(summing);
  const data = measureData(table, [measure, ...typed], true, ROWS);
  const counts = data.numbers.get(PATIENTS);
  if (counts === undefined) throw new Error('The groups of a measure were not counted.');
  const everybody = { ...counts, name: POPULATION, kind: 'int' } as const;
  return { ...data, numbers: new Map([...data.numbers, [POPULATION, everybody]]) };
}

/** The rows of a query as a reader of the extract's CSV file would find them. */
async function tableOf(
  session: Session,
  model: Pick<CohortModel, 'columns'>,
  query: string,
): Promise<RawTable> {
  const pieces: Uint8Array[] = [];
  for await (const piece of csvLines(session, model, query, () => {})) pieces.push(piece);
  return decodeCsv(Buffer.concat(pieces), { file: ROWS, limit: READ_LIMIT });
}

/** The first column of rows; of groups, how many patients they have. */
const PATIENTS = 'patient_id';

/** What messages call rows that never were a file. */
const ROWS = 'the rows of the database';

/** A measure that says of a column that it is a number. What any measure adds up is one for all, also where it makes groups. */
function summing(numerator: string): Measure {
  return {
    id: numerator,
    numerator,
    denominator: POPULATION,
    groupBy: null,
    smallNumberSuppression: false,
    place: {},
  };
}
