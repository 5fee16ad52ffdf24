/** Values and rows of the TPP schema: the constructors of the model, with the names of tables and columns checked. */
import {
  column as anyColumn,
  constant,
  inSet,
  operation,
  table,
  textSet,
} from '../../model/build.ts';
import type {
  ConstantValue,
  InSetValue,
  OperationValue,
  PatientValue,
  Rows,
  RowValue,
} from '../../model/model.ts';
import type { ColumnType } from '../../table.ts';
import { type ColumnName, type TableName, tableByName } from '../../tpp-schema/schema.ts';

/** A value of either scope. */
export type Scoped = RowValue | PatientValue;

export const int = (value: number): ConstantValue => constant('int', value);
export const float = (value: number): ConstantValue => constant('float', value);
export const text = (value: string): ConstantValue => constant('str', value);
export const bool = (value: boolean): ConstantValue => constant('bool', value);
/** A day number. */
export const day = (value: number): ConstantValue => constant('date', value);

/** What is not known, by its type. */
export const nothing: Readonly<Record<ColumnType, ConstantValue>> = {
  bool: constant('bool', null),
  int: constant('int', null),
  float: constant('float', null),
  str: constant('str', null),
  date: constant('date', null),
};

/** All of the conditions; a lone one stands for itself. There has to be one. */
export function all<V extends Scoped>(...conditions: readonly V[]): V | OperationValue<V> {
  const [only, another] = conditions;
  return only !== undefined && another === undefined ? only : operation('and', ...conditions);
}

/** Any of the conditions; a lone one stands for itself. There has to be one. */
export function any<V extends Scoped>(...conditions: readonly V[]): V | OperationValue<V> {
  const [only, another] = conditions;
  return only !== undefined && another === undefined ? only : operation('or', ...conditions);
}

/** Whether a text is one of these, byte by byte. */
export const isOneOf = <V extends Scoped>(operand: V, elements: readonly string[]): InSetValue<V> =>
  inSet(operand, textSet(elements), 'exact');

export function tppTable(name: TableName): Rows {
  return table(name);
}

/** A column of a table of the schema, as it is called in those of its rows that were filtered or joined too. */
export function column<Table extends TableName>(of: Table, name: ColumnName<Table>): RowValue {
  const schema = tableByName[of]?.columns[name];
  if (schema === undefined) throw new RangeError(`${of} has no column ${name}`);
  return anyColumn(name, schema.type);
}

/** What a `join` of two tables needs where both have columns of the same names. */
export function on(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
