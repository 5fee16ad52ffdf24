/** Rows as queries. */

import type { Dialect } from '../dialect/dialect.ts';
import type { PatientValue, Rows, RowValue } from '../model/model.ts';
import { operandsOf } from '../model/operands.ts';
import { typeOf } from '../model/signatures.ts';
import { type Graph, unfiltered } from './graph.ts';
import type { ReadFor, Schema } from './plan.ts';
import { conditionSql, type Scope, type SetTables, valueSql } from './value-sql.ts';

export const PATIENT = 'Patient_ID';

/** What rows may stand on. */
export interface RowsScope {
  readonly dialect: Dialect;
  readonly schema: Schema;
  readonly graph: Graph;
  readonly sets: SetTables;
  readonly indexDate: string;
  /** Its day number, where there is one date. */
  readonly day?: number | null | undefined;
  /** A FROM item with the columns `Patient_ID`, `p0`, `p1`, … that hold values of each patient. */
  patientValues(values: readonly PatientValue[]): string;
  /** The same for each stretch of dates on which they all stay as they are, with `since` and `until`. */
  stretchedValues(values: readonly PatientValue[]): string;
  /** Name of the plan's table of the patients whose rows are wanted; null for everybody. */
  among(readFor: ReadFor): string | null;
  /** Name of the plan's table that holds some rows already, with all their columns; null if none does. */
  kept(rows: Rows): string | null;
}

/** Names of the columns of rows, in order. */
export function columnsOf(rows: Rows, schema: Schema): readonly string[] {
  switch (rows.kind) {
    case 'table': {
      const table = schema[rows.table];
      if (table === undefined) throw new Error(`The schema has no table ${rows.table}.`);
      return Object.keys(table.columns);
    }
    case 'file':
      return rows.column === null ? [PATIENT] : [PATIENT, 'value'];
    case 'filter':
    case 'distinct':
      return columnsOf(rows.rows, schema);
    case 'join':
      return [...columnsOf(rows.left, schema), ...addedColumns(rows, schema)];
    case 'select':
      return [...patientColumn(rows.rows, schema), ...rows.columns.map(({ name }) => name)];
    case 'union':
      return rows.inputs[0] === undefined ? [] : columnsOf(rows.inputs[0], schema);
    case 'group':
      return [
        ...patientColumn(rows.rows, schema),
        ...rows.by.filter((name) => name !== PATIENT),
        ...rows.aggregates.map(({ name }) => name),
      ];
    case 'previous':
      return [...columnsOf(rows.rows, schema), rows.name];
  }
}

function patientColumn(rows: Rows, schema: Schema): readonly string[] {
  return columnsOf(rows, schema).filter((name) => name === PATIENT);
}

function addedColumns(
  { right, on }: Rows & { readonly kind: 'join' },
  schema: Schema,
): readonly string[] {
  return columnsOf(right, schema).filter(
    (name) => name !== PATIENT && !on.some((pair) => pair.right === name),
  );
}

/** Name of the table that the rows of a file are loaded into. */
export function fileTable({ path, column }: Rows & { readonly kind: 'file' }): string {
  return `file ${path} ${column ?? ''}`.trim();
}

function sourceTable(table: string, { dialect, schema }: RowsScope): string {
  const columns = Object.entries(schema[table]?.columns ?? {});
  return dialect.sourceTable(
    table,
    Object.fromEntries(columns.map(([name, { type }]) => [name, type])),
  );
}

/** A FROM item without its alias. */
export function fromSql(rows: Rows, scope: RowsScope): string {
  const kept = scope.kept(rows);
  if (kept !== null) return scope.dialect.ownTable(kept);
  if (rows.kind === 'table') return sourceTable(rows.table, scope);
  if (rows.kind === 'file') return scope.dialect.ownTable(fileTable(rows));
  return `(${rowsSql(rows, scope)})`;
}

