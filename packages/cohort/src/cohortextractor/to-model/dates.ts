/** Dates and periods of the study language in the query model (cohort-extractor §2). */
import { constant, filter, indexDate, ofPatient, operation } from '../../model/build.ts';
import type { IndexDate, OperationValue, PatientValue, Rows, RowValue } from '../../model/model.ts';
import type { DateExpression, DateFunction, DateOffset } from '../date-expression.ts';
import { resolveDate } from '../evaluate-date.ts';
import { studyFaults } from '../faults.ts';
import { printDateExpression } from '../parse-date-expression.ts';
import type { Period } from '../study.ts';
import type { Refuse } from './faults.ts';
import { all, day, int, type Scoped } from './nodes.ts';

/** Both ends inclusive; null is open. */
export interface Bounds {
  readonly from: PatientValue | null;
  readonly to: PatientValue | null;
}

export interface DateScope {
  /** Day number that `today` stands for. */
  readonly today: number;
  /** The date in a column above, cut to its month where the column is; null where the patient has none. */
  readonly dateIn: (column: string) => PatientValue;
}

/**
 * A date as a value. The index date stays open. Of a column the end of a shorter month is taken where there is no such day,
 * of the index date too: `checkDates` refuses those before anything runs (§2.3, §2.4).
 */
export function lowerDate(
  expression: DateExpression,
  scope: DateScope,
  refuse: Refuse,
): PatientValue {
  if (expression.kind === 'date') return day(expression.day);
  const { to, function: name, offset } = expression;
  switch (to.kind) {
    case 'column':
      return moved(applied(scope.dateIn(to.name), name), offset);
    case 'index-date':
      return moved(applied<PatientValue>(indexDate, name), offset);
    case 'today': {
      const resolved = resolveDate(expression, { indexDate: null, today: scope.today });
      if ('day' in resolved && resolved.day !== null) return day(resolved.day);
      if ('noSuchDate' in resolved) {
        const text = printDateExpression(expression);
        const date = resolved.noSuchDate;
        refuse((place) => studyFaults.diagnose('no-such-date', { expression: text, date }, place));
      }
      return constant('date', null);
    }
  }
}

export function lowerPeriod(period: Period, scope: DateScope, refuse: Refuse): Bounds {
  const side = (date: DateExpression | undefined): PatientValue | null =>
    date === undefined ? null : lowerDate(date, scope, refuse);
  return { from: side(period.from), to: side(period.to) };
}

const operationOf = {
  first_day_of_month: 'first-day-of-month',
  last_day_of_month: 'last-day-of-month',
  first_day_of_year: 'first-day-of-year',
  last_day_of_year: 'last-day-of-year',
  first_day_of_nhs_financial_year: 'first-day-of-nhs-financial-year',
  last_day_of_nhs_financial_year: 'last-day-of-nhs-financial-year',
  first_day_of_school_year: 'first-day-of-school-year',
  last_day_of_school_year: 'last-day-of-school-year',
} as const satisfies Record<DateFunction, string>;

const shiftBy = { days: 'add-days', months: 'add-months', years: 'add-years' } as const;

function applied<V extends Scoped>(date: V, name: DateFunction | null): V | OperationValue<V> {
  return name === null ? date : operation(operationOf[name], date);
}

function moved(date: PatientValue, offset: DateOffset | null): PatientValue {
  return offset === null ? date : operation(shiftBy[offset.unit], date, int(offset.count));
}

/** Whether a period has neither end, so that rows without a day are in it too. */
export const isOpen = ({ from, to }: Bounds): boolean => from === null && to === null;

/** A date of the patient beside each row: itself where it is the same for everybody. */
export function besideRows(date: PatientValue): RowValue {
  return isForEverybody(date) ? date : ofPatient(date);
}

type ForEverybody =
  | Extract<PatientValue, { kind: 'constant' }>
  | IndexDate
  | OperationValue<ForEverybody>;

function isForEverybody(value: PatientValue): value is ForEverybody {
  return (
    value.kind === 'constant' ||
    value.kind === 'index-date' ||
    (value.kind === 'operation' && value.operands.every(isForEverybody))
  );
}

/**
 * Rows whose day lies in a period, calendar day against calendar day (§0.7). Rows without a day are in no period but the
 * one that is open on both sides. Events of an unknown day are stored as 1900-01-01, so only a lower bound leaves them out
 * (§0.9).
 */
export function within(rows: Rows, dayOfRow: RowValue, { from, to }: Bounds): Rows {
  const conditions: RowValue[] = [];
  if (from !== null) {
    conditions.push(operation('greater-or-equal', dayOfRow, besideRows(from)));
  }
  if (to !== null) conditions.push(operation('less-or-equal', dayOfRow, besideRows(to)));
  return conditions.length === 0 ? rows : filter(rows, all(...conditions));
}

/**
 * Rows of something that lasts from one day to another and covers a date. The last day does not count: who left on a day
 * was not there on it (§1.8, 7).
 */
export function covering(
  rows: Rows,
  start: RowValue,
  end: RowValue,
  from: PatientValue,
  to: PatientValue = from,
): Rows {
  return filter(
    rows,
    all<RowValue>(
      operation('less-or-equal', start, besideRows(from)),
      operation('greater', end, besideRows(to)),
    ),
  );
}
