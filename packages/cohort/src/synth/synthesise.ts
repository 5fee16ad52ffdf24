/**
 * Makes a synthetic database of the shape that TPP has. All rows are made by DuckDB in set-based statements from hashes of
 * the seed, slice by slice, and stream to the disk; memory is bounded and spills into a folder beside the target.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { interruptOn } from '../engine/interrupt.ts';
import { type TableName, tableNames } from '../tpp-schema/schema.ts';
import { canaryPatientIds } from './canaries.ts';
import { drawsOf } from './draws.ts';
import { synthFaults } from './faults.ts';
import { createPeople, eventShares, ONE_HAS_RANGE } from './people.ts';
import { createHouseholds } from './place-rows.ts';
import { slotsOf } from './primary-care-rows.ts';
import type { Population, RowSource } from './row-source.ts';
import { rowSources } from './row-sources.ts';
import type { StudyCodes } from './study-codes.ts';
import { openTarget, type Target, targetKind } from './target.ts';
import { vocabularyNames, vocabularyOf } from './vocabulary.ts';

export interface SynthesisRequest {
  readonly patients: number;
  /** Rows of CodedEvent_SNOMED (half), CodedEvent (a fifth) and MedicationIssue together, exactly. */
  readonly events: number;
  readonly seed: number;
  /** A path ending in .duckdb or .db: one file. Every other: a folder with one folder of Parquet files a table. */
  readonly output: string;
  /** Codes that are recorded more often. */
  readonly codes: StudyCodes;
  /** Memory that DuckDB may use, in bytes; at least about 500 MB. */
  readonly memoryBytes: number;
  readonly threads: number;
}

/** How far it is. `rows` are those of the table so far, `expected` about how many they will be. */
export interface SynthesisProgress {
  readonly table: TableName;
  readonly rows: number;
  readonly expected: number;
  readonly finished: boolean;
}

export interface SynthesisContext {
  readonly onProgress?: (progress: SynthesisProgress) => void;
  readonly signal?: AbortSignal;
  /** How many rows a slice has at most, about; it changes the work and not the data. */
  readonly sliceRows?: number;
}

export interface SynthesisResult {
  readonly output: string;
  /** Rows of each table. */
  readonly rows: Readonly<Record<TableName, number>>;
}

/** Rows that a slice has at most, about. */
const SLICE_ROWS = 5_000_000;

/** Events that a patient can have on average; the numbers of rows of one patient have to fit. */
const MOST_EVENTS = 50_000;

/** Most patients: their identifiers stay below those of the canary patients. */
const MOST_PATIENTS = 600_000_000;

/**
 * Makes the database. It is at its path whole or not at all.
 *
 * @throws FaultError synth-output-exists, synth-folder-missing, synth-too-many-patients, synth-too-many-events, synth-disk-full,
 *   synth-memory-short, synth-stopped.
 */
