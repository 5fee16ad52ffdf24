/**
 * A table of patients, column by column, in typed arrays.
 *
 * Missing values follow the field each type has in real extracts: `false`, `0` and `0.0` for flags and numbers; for
 * dates and categories there is a marker of its own. N is the number of rows, the same in every column.
 */

/** Day number of a missing date. */
export const NO_DATE: number = -0x8000_0000;

/** Code of a missing category. */
export const NO_CATEGORY: number = -1;

export type DateFormat = 'YYYY' | 'YYYY-MM' | 'YYYY-MM-DD';

/** The type of a column's values as the study language knows it. */
export type ColumnType = 'bool' | 'int' | 'float' | 'str' | 'date';

export type TableColumn =
  | { readonly name: string; readonly type: 'bool' /** 0 or 1. */; readonly values: Uint8Array }
  | {
      readonly name: string;
      readonly type: 'int';
      /** Whole numbers up to 2^53. */ readonly values: Float64Array;
    }
  | { readonly name: string; readonly type: 'float'; readonly values: Float64Array }
  | {
      readonly name: string;
      readonly type: 'str';
      /** Index into `labels`, or NO_CATEGORY. */
      readonly values: Int32Array;
      readonly labels: readonly string[];
      /** Whether the labels are whole numbers, which binary formats then store as such. */
      readonly numeric?: true;
    }
  | {
      readonly name: string;
      readonly type: 'date';
      /** Days since 1970-01-01, or NO_DATE. */
      readonly values: Int32Array;
      readonly format: DateFormat;
    };

export interface Table {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}
