/** The rows of a definition at each of its index dates, from a database into files: the front door of the engine. */
import { rm } from 'node:fs/promises';
import { databaseFaults } from '../database-process/faults.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { dialects } from '../dialect/dialects.ts';
import type { OutputFormatName } from '../formats/output-format.ts';
import { partOf } from '../formats/part-file.ts';
import type { CohortModel } from '../model/model.ts';
import { type CompiledPlan, compile } from '../plan/compile.ts';
import type { Schema } from '../plan/plan.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import type { AttritionStep } from '../records/extract-record.ts';
import type { Session } from '../session/session.ts';
import type { DatabaseUse } from '../session/with-session.ts';
import { FilesUnderWay } from './files-under-way.ts';
import { finishFile } from './finish-file.ts';
import { onSource } from './on-source.ts';
import { type DateRows, planHash, runPlan, type StudyFiles } from './run-plan.ts';
import { isCsv, writeRows } from './write-rows.ts';

export interface CohortExtraction extends DatabaseUse {
  readonly model: CohortModel;
  /** Day numbers; null where the study has no index date. */
  readonly dates: readonly (number | null)[];
  readonly schema: Schema;
  readonly files: StudyFiles;
}

/** Where the rows of a date go. */
export interface ExtractTarget {
  /** Its folder must exist. What stood there is replaced when the new file is whole. */
  readonly path: string;
  readonly format: OutputFormatName;
}

export interface WrittenExtract {
  readonly date: number | null;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  readonly missing: readonly { readonly column: string; readonly rows: number }[];
  /** Everybody in the database first. */
  readonly attrition: readonly AttritionStep[];
  /** The same for the same definition, dates and engine. */
  readonly planHash: string;
}

export interface ExtractSink {
  /** Asked more than once for a date. The formats of all dates are cells of text (csv), or none is. */
  target(date: number | null): ExtractTarget;
  /** Asked before the first file, when the plan is known: dates that are done already are passed over. */
  done?(planHash: string): Promise<ReadonlySet<number | null>>;
  /** A file is whole and in its place. Files come one after another, in the order of their dates. */
  written(extract: WrittenExtract): void | Promise<void>;
}

/**
 * Writes a file for each date. Files are whole or absent; those that were written stay when a later one fails.
 *
 * @throws FaultError database-…, extract-incomplete, file-not-written; the signal's reason when stopped; the database's own error
 */
export async function extractCohort(
  extraction: CohortExtraction,
  sink: ExtractSink,
): Promise<void> {
  const { model, schema, files, signal } = extraction;
  /** Dates whose files are in their places: where a server broke off, they are passed over. */
  const done = new Set<number | null>();
  const asked = new Set<string>();
  await onSource(extraction, async (session) => {
    const { dialect, files: writer } = session;
    for (const dates of ranges(extraction.dates)) {
      const asCells = dates.every((date) => isCsv(sink.target(date).format));
      const planFor = (some: readonly (number | null)[], how: Dialect): CompiledPlan =>
        compile(planCohort(model, some, schema), how, asCells ? (writer?.cells ?? null) : null);
      // By the dialect alone, without the names that a session gives its tables.
      const whole = planFor(dates, dialects[dialect.name]);
      const hash = planHash(whole);
      if (!asked.has(hash)) {
        asked.add(hash);
        for (const date of (await sink.done?.(hash)) ?? []) done.add(date);
      }
      const left = dates.filter((date) => !done.has(date));
      if (left.length === 0) continue;
      // What only dates that are done would need is not made again.
      const isWhole = left.length === dates.length && dialect === dialects[dialect.name];
      const plan = isWhole ? whole : planFor(left, dialect);
      const queue = new FilesUnderWay(asCells ? (writer?.atOnce ?? 1) : 1);
      try {
        for await (const rows of runPlan(session, plan, files, () => queue.written())) {
          signal?.throwIfAborted();
          const target = sink.target(rows.date);
          await queue.add({
            write: () => writePart(session, model, rows, target, signal),
            finish: async (part) => {
              await finish(part, target, rows, model, hash, sink);
              done.add(rows.date);
            },
          });
        }
      } finally {
        await queue.finished();
      }
    }
  });
}

/** Dates that one plan can serve: all of a range, sorted, each once; no date stands alone. */
function ranges(dates: readonly (number | null)[]): readonly (readonly (number | null)[])[] {
  const days = dates.filter((date) => date !== null).toSorted((a, b) => a - b);
  return [
    ...(dates.includes(null) ? [[null]] : []),
    ...(days.length > 0 ? [[...new Set(days)]] : []),
  ];
}

async function writePart(
  session: Session,
  model: CohortModel,
  rows: DateRows,
  target: ExtractTarget,
  signal: AbortSignal | undefined,
): Promise<string> {
  const part = partOf(target.path);
  try {
    const { query, remaining } = rows;
    const { format } = target;
    const found = await writeRows({ session, model, query, path: part, format, signal });
    const expected = remaining.at(-1) ?? 0;
    if (found !== expected) {
      throw databaseFaults.error('extract-incomplete', { file: target.path, expected, found });
    }
    return part;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function finish(
  part: string,
  target: ExtractTarget,
  { date, remaining, missing }: DateRows,
  model: CohortModel,
  hash: string,
  sink: ExtractSink,
): Promise<void> {
  const { bytes, sha256 } = await finishFile(part, target.path);
  await sink.written({
    date,
    path: target.path,
    rows: remaining.at(-1) ?? 0,
    bytes,
    sha256,
    missing: model.columns.map(({ name }, index) => ({ column: name, rows: missing[index] ?? 0 })),
    attrition: attritionOf(model, remaining),
    planHash: hash,
  });
}

/** @param remaining How many are left: everybody, then after each step of the population. */
export function attritionOf(
  { population }: CohortModel,
  remaining: readonly number[],
): readonly AttritionStep[] {
  const words = ['everybody in the database', ...population.map((step) => step.words)];
  return words.map((text, index) => ({ words: text, remaining: remaining[index] ?? 0 }));
}
