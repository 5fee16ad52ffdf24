/** From a study and its index dates to what the engine is asked: the road that extraction, measures and explanations share. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { Study } from '../cohortextractor/study.ts';
import { checkDates } from '../cohortextractor/to-model/check-dates.ts';
import { toModel } from '../cohortextractor/to-model/to-model.ts';
import { assertSound } from '../model/check.ts';
import type { CohortModel } from '../model/model.ts';
import { tppSchema } from '../tpp-schema/schema.ts';

export interface StudyModel {
  readonly model: CohortModel;
  /** Day numbers of the index dates asked for, in their order; null for a study that has none. */
  readonly dates: readonly (number | null)[];
  /** What does not hinder, each once. */
  readonly warnings: readonly Diagnostic[];
}

export interface StudyModelRequest {
  /** ISO dates, each once; null for the one that the definition itself gives, if any. */
  readonly indexDates: readonly (string | null)[];
  /** ISO date. */
  readonly today: string;
  readonly includeTypeOneOptOuts: boolean;
}

/** @throws FaultError with all that is wrong with the definition at any of the dates */
export function modelOfStudy(study: Study, request: StudyModelRequest): StudyModel {
  const today = knownDay(request.today);
  const dates = request.indexDates.map((date) => indexDayOf(study, date));
  const found = new Map<string, Diagnostic>();
  for (const indexDate of dates) {
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
  return { model, dates, warnings: diagnostics };
}

/** The day number of an index date of a study; null for a study that has none. */
function indexDayOf(study: Study, indexDate: string | null): number | null {
  const date = indexDate ?? study.indexDate;
  return date === null ? null : knownDay(date);
}

function knownDay(iso: string): number {
  const day = dayOf(iso);
  if (day === null) throw new RangeError(`${iso} is no date`);
  return day;
}
