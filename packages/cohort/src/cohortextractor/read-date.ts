/** Dates in the arguments of a call: parsed, looked up, tried at the study's own index date (cohort-extractor §2). */
import { FaultError, type Place } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { RecordedValue } from '../record/document.ts';
import type { DateExpression } from './date-expression.ts';
import { evaluateDate } from './evaluate-date.ts';
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
        { ...position, expected: 'a date as text, such as "2020-02-01"', found: describe(value) },
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
  return tried(scope, date, refuse) ? date : null;
}

/** Whether the date exists at the study's own index date. What today leads to is found out when it is used. */
function tried(
  scope: Scope,
  date: DateExpression,
  refuse: (problem: string, remedy: string) => null,
): boolean {
  if (date.kind === 'date' || date.to.kind === 'today') return true;
  try {
    evaluateDate(date, { indexDate: scope.indexDate, today: 0 });
    return true;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const [fault] = error.diagnostics;
    refuse(
      fault?.code === 'index-date-missing'
        ? 'needs an index date, and the study has none'
        : `cannot be worked out: ${fault?.message.replace(/\.$/, '') ?? ''}`,
      fault?.hint ?? '',
    );
    return false;
  }
}

/** Whether a date is one given day, at the study's own index date. */
export function isDay(scope: Scope, date: DateExpression, iso: string): boolean {
  if (date.kind === 'relative' && date.to.kind === 'today') return false;
  return evaluateDate(date, { indexDate: scope.indexDate, today: 0 }) === dayOf(iso);
}
