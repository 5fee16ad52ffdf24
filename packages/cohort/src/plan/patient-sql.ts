/** Values of patients as SQL: over the tables that scans made, or at one date over the people of a batch. */

import type { Dialect } from '../dialect/dialect.ts';
import type { PatientValue } from '../model/model.ts';
import { isLeaf, type Leaf } from './graph.ts';
import type { Place, Plan } from './plan.ts';
import { PATIENT } from './rows-sql.ts';
import { type Scope, type SetTables, type Value, valueSql } from './value-sql.ts';

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

/** Whether a value stays as it is between the dates at which stretches begin. */
export function isSteady(plan: Plan, value: PatientValue): boolean {
  switch (value.kind) {
    case 'index-date':
      return plan.dates.length === 1;
    case 'constant':
    case 'patient-id':
      return true;
    case 'aggregate':
    case 'first':
      return ['constant', 'stretch'].includes(placeOf(plan, value).kind);
    case 'operation':
      return value.operands.every((operand) => isSteady(plan, operand));
    case 'case':
      return (
        isSteady(plan, value.otherwise) &&
        value.branches.every(({ when, then }) => isSteady(plan, when) && isSteady(plan, then))
      );
    case 'in-set':
    case 'category-of':
      return isSteady(plan, value.operand);
  }
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
      if (!isLeaf(own)) return null;
      const place = placeOf(plan, own);
      if (place.kind === 'since' || place.kind === 'until') {
        const column = `w.${kept.column(place.table, place.column)}`;
        const sign = place.kind === 'since' ? 'less-or-equal' : 'greater-or-equal';
        const reached = dialect.operation(sign, 'bool', [column, dialect.literal(number, 'int')]);
        return dialect.operation('coalesce', 'bool', [reached, dialect.literal(false, 'bool')]);
      }
      if (place.kind === 'moment') {
        return finished(own, `w.${kept.moment(place.table, place.column, number)}`, dialect);
      }
      tables.add(place.table);
      return finished(own, `${dialect.identifier(place.table)}.${place.column}`, dialect);
    },
  };
}

/** A query of values of patients, as a FROM item: `Patient_ID`, `p0`, `p1`, … */
export function valuesQuery(
  values: readonly PatientValue[],
  patient: string,
  scope: Scope,
  from: () => string,
): string {
  const { dialect } = scope;
  const items = values.map((value, index) => `${valueSql(value, scope)} AS p${index}`);
  return `(SELECT ${[`${patient} AS ${dialect.identifier(PATIENT)}`, ...items].join(', ')} FROM ${from()})`;
}
