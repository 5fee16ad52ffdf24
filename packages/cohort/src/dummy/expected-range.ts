/** The days that expectations and bounds stand for at an index date (cohort-extractor §4.5). */
import { type Diagnostic, FaultError, type Place } from '@vitrine/pipeline';
import { isoOf } from '../calendar.ts';
import type { DateExpression } from '../cohortextractor/date-expression.ts';
import { type DatesOfReference, evaluateDate } from '../cohortextractor/evaluate-date.ts';
import { parseDateExpression } from '../cohortextractor/parse-date-expression.ts';
import type { Period, StudyColumn } from '../cohortextractor/study.ts';
import type { ExpectedDate, Rate } from './expectations.ts';
import { dummyFaults } from './faults.ts';
import { shown } from './written-expectations.ts';

/** What dates count from. The study's own dates stay where they were when the index date is moved. */
export interface References {
  /** For what a column itself says. */
  readonly own: DatesOfReference;
  /** For what the study's default_expectations say. */
  readonly defaults: DatesOfReference;
}

/** Gives one end of the expected dates. Throws a FaultError where the expression has no value. */
export type ExpectedDay = (references: References) => number;

export interface ExpectedRange {
  readonly earliest: ExpectedDay;
  readonly latest: ExpectedDay;
}

export interface Days {
  readonly earliest: number;
  readonly latest: number;
}

/** Reads one end of the expected dates; null, with a fault added, when it is no date expression. */
export function readExpectedDay(
  expected: ExpectedDate,
  side: 'earliest' | 'latest',
  column: StudyColumn,
  defaultsPlace: Place,
  faults: Diagnostic[],
): ExpectedDay | null {
  const { subject, place } = expected.own
    ? { subject: `column "${column.name}"`, place: column.place }
    : { subject: 'default_expectations', place: defaultsPlace };
  const diagnose = (problem: string, remedy: string): Diagnostic =>
    dummyFaults.diagnose(
      'expectation-date-invalid',
      { subject, side, text: shown(expected.value), problem, remedy },
      place,
    );
  if (typeof expected.value !== 'string') {
    faults.push(
      diagnose('is not a date', 'Write YYYY-MM-DD, or for example "index_date + 1 month".'),
    );
    return null;
  }
  const parsed = parseDateExpression(expected.value);
  if ('problem' in parsed) {
    faults.push(diagnose(parsed.problem, parsed.remedy));
    return null;
  }
  const { date } = parsed;
  return (references) => {
    try {
      return evaluateDate(date, expected.own ? references.own : references.defaults) ?? Number.NaN;
    } catch (error) {
      const cause = causeOf(error);
      throw new FaultError([diagnose(`has no value: ${withoutStop(cause.message)}`, cause.hint)]);
    }
  };
}

/**
 * The expected days. A range that runs backwards is a fault where dates would have to increase towards its end, as in the
 * original; spread evenly it gives the days between, as in the original, with a warning.
 */
export function evaluateRange(
  range: ExpectedRange,
  references: References,
  rate: Rate,
  column: StudyColumn,
  warnings: Diagnostic[],
): Days {
  const days = { earliest: range.earliest(references), latest: range.latest(references) };
  if (days.earliest <= days.latest) return days;
  const values = {
    column: column.name,
    earliest: isoOf(days.earliest),
    latest: isoOf(days.latest),
  };
  if (rate === 'uniform') {
    warnings.push(dummyFaults.diagnose('expectation-dates-swapped', values, column.place));
    return days;
  }
  throw dummyFaults.error('expectation-dates-reversed', values, column.place);
}

/** Inclusive bounds as day numbers. A side that is absent, or differs from patient to patient, does not bound. */
export function evaluateBounds(
  period: Period,
  dates: DatesOfReference,
  column: StudyColumn,
): { readonly from: number; readonly to: number } {
  const day = (expression: DateExpression | undefined): number | null => {
    if (expression === undefined) return null;
    try {
      return evaluateDate(expression, dates);
    } catch (error) {
      const { message, hint } = causeOf(error);
      throw dummyFaults.error(
        'bound-invalid',
        { column: column.name, reason: message, remedy: hint },
        column.place,
      );
    }
  };
  return {
    from: day(period.from) ?? Number.NEGATIVE_INFINITY,
    to: day(period.to) ?? Number.POSITIVE_INFINITY,
  };
}

/** The fault that working a date out ended in; anything else is thrown on. */
function causeOf(error: unknown): Diagnostic {
  const cause = error instanceof FaultError ? error.diagnostics[0] : undefined;
  if (cause === undefined) throw error;
  return cause;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