export async function synthesise(
  request: SynthesisRequest,
  context: SynthesisContext = {},
): Promise<SynthesisResult> {
  const output = resolve(request.output);
  const most = request.patients * MOST_EVENTS;
  if (request.patients > MOST_PATIENTS) {
    throw synthFaults.error('synth-too-many-patients', { most: MOST_PATIENTS });
  }
  if (request.events > most) {
    throw synthFaults.error('synth-too-many-events', { events: request.events, most });
  }
  await refuseExisting(output);
  const work = await workFolder(output);
  let table: TableName = 'Patient';
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.floor(request.memoryBytes / 2 ** 20)}MiB`,
      threads: String(request.threads),
      temp_directory: join(work, 'spill'),
      preserve_insertion_order: 'true',
      // The rows of a slice come in the order of its people only if joins keep the sides that they are written with.
      disabled_optimizers: 'join_order,build_side_probe_side',
    });
    const connection = await instance.connect();
    try {
      using _interruption = interruptOn(context.signal, connection);
      const population = await prepare(connection, request);
      const target = await openTarget(targetKind(output), work, connection);
      const rows: Partial<Record<TableName, number>> = {};
      for (table of tableNames) {
        rows[table] = await fill(table, population, request, target, context);
      }
      await target.finish(output);
      return { output, rows: rows as Record<TableName, number> };
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  } catch (error) {
    throw context.signal?.aborted
      ? synthFaults.error('synth-stopped', {})
      : explained(error, dirname(output), table);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function refuseExisting(output: string): Promise<void> {
  const found = await stat(output).catch(() => null);
  if (found !== null) throw synthFaults.error('synth-output-exists', { path: output });
}

/** A folder beside the output, so that what is whole only has to be renamed. */
async function workFolder(output: string): Promise<string> {
  const folder = dirname(output);
  try {
    return await mkdtemp(join(folder, `.${basename(output)}-`));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw synthFaults.error('synth-folder-missing', { folder, reason });
  }
}

/** Makes the tables that the rows are drawn from: people, households, vocabularies, products. */
async function prepare(
  connection: DuckDBConnection,
  { patients, events, seed, codes }: SynthesisRequest,
): Promise<Population> {
  const population: Population = {
    draws: drawsOf(seed),
    patients,
    practices: Math.max(4, Math.round(patients / 9000)),
    areas: Math.min(6800, Math.max(20, Math.round(patients / 8000))),
    canaries: Math.min(canaryPatientIds.length, Math.max(1, Math.floor(patients / 10))),
  };
  await connection.run(createPeople(population, events));
  await connection.run(createHouseholds(population));
  for (const name of vocabularyNames) {
    const drawn = `entries_${name}`;
    await connection.run(
      `CREATE TEMP TABLE ${drawn} (number INTEGER, code VARCHAR, first_slot INTEGER, slots INTEGER, mean DOUBLE, deviation DOUBLE)`,
    );
    const appender = await connection.createAppender(drawn, null, 'temp');
    for (const [number, entry] of vocabularyOf(name, codes).entries()) {
      appender.appendInteger(number);
      appender.appendVarchar(entry.code);
      appender.appendInteger(entry.from);
      appender.appendInteger(entry.slots);
      if (entry.mean === null) appender.appendNull();
      else appender.appendDouble(entry.mean);
      if (entry.deviation === null) appender.appendNull();
      else appender.appendDouble(entry.deviation);
      appender.endRow();
    }
    appender.closeSync();
  }
  await connection.run(createProducts());
  for (const name of vocabularyNames) {
    // Prescriptions name a product: either of the two that have the dm+d id.
    const product = name === 'drug' ? ', product_of(number * 2 + slot % 2) AS product' : '';
    await connection.run(`CREATE TEMP TABLE ${slotsOf(name)} AS
      SELECT * EXCLUDE (number)${product} FROM (
        SELECT number, first_slot + unnest(range(slots)) AS slot, code, mean, deviation FROM entries_${name})`);
  }
  return population;
}

/** Products with their texts of identity, two for each dm+d id. */
function createProducts(): string {
  return `CREATE TEMP MACRO product_of(number) AS (number + 100) || ';' || (number * 7 % 97) || ';' || (number % 13);
    CREATE TEMP TABLE products AS SELECT CAST(number * 2 + half AS INTEGER) AS number, code, product_of(number * 2 + half) AS product
      FROM (SELECT number, code, unnest(range(2)) AS half FROM entries_drug) ORDER BY 1`;
}

/** Writes one table, slice by slice. */
async function fill(
  table: TableName,
  population: Population,
  { events }: SynthesisRequest,
  target: Target,
  { onProgress, signal, sliceRows = SLICE_ROWS }: SynthesisContext,
): Promise<number> {
  const source = rowSources[table];
  const { patients } = population;
  const each = rowsOfPatient(source, events / patients);
  const expected = each === null ? 0 : Math.round(each * patients);
  const perSlice =
    each === null ? patients : Math.max(1, Math.floor(sliceRows / (each * (source.madeOf ?? 1))));
  let rows = 0;
  for (let from = 1; from <= patients; from += perSlice) {
    signal?.throwIfAborted();
    const people = `(SELECT * FROM person WHERE p BETWEEN ${from} AND ${Math.min(patients, from + perSlice - 1)})`;
    rows += await target.write(table, source.select(population, people));
    onProgress?.({ table, rows, expected, finished: from + perSlice > patients });
  }
  return rows;
}

/** Rows in each table of coded rows, of all events. */
const rowShares = {
  ...eventShares,
  range: (eventShares.snomed + eventShares.ctv3) / ONE_HAS_RANGE,
} as const;

function rowsOfPatient({ perPatient }: RowSource, events: number): number | null {
  return typeof perPatient === 'string'
    ? Math.max(0.01, events * rowShares[perPatient])
    : perPatient;
}

/** What an error of DuckDB or of the file system means here; it stays what it is where that is not known. */
function explained(error: unknown, folder: string, table: TableName): unknown {
  const said = error instanceof Error ? error.message : String(error);
  if (
    /No space left on device|File too large|disk quota exceeded|ENOSPC|EDQUOT|EFBIG|max_temp_directory_size/i.test(
      said,
    )
  ) {
    return synthFaults.error('synth-disk-full', { folder, table });
  }
  return /Out of Memory Error/i.test(said)
    ? synthFaults.error('synth-memory-short', { table })
    : error;
}
