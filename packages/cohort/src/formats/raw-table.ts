/**
 * A table read from a file, in the types that the file itself has. What the values ought to be is for the reader's user
 * to say: CSV knows nothing but text, Feather and Stata know numbers, dates and text.
 */
export type RawColumn =
  | {
      readonly name: string;
      readonly kind: 'text';
      /** Index into `labels`, or NO_CATEGORY where the file has null. CSV and Stata have blank labels, never null. */
      readonly values: Int32Array;
      /** Distinct. Numbers only in Feather, for categories that are numbers. */
      readonly labels: readonly (string | number)[];
      /** Whether the file declares categories: then `labels` has their order and may name some that no row has. */
      readonly categorical: boolean;
    }
  | { readonly name: string; readonly kind: 'bool'; readonly values: Uint8Array }
  | { readonly name: string; readonly kind: 'int'; readonly values: Float64Array }
  /** Missing is NaN. Whole numbers and flags of which some are missing come as this too, as pandas has them. */
  | { readonly name: string; readonly kind: 'float'; readonly values: Float64Array }
  /** Days since 1970-01-01, or NO_DATE. Times of day are dropped. */
  | { readonly name: string; readonly kind: 'date'; readonly values: Int32Array };

export interface RawTable {
  readonly rows: number;
  readonly columns: readonly RawColumn[];
}

/** What a reader is told. */
export interface ReadOptions {
  /** For messages: the path as the researcher knows it. */
  readonly file: string;
  /** Bytes that may be unpacked in all. */
  readonly limit: number;
  /** Columns to read; the others are skipped. Absent: all. A name that the file lacks is simply not in the result. */
  readonly columns?: ReadonlySet<string>;
}
