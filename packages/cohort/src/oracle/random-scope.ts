/** What the makers of random values and of random rows know of each other. */
import type { PatientValue, RowOrder, Rows, RowValue, ValueType } from '../model/model.ts';

export interface ColumnInfo {
  readonly name: string;
  readonly type: ValueType;
  /** Whether its floats are quarters. */
  readonly exact: boolean;
}

/** Rows, and what can be asked of them. */
export interface Known {
  readonly rows: Rows;
  readonly columns: readonly ColumnInfo[];
  readonly ofPatients: boolean;
}

/** What rows are made with. */
export interface ValueMaker {
  ofPatient(type: ValueType, depth: number, exact: boolean): PatientValue;
  /** A value in the scope of the rows. */
  ofRow(type: ValueType, from: Known, depth: number, exact: boolean): RowValue;
  order(from: Known): readonly RowOrder[];
}
