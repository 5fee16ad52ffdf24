/** Dates in the arguments of a call: parsed, looked up, tried at the study's own index date (cohort-extractor §2). */
import type { Place } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { RecordedValue } from '../record/document.ts';
import type { DateExpression } from './date-expression.ts';
import { evaluateDate, resolveDate } from './evaluate-date.ts';
import { studyFaults } from './faults.ts';
import { parseDateExpression } from './parse-date-expression.ts';
import { describe } from './recorded-value.ts';
import { lookUp, type Scope } from './scope.ts';

/** Where a date stands. */
export interface DatePosition {
  readonly column: string;
  readonly function: string;
  readonly argument: string;
  readonly place: Place;
}

/** Reads one date expression. Reports its fault and gives null when it has one. */
export function readDate(
  scope: Scope,
  value: RecordedValue,
  position: DatePosition,
): DateExpression | null {
  const { column, argument, place } = position;
  if (typeof value !== 'string') {
    scope.faults.push(
      studyFaults.diagnose(
        'wrong-argument',
        { ...position, expected: 'text, such as "2020-02-01"', found: describe(value) },
        place,
      ),
    );
    return null;
  }
  const refuse = (problem: string, remedy: string): null => {
    scope.faults.push(
      studyFaults.diagnose('bad-date', { column, argument, text: value, problem, remedy }, place),
    );
    return null;
  };

  const parsed = parseDateExpression(value, scope.names);
  if (!('date' in parsed)) return refuse(parsed.problem, parsed.remedy);
  const { date } = parsed;
  if (date.kind === 'relative' && date.to.kind === 'column') {
    const { name } = date.to;
    const known = lookUp(scope, column, name, `"${argument}"`, place);
    if (known === null) return null;
    if (known.type !== null && known.type !== 'date') {
      return refuse(
        `refers to "${name}", which is of type ${known.type}`,
        'Only date columns can be used in dates.',
      );
    }
    if (known.type === 'date' && known.dateFormat === 'YYYY') {
      return refuse(
        `refers to "${name}", which gives the year only`,
        `Add date_format="YYYY-MM-DD" or "YYYY-MM" to "${name}".`,
      );
    }
    if (date.function?.endsWith('school_year')) {
      return refuse(
        'uses a school year of a column, which is not supported',
        'School years can be taken of index_date and today only.',
      );
    }
    return date;
  }
  // What today leads to is found out on the day.
  if (date.kind === 'relative' && date.to.kind === 'today') return date;
  const resolved = resolveDate(date, { indexDate: scope.indexDate, today: 0 });
  if ('noSuchDate' in resolved) {
    return refuse(
      `leads to ${resolved.noSuchDate}, which does not exist`,
      'Add days instead of months or years, or start from first_day_of_month(…).',
    );
  }
  if ('needsIndexDate' in resolved) {
    return refuse(
      'needs an index date, and the study has none',
      'Add index_date="YYYY-MM-DD" to StudyDefinition(…).',
    );
  }
  return date;
}

/** Whether a date is one given day, at the study's own index date. */
export function isDay(scope: Scope, date: DateExpression, iso: string): boolean {
  if (date.kind === 'relative' && date.to.kind === 'today') return false;
  return evaluateDate(date, { indexDate: scope.indexDate, today: 0 }) === dayOf(iso);
}
