/** What rows look like: their columns, and whether a patient can have two of them. */
import type { TableSchema } from '../tpp-schema/column.ts';
import type { Rows, ValueType } from './model.ts';
import { typeOf } from './signatures.ts';

/** Tables by name. */
export type Schema = Readonly<Record<string, TableSchema>>;

/** The column that says whose a row is. */
export const PATIENT_COLUMN = 'Patient_ID';

export type Columns = ReadonlyMap<string, ValueType>;

/**
 * Types of the columns of rows, in their order. Of a model with faults, whatever columns can be told.
 *
 * @param known Remembers what was asked, for graphs with many shared rows.
 */
export function columnsOf(
  rows: Rows,
  schema: Schema,
  known: Map<Rows, Columns> = new Map(),
): Columns {
  const found = known.get(rows);
  if (found !== undefined) return found;
  const columns = new Map(pairsOf(rows, schema, known));
  known.set(rows, columns);
  return columns;
}

type Pair = readonly [name: string, type: ValueType];

function pairsOf(rows: Rows, schema: Schema, known: Map<Rows, Columns>): readonly Pair[] {
  const pairs = (input: Rows): readonly Pair[] => [...columnsOf(input, schema, known)];
  const patient = (input: Rows): readonly Pair[] =>
    pairs(input).filter(([name]) => name === PATIENT_COLUMN);
  switch (rows.kind) {
    case 'table':
      return Object.entries(schema[rows.table]?.columns ?? {}).map(([name, { type }]) => [
        name,
        type,
      ]);
    case 'file':
      return rows.type === null
        ? [[PATIENT_COLUMN, 'int']]
        : [
            [PATIENT_COLUMN, 'int'],
            ['value', rows.type],
          ];
    case 'filter':
    case 'distinct':
      return pairs(rows.rows);
    case 'join':
      return [...pairs(rows.left), ...joinedColumns(rows, schema, known)];
    case 'select':
      return [
        ...patient(rows.rows),
        ...rows.columns.map(({ name, value }): Pair => [name, typeOf(value)]),
      ];
    case 'union':
      return rows.inputs[0] === undefined ? [] : pairs(rows.inputs[0]);
    case 'group':
      return [
        ...patient(rows.rows),
        ...rows.by.flatMap((by) => pairs(rows.rows).filter(([name]) => name === by)),
        ...rows.aggregates.map(({ name, type }): Pair => [name, type]),
      ];
    case 'previous':
      return [...pairs(rows.rows), [rows.name, rows.type]];
  }
}

/** What a join adds to the columns on its left. */
export function joinedColumns(
  { right, on }: Rows & { readonly kind: 'join' },
  schema: Schema,
  known: Map<Rows, Columns> = new Map(),
): readonly Pair[] {
  const left = new Set([PATIENT_COLUMN, ...on.map((pair) => pair.right)]);
  return [...columnsOf(right, schema, known)].filter(([name]) => !left.has(name));
}

/** Whether it follows from the schema that no patient has two of these rows. */
export function isOnePerPatient(rows: Rows, schema: Schema): boolean {
  switch (rows.kind) {
    case 'table':
      return schema[rows.table]?.onePerPatient ?? false;
    case 'filter':
    case 'select':
    case 'previous':
      return isOnePerPatient(rows.rows, schema);
    case 'distinct':
      return columnsOf(rows.rows, schema).size === 1 || isOnePerPatient(rows.rows, schema);
    case 'group':
      return rows.by.length === 0 || isOnePerPatient(rows.rows, schema);
    case 'join':
      return isOnePerPatient(rows.left, schema) && hasOnePartner(rows, schema);
    case 'file':
    case 'union':
      return false;
  }
}

/** Whether a row on the left of a join agrees with at most one on its right. */
function hasOnePartner({ right, on }: Rows & { readonly kind: 'join' }, schema: Schema): boolean {
  const key = right.kind === 'table' ? schema[right.table]?.key : null;
  return on.some(
    (pair) =>
      pair.right === key || (pair.right === PATIENT_COLUMN && isOnePerPatient(right, schema)),
  );
}
