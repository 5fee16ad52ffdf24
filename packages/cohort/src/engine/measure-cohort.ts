/**
 * Measures straight from a database: rows are added up where they lie, and no file of patients is ever written. Every value
 * is the same to the digit as from the files that `generate_cohort` would have made.
 */
import { createHash } from 'node:crypto';
import type { Measure } from '../cohortextractor/study.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { dialects } from '../dialect/dialects.ts';
import { duckdb } from '../dialect/duckdb.ts';
import { decodeCsv } from '../formats/csv-decode.ts';
import type { RawColumn, RawTable } from '../formats/raw-table.ts';
import { READ_LIMIT } from '../formats/read-table.ts';
import { calculateMeasure, type MeasureTable } from '../measures/calculate-measure.ts';
import { columnsOf, type MeasureData, measureData, POPULATION } from '../measures/measure-data.ts';
import type { CohortModel, ModelColumn } from '../model/model.ts';
import { type CompiledPlan, compile } from '../plan/compile.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import type { AttritionStep } from '../records/extract-record.ts';
import { readRows, type Session } from '../session/session.ts';
import { csvCells } from './csv-cells.ts';
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
    for await (const { date, query, remaining, missing } of runPlan(session, plan, files)) {
      // Databases other than the embedded one hand the rows over, and they are added up here.
      const whole =
        session.files === null ? await wholeRows(session, model, query, measures) : null;
      for (const measure of wanted.get(date) ?? []) {
        signal?.throwIfAborted();
        const data = whole ?? (await measureRows(session, model, query, measure, numbersOfAll));
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
 * What a measure needs at one date: a row for each group, with its sums, as if it had been read from a CSV file. A row for
 * each patient where the measure asks for that, or adds up fractions, whose sum hangs on the order.
 */
async function measureRows(
  session: Session,
  model: CohortModel,
  query: string,
  measure: Measure,
  numbersOfAll: ReadonlySet<string>,
): Promise<MeasureData> {
  const { numbers, groups } = columnsOf([measure]);
  const isExact = model.columns.every(({ name, type }) => !numbers.has(name) || type !== 'float');
  const isGrouped = measure.groupBy !== null && isExact;
  const columns = model.columns.filter(({ name }) => numbers.has(name) || groups.has(name));
  const isSum = (column: ModelColumn): boolean => isGrouped && numbers.has(column.name);
  const items = columns.map((column) => (isSum(column) ? sumOf(column) : textOf(column)));
  const keys = columns.filter((column) => !isSum(column)).map(textOf);
  const by = isGrouped && keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : '';
  const count = isGrouped ? 'count(*)' : '1';
  // Of nobody at all there is no group, not one of none.
  const some = isGrouped ? ' HAVING count(*) > 0' : '';
  const rows = await readRows(
    session,
    `SELECT ${[...items, `CAST(${count} AS DOUBLE)`].map((item, index) => `${item} AS n${index}`).join(', ')} FROM (${query})${by}${some}`,
    [...items.map(() => 'str' as const), 'float' as const].map((type, index) => ({
      name: `n${index}`,
      type,
    })),
  );
  const table: RawTable = {
    rows: rows.length,
    columns: columns.map(({ name }, index) =>
      textColumn(
        name,
        rows.map((row) => row[index]),
      ),
    ),
  };
  const data = measureData(table, [measure, ...typedAs(numbersOfAll, groups)], true, measure.id);
  const counts = Float64Array.from(rows, (row) => Number(row[columns.length]));
  const everybody = { name: POPULATION, kind: 'int', values: counts } as const;
  return { ...data, numbers: new Map([...data.numbers, [POPULATION, everybody]]) };
}

/** What measures need at one date: the rows as a reader of the extract's CSV file would find them. */
async function wholeRows(
  session: Session,
  model: CohortModel,
  query: string,
  measures: readonly Measure[],
): Promise<MeasureData> {
  const pieces: Uint8Array[] = [];
  for await (const piece of csvLines(session, model, query, () => {})) pieces.push(piece);
  const table = decodeCsv(Buffer.concat(pieces), { file: ROWS, limit: READ_LIMIT });
  return measureData(table, measures, true, ROWS);
}

/** What messages call rows that never were a file. */
const ROWS = 'the rows of the database';

/** A column that any measure adds up is a number for all, also where it only makes groups: measures that say so. */
function typedAs(numbers: ReadonlySet<string>, groups: ReadonlySet<string>): readonly Measure[] {
  return [...numbers.intersection(groups)].map((numerator) => ({
    id: numerator,
    numerator,
    denominator: POPULATION,
    groupBy: null,
    smallNumberSuppression: false,
    place: {},
  }));
}

/** Whole numbers and flags add up without loss; a number is read back as it was written. */
function sumOf({ name, type }: ModelColumn): string {
  const column = duckdb.identifier(name);
  return `CAST(sum(${type === 'bool' ? `CAST(${column} AS INTEGER)` : column}) AS VARCHAR)`;
}

/** The text that a reader of a CSV file finds in a cell. */
function textOf(column: ModelColumn): string {
  const value = duckdb.identifier(column.name);
  // The quotation marks of a cell are not part of its text.
  const cell = column.type === 'str' ? value : csvCells.cell(column, value);
  return `coalesce(CAST(${cell} AS VARCHAR), '')`;
}

function textColumn(name: string, cells: readonly unknown[]): RawColumn {
  const codes = new Map<string, number>();
  const values = Int32Array.from(cells, (cell) => {
    const text = String(cell);
    const code = codes.get(text) ?? codes.size;
    codes.set(text, code);
    return code;
  });
  return { name, kind: 'text', values, labels: [...codes.keys()], categorical: false };
}