/** A query for all columns of the rows. */
export function rowsSql(rows: Rows, scope: RowsScope): string {
  const { dialect, schema } = scope;
  const name = dialect.identifier;
  const of = (alias: string, columns: readonly string[]): string =>
    columns.map((column) => `${alias}.${name(column)}`).join(', ');
  const kept = scope.kept(rows);
  if (kept !== null)
    return `SELECT ${of('r', columnsOf(rows, schema))} FROM ${dialect.ownTable(kept)} r`;
  const columns = columnsOf(rows, schema);
  switch (rows.kind) {
    case 'table':
    case 'file':
      return `SELECT ${of('r', columns)} FROM ${fromSql(rows, scope)} r`;
    case 'filter': {
      const { source, conditions } = unfiltered(rows);
      const { from, row } = rowScope(source, conditions, scope);
      const where = conditions.map((condition) => conditionSql(condition, row)).join(' AND ');
      return `SELECT ${of('r', columns)} FROM ${from} WHERE ${where}`;
    }
    case 'join': {
      const on = rows.on
        .map(({ left, right }) => `l.${name(left)} = r.${name(right)}`)
        .join(' AND ');
      const added = addedColumns(rows, schema);
      const items = [
        of('l', columnsOf(rows.left, schema)),
        ...(added.length > 0 ? [of('r', added)] : []),
      ];
      return `SELECT ${items.join(', ')} FROM ${fromSql(rows.left, scope)} l ${rows.outer ? 'LEFT ' : ''}JOIN ${fromSql(rows.right, scope)} r ON ${on}`;
    }
    case 'select': {
      const values = rows.columns.map(({ value }) => value);
      const { from, row } = rowScope(rows.rows, values, scope);
      const items = [
        ...patientColumn(rows.rows, schema).map((column) => `r.${name(column)}`),
        ...rows.columns.map((column) => `${valueSql(column.value, row)} AS ${name(column.name)}`),
      ];
      return `SELECT ${items.join(', ')} FROM ${from}`;
    }
    case 'union':
      return rows.inputs
        .map((input) => `SELECT ${of('r', columns)} FROM ${fromSql(input, scope)} r`)
        .join(' UNION ALL ');
    case 'distinct':
      return `SELECT DISTINCT ${of('r', columns)} FROM ${fromSql(rows.rows, scope)} r`;
    case 'group':
      return groupSql(rows, scope);
    case 'previous': {
      const { from, row } = rowScope(
        rows.rows,
        [rows.of, ...rows.order.map(({ by }) => by)],
        scope,
      );
      // Databases refuse to sort by what is the same for all rows.
      const order = rows.order
        .filter(({ by }) => varies(by))
        .map(({ by, direction }) =>
          dialect.orderTerm({ by: valueSql(by, row), type: typeOf(by), direction }),
        );
      const over = `PARTITION BY r.${name(PATIENT)} ORDER BY ${order.join(', ') || `r.${name(PATIENT)}`}`;
      return `SELECT ${of('r', columnsOf(rows.rows, schema))}, lag(${valueSql(rows.of, row)}) OVER (${over}) AS ${name(rows.name)} FROM ${from}`;
    }
  }
}

function groupSql(rows: Rows & { readonly kind: 'group' }, scope: RowsScope): string {
  const { dialect, schema } = scope;
  const name = dialect.identifier;
  const values = rows.aggregates.flatMap(({ of }) => (of === null ? [] : [of]));
  const { from, row } = rowScope(rows.rows, values, scope);
  const by = [...new Set([...patientColumn(rows.rows, schema), ...rows.by])].map(name);
  // Worked out before they are put together: a query within a value may not stand in an aggregate.
  const items = values.map((value, index) => `${valueSql(value, row)} AS ${name(`of ${index}`)}`);
  const each = [...by.map((column) => `r.${column} AS ${column}`), ...items];
  const aggregates = rows.aggregates.map((aggregate) => {
    const of = aggregate.of === null ? null : `g.${name(`of ${values.indexOf(aggregate.of)}`)}`;
    return `${dialect.aggregate(aggregate.function, aggregate.type, of, null)} AS ${name(aggregate.name)}`;
  });
  const groups = by.map((column) => `g.${column}`);
  // Without columns to group by, SQL would give a row even for no rows.
  const end = by.length > 0 ? `GROUP BY ${groups.join(', ')}` : 'HAVING count(*) > 0';
  return `SELECT ${[...groups, ...aggregates].join(', ')} FROM (SELECT ${each.join(', ') || '1 AS one'} FROM ${from}) g ${end}`;
}

/** Whether a value may differ between rows. */
function varies(value: RowValue): boolean {
  return (
    value.kind === 'column' ||
    value.kind === 'of-patient' ||
    operandsOf(value).some(([, operand]) => varies(operand))
  );
}

/** Rows as `r`, with what their values need of patients as `p`; and the scope of values of a row. */
export function rowScope(
  rows: Rows,
  values: readonly RowValue[],
  scope: RowsScope,
): { from: string; row: Scope } {
  const { source, patients, row } = rowParts(rows, values, scope, scope.patientValues);
  return { from: `${source} r${patients}`, row };
}

/** The same in parts: a FROM item without its alias, and the join of what is needed of patients. */
export function rowParts(
  rows: Rows,
  values: readonly RowValue[],
  scope: RowsScope,
  valuesOf: RowsScope['patientValues'],
): { source: string; patients: string; row: Scope } {
  const { dialect, graph } = scope;
  const name = dialect.identifier;
  const needed = graph.patientValuesIn(values);
  const at = new Map(needed.map((value, index) => [graph.id(value), `p.${name(`p${index}`)}`]));
  return {
    source: fromSql(rows, scope),
    patients:
      needed.length === 0
        ? ''
        : ` LEFT JOIN ${valuesOf(needed)} p ON p.${name(PATIENT)} = r.${name(PATIENT)}`,
    row: {
      dialect,
      sets: scope.sets,
      indexDate: scope.indexDate,
      day: scope.day,
      own: (value) => {
        if (value.kind === 'column') return `r.${name(value.name)}`;
        if (value.kind !== 'of-patient') return null;
        return at.get(graph.id(value.value)) ?? dialect.literal(null, typeOf(value));
      },
    },
  };
}
