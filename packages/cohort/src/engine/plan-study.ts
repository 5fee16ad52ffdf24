/** From a study to a plan for all of its index dates: the road that extraction, measures and explanations share. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { Study } from '../cohortextractor/study.ts';
import { checkDates } from '../cohortextractor/to-model/check-dates.ts';
import { toModel } from '../cohortextractor/to-model/to-model.ts';
import { assertSound } from '../model/check.ts';
import type { Plan } from '../plan/plan.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import { tppSchema } from '../tpp-schema/schema.ts';

export interface StudyPlan {
  readonly plan: Plan;
  /** What does not hinder, each once. */
  readonly warnings: readonly Diagnostic[];
}

export interface PlanStudyRequest {
  /** ISO dates, each once; null for the one that the definition itself gives, if any. */
  readonly indexDates: readonly (string | null)[];
  /** ISO date. */
  readonly today: string;
  readonly includeTypeOneOptOuts: boolean;
}

/**
 * The plan's dates are sorted, earliest first.
 * @throws FaultError with all that is wrong with the definition at any of the dates
 */
export function planStudy(study: Study, request: PlanStudyRequest): StudyPlan {
  const today = knownDay(request.today);
  const days = request.indexDates
    .map((date) => indexDayOf(study, date))
    .toSorted((a, b) => (a ?? 0) - (b ?? 0));
  const found = new Map<string, Diagnostic>();
  for (const indexDate of days) {
    for (const diagnostic of checkDates(study, { indexDate, today })) {
      found.set(
        JSON.stringify([diagnostic.code, diagnostic.message, diagnostic.place]),
        diagnostic,
      );
    }
  }
  const diagnostics = [...found.values()];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new FaultError(errors);
  const model = toModel(study, {
    today,
    includeTypeOneOptOuts: request.includeTypeOneOptOuts,
  });
  assertSound(model, tppSchema);
  return { plan: planCohort(model, days, tppSchema), warnings: diagnostics };
}

/** The day number of an index date of a study; null for a study that has none. */
export function indexDayOf(study: Study, indexDate: string | null): number | null {
  const date = indexDate ?? study.indexDate;
  return date === null ? null : knownDay(date);
}

function knownDay(iso: string): number {
  const day = dayOf(iso);
  if (day === null) throw new RangeError(`${iso} is no date`);
  return day;
}
