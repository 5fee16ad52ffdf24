/** Values of patients as SQL: over the tables that scans made, or at one date over the people of a batch. */

import { isLeapYear, yearMonthDay } from '../calendar.ts';
import { BITS, type Dialect } from '../dialect/dialect.ts';
import type { PatientValue } from '../model/model.ts';
import { type Graph, isLeaf, type Leaf } from './graph.ts';
import type { Place, Plan } from './plan.ts';
import { PATIENT } from './rows-sql.ts';
import { shareValues } from './shared-values.ts';
import { steadiness } from './steady.ts';
import { type Scope, type SetTables, type Value, valueSql } from './value-sql.ts';
import { constantAt } from './window.ts';

/** What a leaf is, given what its column holds: null where the patient has no row. */
function finished(leaf: Leaf, column: string, dialect: Dialect): string {
  if (leaf.kind === 'first') return column;
  if (leaf.function === 'count') {
    return dialect.operation('coalesce', 'int', [column, dialect.literal(0, 'int')]);
  }
  if (leaf.function !== 'exists') return column;
  return dialect.operation('coalesce', 'bool', [column, dialect.literal(false, 'bool')]);
}

export function placeOf(plan: Plan, leaf: Leaf): Place {
  const place = plan.places.get(plan.graph.id(leaf));
  if (place === undefined) throw new Error('A leaf was planned without a place.');
  return place;
}

const ofPlans = new WeakMap<Plan, (value: PatientValue) => boolean>();

/** Whether a value stays as it is between the dates at which stretches begin. */
export function isSteady(plan: Plan, value: PatientValue): boolean {
  const known =
    ofPlans.get(plan) ?? steadiness(plan.dates.length, (leaf) => placeOf(plan, leaf).kind);
  ofPlans.set(plan, known);
  return known(value);
}

/**
 * Values that are constant or steady. `patient` is the SQL of the patient's identifier, `columnOf` of what lies at a place.
 */
export function steadyScope(
  plan: Plan,
  dialect: Dialect,
  sets: SetTables,
  patient: string,
  columnOf: (place: Place) => string,
): Scope {
  return {
    dialect,
    sets,
    indexDate: dialect.literal(plan.dates[0] ?? null, 'date'),
    day: plan.dates.length === 1 ? plan.dates[0] : undefined,
    own: (value: Value) => {
      if (value.kind === 'patient-id') return patient;
      return isLeaf(value) ? finished(value, columnOf(placeOf(plan, value)), dialect) : null;
    },
  };
}

/** What is kept of the people of a batch. */
export interface Kept {
  /** Name of the column that holds a steady value. */
  value(value: PatientValue): string;
  /** Name of the column that holds a column of a scan's table as it is. */
  column(table: string, column: string): string;
  /** Name of the column that holds a moment's column at a date number. */
  moment(table: string, column: string, number: number): string;
  /** Name of the column that holds, of a moment's flag, the bits of the date numbers at which it is true. */
  marks(table: string, column: string): string;
}

/** The bit of a date number in a sum of marks. No two numbers of a batch have the same. */
export function bitOf(number: number): number {
  return number % BITS;
}

/**
 * Values at one date, over the people of a batch as `w` and the tables of dated scans under their names, which `tables`
 * gathers.
 */
