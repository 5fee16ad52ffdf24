/**
 * The seam behind which a database's SQL lies. The compiler writes statements of plain joins, groups and windows; what
 * databases spell or do differently it asks a dialect for. All parameters and results named `…: string` are SQL.
 */
import type { AggregateFunction, Constant, Operation, ValueType } from '../model/model.ts';
import type { DialectName } from './dialect-name.ts';

export interface PickOrder {
  readonly by: string;
  readonly type: ValueType;
  readonly direction: 'ascending' | 'descending';
}

/** Bits that a whole number of every database has, and that are told exactly. */
export const BITS = 48;

export interface Dialect {
  readonly name: DialectName;
  /** Whether rows of a table that was made in an order are read in it. */
  readonly keepsOrder: boolean;
  /** A name within a statement, quoted. */
  identifier(name: string): string;
  /** A table of the database, as a FROM item without its alias; `columns` are those that are read. */
  sourceTable(name: string, columns: Readonly<Record<string, ValueType>>): string;
  /** A table that the plan makes. */
  ownTable(name: string): string;
  literal(value: Constant, type: ValueType): string;
  /** Type of a column that holds such values. */
  columnType(type: ValueType): string;
  operation(operation: Operation, type: ValueType, operands: readonly string[]): string;
  /**
   * A condition as a value that can be kept in a column, and back. Operations take bools as values and give them; conditions
   * stand after WHERE and WHEN, and with AND and OR between them.
   */
  conditionValue(condition: string): string;
  valueCondition(value: string): string;
  /** Condition: whether any element (at least one) occurs in the text in that way; unknown for an unknown text. */
  matches(
    text: string,
    elements: readonly string[],
    match: 'prefix' | 'substring' | 'code-in-text',
  ): string;
  /** Condition: whether a whole number has the bit, the lowest of which is 0; there are `BITS`. */
  hasBit(number: string, bit: number): string;
  /**
   * Over a group, or over a window where `over` says which; only over rows that fulfil `condition`, if there is one. Of
   * no rows, unknown or 0.
   */
  aggregate(
    name: AggregateFunction,
    type: ValueType,
    of: string | null,
    condition: string | null,
    over?: string,
  ): string;
  /**
   * Aggregate that keeps, of the row that comes first, the order and `take` in one opaque value. `mergePicks` makes one
   * of several, `taken` gets `take` out.
   */
  pick(
    order: readonly PickOrder[],
    take: string,
    type: ValueType,
    condition: string | null,
  ): string;
  mergePicks(pick: string, over?: string): string;
  taken(pick: string, type: ValueType): string;
  /** A term of ORDER BY that puts unknown values last. */
  orderTerm(order: PickOrder): string;
  /**
   * Keeps the rows of a query as a table of the plan.
   *
   * @param order Columns `alias.name` of the query by which the table is sorted.
   */
  createTable(name: string, query: string, order?: readonly string[]): string;
  dropTable(name: string): string;
}
