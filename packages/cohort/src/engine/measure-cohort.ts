/**
 * Measures straight from a database: rows are added up where they lie, and no file of patients is ever written. Every value
 * is the same to the digit as from the files that `generate_cohort` would have made.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Measure } from '../cohortextractor/study.ts';
import { duckdb } from '../dialect/duckdb.ts';
import type { RawColumn, RawTable } from '../formats/raw-table.ts';
import { calculateMeasure, type MeasureTable } from '../measures/calculate-measure.ts';
import { columnsOf, type MeasureData, measureData, POPULATION } from '../measures/measure-data.ts';
import type { CohortModel, ModelColumn } from '../model/model.ts';
import { compile } from '../plan/compile.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import { csvCells } from './csv-cells.ts';
import type { CohortExtraction } from './extract-cohort.ts';
import { onSource } from './on-source.ts';
import { runPlan } from './run-plan.ts';

export interface MeasureSink {
  /** One measure at one date. Dates come in their order, and at each date the measures in theirs. */
  measured(measure: Measure, date: number | null, table: MeasureTable): Promise<void>;
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
  await onSource({ ...extraction, model }, async (connection) => {
    const plan = compile(planCohort(model, extraction.dates, schema), duckdb);
    for await (const { date, query } of runPlan(connection, plan, files)) {
      for (const measure of measures) {
        signal?.throwIfAborted();
        const data = await measureRows(connection, model, query, measure, numbersOfAll);
        await sink.measured(measure, date, calculateMeasure(measure, data, sink.log));
      }
    }
  });
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
  connection: DuckDBConnection,
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
  const read = await connection.runAndReadAll(
    `SELECT ${[...items, `CAST(${count} AS DOUBLE)`].join(', ')} FROM (${query})${by}${some}`,
  );
  const rows = read.getRowsJS();
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