export function dateScope(
  plan: Plan,
  dialect: Dialect,
  sets: SetTables,
  kept: Kept,
  number: number,
  tables: Set<string>,
): Scope {
  const indexDate = dialect.literal(plan.dates[number] ?? null, 'date');
  return {
    dialect,
    sets,
    indexDate,
    day: plan.dates[number],
    own: (value: Value) => {
      // Only values of patients reach this scope.
      const own = value as PatientValue;
      if (own.kind === 'constant' || own.kind === 'index-date') return null;
      if (own.kind === 'patient-id') return `w.${dialect.identifier(PATIENT)}`;
      if (isSteady(plan, own)) {
        // Of no people at all, nothing need be kept.
        if (plan.graph.leavesOf(own).length === 0) return null;
        return `w.${kept.value(own)}`;
      }
      const years = yearsSince(plan, own, number);
      if (years !== null) {
        const key = `w.${kept.value(years.key)}`;
        return completedYears(key, years.reached, dialect);
      }
      if (!isLeaf(own)) return null;
      const place = placeOf(plan, own);
      if (place.kind === 'since' || place.kind === 'until') {
        const column = `w.${kept.column(place.table, place.column)}`;
        const sign = place.kind === 'since' ? 'less-or-equal' : 'greater-or-equal';
        const reached = dialect.operation(sign, 'bool', [column, dialect.literal(number, 'int')]);
        return dialect.operation('coalesce', 'bool', [reached, dialect.literal(false, 'bool')]);
      }
      if (place.kind === 'moment' && isFlag(own)) {
        const marks = `w.${kept.marks(place.table, place.column)}`;
        const isMarked = dialect.conditionValue(dialect.hasBit(marks, bitOf(number)));
        return finished(own, isMarked, dialect);
      }
      if (place.kind === 'moment') {
        return finished(own, `w.${kept.moment(place.table, place.column, number)}`, dialect);
      }
      tables.add(place.table);
      return finished(own, `${dialect.identifier(place.table)}.${place.column}`, dialect);
    },
  };
}

/** Whether a leaf is true or false, and never unknown. */
export function isFlag(leaf: Leaf): boolean {
  return leaf.kind === 'aggregate' && leaf.function === 'exists';
}

/** Digits of a date that count for its anniversary: the year times 10,000, the month times 100, the day. */
const YEAR = 10_000;

/** Keeps what is divided above zero, for dates that lie before the other. */
const LIFT = 100_000_000;

/**
 * The years from a steady date to one that the index date gives, as two numbers like 20190401: one of the patient, which is
 * worked out once, and one of the index date. Null for other values.
 */
function yearsSince(
  plan: Plan,
  value: PatientValue,
  number: number,
): { key: PatientValue; reached: number } | null {
  if (value.kind !== 'operation' || value.operation !== 'years-between') return null;
  const [from, to] = value.operands;
  if (from === undefined || to === undefined || !isSteady(plan, from)) return null;
  const day = constantAt(to, plan.dates[number] ?? null);
  if (typeof day !== 'number') return null;
  const date = yearMonthDay(day);
  // The anniversary of a leap day is the last day of February.
  const isLeapDay = date.month === 2 && date.day === 28 && !isLeapYear(date.year);
  return {
    key: dayKey(from),
    reached: date.year * YEAR + date.month * 100 + (isLeapDay ? 29 : date.day),
  };
}

function dayKey(date: PatientValue): PatientValue {
  const text = (value: string): PatientValue => ({ kind: 'constant', type: 'str', value });
  const iso: PatientValue = {
    kind: 'operation',
    operation: 'date-to-text',
    type: 'str',
    operands: [date, { kind: 'constant', type: 'int', value: 10 }],
  };
  const digits: PatientValue = {
    kind: 'operation',
    operation: 'replace',
    type: 'str',
    operands: [iso, text('-'), text('')],
  };
  return { kind: 'operation', operation: 'text-to-int', type: 'int', operands: [digits] };
}

function completedYears(key: string, reached: number, dialect: Dialect): string {
  const int = (value: number): string => dialect.literal(value, 'int');
  const difference = dialect.operation('subtract', 'int', [int(reached + LIFT), key]);
  const years = dialect.operation('divide-integers', 'int', [difference, int(YEAR)]);
  return dialect.operation('subtract', 'int', [years, int(LIFT / YEAR)]);
}

/**
 * A query of values of patients, as a FROM item: `Patient_ID`, `p0`, `p1`, …
 *
 * @param alias Of the people among the FROM items.
 * @param also Columns of others of these that are wanted, too.
 */
export function valuesQuery(
  values: readonly PatientValue[],
  alias: string,
  scope: Scope,
  graph: Graph,
  from: () => string,
  also: readonly string[] = [],
): string {
  const shared = shareValues(values, scope, graph, alias);
  const items = values.map((value, index) => `${valueSql(value, shared.scope)} AS p${index}`);
  const patient = scope.dialect.identifier(PATIENT);
  const rows = from();
  const seen = shared.any ? also.map((column) => `${alias}.${column.split('.').at(-1)}`) : also;
  return `(SELECT ${[`${alias}.${patient}`, ...seen, ...items].join(', ')} FROM ${shared.any ? shared.around(rows, also) : rows})`;
}
