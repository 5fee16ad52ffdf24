import { CsvError, parse } from 'csv-parse/sync';

/** The beginning of a table, as texts. */
export interface DelimitedTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether the file has more rows than these. */
  readonly hasMoreRows: boolean;
  /** Columns of the file that are left out. */
  readonly hiddenColumns: number;
}

export interface ReadLimits {
  /** Most rows, without the header. */
  readonly rows: number;
  /** Most columns. */
  readonly columns: number;
  /** Most cells: wide tables give fewer rows. */
  readonly cells: number;
}

/**
 * Reads the beginning of a delimited text: the first record names the columns. No more of it is read than is kept, so that a long
 * file takes no longer than a short one.
 *
 * @returns null where the text is empty or a quotation mark in it is never closed
 */
export function readDelimited(
  text: string,
  delimiter: ',' | '\t',
  limits: ReadLimits,
): DelimitedTable | null {
  const [header] = records(text, delimiter, 1) ?? [];
  if (header === undefined) return null;
  const shown = Math.min(header.length, limits.columns);
  const most = Math.min(limits.rows, Math.floor(limits.cells / Math.max(1, shown)));
  // One record for the header, and one that tells whether there are more.
  const found = records(text, delimiter, most + 2);
  return found === null
    ? null
    : {
        columns: header.slice(0, shown),
        rows: found.slice(1, most + 1).map((row) => row.slice(0, shown)),
        hasMoreRows: found.length > most + 1,
        hiddenColumns: header.length - shown,
      };
}

function records(text: string, delimiter: string, to: number): readonly string[][] | null {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to,
    });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}
