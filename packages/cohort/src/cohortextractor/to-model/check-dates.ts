/** Whether every date of a study exists at an index date (cohort-extractor §2.3). Pure; run before anything else does. */
import type { Diagnostic } from '@vitrine/pipeline';
import type { DateExpression } from '../date-expression.ts';
import { type DatesOfReference, resolveDate } from '../evaluate-date.ts';
import { studyFaults } from '../faults.ts';
import { printDateExpression } from '../parse-date-expression.ts';
import type { Study, StudyColumn } from '../study.ts';
import { isDateExpression } from './columns.ts';
import { recordFaults } from './faults.ts';

/**
 * Every date that does not exist or lacks an index date, as errors, and every period that ends before it starts, as
 * warnings: such a period finds nothing, as it always did. Dates that hang on a patient are passed over.
 */
export function checkDates(study: Study, dates: DatesOfReference): readonly Diagnostic[] {
  return study.columns.flatMap((column) => checkColumn(column, dates));
}

function checkColumn(column: StudyColumn, dates: DatesOfReference): readonly Diagnostic[] {
  const { definition, name, place } = column;
  if (definition.kind !== 'records') return [];
  const { from, to } = definition.period;
  const written = [...Object.values(definition.arguments), from, to].filter(isDateExpression);
  const faults = written.flatMap((date) => checkDate(date, dates, column));
  const [start, end] = [from, to].map((date) => (date === undefined ? null : dayOf(date, dates)));
  if (from === undefined || to === undefined || typeof start !== 'number') return faults;
  if (typeof end !== 'number' || end >= start) return faults;
  const values = { column: name, from: printDateExpression(from), to: printDateExpression(to) };
  return [...faults, recordFaults.diagnose('period-ends-before-it-starts', values, place)];
}

function dayOf(date: DateExpression, dates: DatesOfReference): number | null {
  const resolved = resolveDate(date, dates);
  return 'day' in resolved ? resolved.day : null;
}

function checkDate(
  date: DateExpression,
  dates: DatesOfReference,
  { place }: StudyColumn,
): readonly Diagnostic[] {
  const resolved = resolveDate(date, dates);
  const expression = printDateExpression(date);
  if ('noSuchDate' in resolved) {
    const values = { expression, date: resolved.noSuchDate };
    return [studyFaults.diagnose('no-such-date', values, place)];
  }
  return 'needsIndexDate' in resolved
    ? [studyFaults.diagnose('index-date-missing', { expression }, place)]
    : [];
}
