/** A model's answers on any session, all of them in memory: what tests compare with other ways to work a model out. */
import type { CohortModel } from '../model/model.ts';
import type { Cohort } from '../oracle/evaluate-cohort.ts';
import { compile } from '../plan/compile.ts';
import type { Schema } from '../plan/plan.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import { type ReadColumn, readRows, type Session } from '../session/session.ts';
import { runPlan, type StudyFiles } from './run-plan.ts';

export interface Question {
  readonly model: CohortModel;
  readonly schema: Schema;
  readonly files: StudyFiles;
  /** Day numbers, sorted, each once; or a single null. */
  readonly dates: readonly (number | null)[];
}

/** What the model gives at each date, in their order. */
export async function evaluateOnSession(
  session: Session,
  { model, schema, files, dates }: Question,
): Promise<readonly Cohort[]> {
  const plan = compile(planCohort(model, dates, schema), session.dialect);
  const columns: readonly ReadColumn[] = [{ name: 'patient_id', type: 'int' }, ...model.columns];
  const cohorts: Cohort[] = [];
  for await (const { query, remaining } of runPlan(session, plan, files)) {
    const rows = (await readRows(session, query, columns)).map((row) =>
      Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
    );
    cohorts.push({ rows, remaining: remaining.slice(1) });
  }
  return cohorts;
}
