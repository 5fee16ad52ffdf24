/** Carries a compiled plan out, date by date. */
import { createHash } from 'node:crypto';
import type { Constant, ValueType } from '../model/model.ts';
import { type CompiledPlan, sortedRows } from '../plan/compile.ts';
import { type ReadColumn, readRow, type Session } from '../session/session.ts';

/** Rows of the study's files, by path. */
export type StudyFiles = Readonly<Record<string, readonly Readonly<Record<string, Constant>>[]>>;

/** The rows of one date, while they lie in the engine. */
export interface DateRows {
  /** Day number; null for a study without an index date. */
  readonly date: number | null;
  /** Query of the rows, sorted by `patient_id`. Only good until `settled` is asked for. */
  readonly query: string;
  /** The same in any order. */
  readonly unsorted: string;
  /** How many are left: everybody, then after each step of the population. */
  readonly remaining: readonly number[];
  /** Of each column of the model, how many rows have its empty value. */
  readonly missing: readonly number[];
}

/**
 * Loads what the plan needs, makes what is the same for all dates, and then the rows of one date after another.
 *
 * @param settled Waited for before tables go: whoever reads rows of earlier dates still has ended then.
 */
export async function* runPlan(
  session: Session,
  plan: CompiledPlan,
  files: StudyFiles,
  settled: () => Promise<void> = async () => {},
): AsyncGenerator<DateRows> {
  for (const { table, columns, rows } of plan.loads) {
    await session.load(table, columns, rows);
  }
  for (const { table, path, column, type } of plan.files) {
    const columns: { name: string; type: ValueType }[] = [{ name: 'Patient_ID', type: 'int' }];
    if (column !== null && type !== null) columns.push({ name: 'value', type });
    const rows = (files[path] ?? []).map((row) => [
      row['Patient_ID'] ?? null,
      ...(column === null ? [] : [row[column] ?? null]),
    ]);
    await session.load(table, columns, rows);
  }
  await runAll(session, plan.prepare);
  const { constantSteps, model } = plan;
  const first = await counts(session, plan.constantAttrition, 1 + constantSteps);
  const steps = model.population.length - constantSteps;
  for (const batch of plan.batches) {
    await runAll(session, batch.prepare);
    for (const date of batch.dates) {
      await runAll(session, date.prepare);
      const size = 1 + steps + model.columns.length;
      const [, ...counted] = await counts(session, date.counts, size);
      const remaining = [...first, ...counted.slice(0, steps)];
      yield {
        date: date.date,
        query: sortedRows(date),
        unsorted: date.rows,
        remaining,
        missing: counted.slice(steps),
      };
      if (date.release.length > 0) await settled();
      await runAll(session, date.release);
    }
    await settled();
    await runAll(session, batch.release);
  }
}

/** SHA-256 of all that a plan asks: the same for the same definition, dates and engine. */
export function planHash(plan: CompiledPlan): string {
  const { loads, files, prepare, constantAttrition, batches } = plan;
  return createHash('sha256')
    .update(JSON.stringify({ loads, files, prepare, constantAttrition, batches }))
    .digest('hex');
}

async function runAll(session: Session, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.run(statement);
}

/** The numbers `n0`, `n1` and so on that a query gives. */
async function counts(session: Session, query: string, size: number): Promise<readonly number[]> {
  const columns = Array.from(
    { length: size },
    (_, index): ReadColumn => ({ name: `n${index}`, type: 'int' }),
  );
  return (await readRow(session, query, columns)).map(Number);
}
