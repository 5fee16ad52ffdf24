/** What is known of an extract beside its rows: enough to tell later whether two extracts are the same, and why not. */

/** How many patients fulfil the conditions of the population up to and with this one. */
export interface AttritionStep {
  /** In the study's own words. */
  readonly words: string;
  readonly remaining: number;
}

/** An extract, or a measure at one date, that an earlier attempt at the same work made. */
export interface KeptExtract {
  /** Host path of its file; it may be gone. */
  readonly path: string;
  readonly record: ExtractRecord;
}

export interface ExtractRecord {
  /** Path in the study. */
  readonly file: string;
  /** Module name of the definition. */
  readonly definition: string;
  /** Id of the measure that the file holds; null for a file of patients. */
  readonly measure: string | null;
  /** ISO date; null where the definition has none. */
  readonly indexDate: string | null;
  /** Of the file: patients, or the groups of a measure. */
  readonly rows: number;
  readonly bytes: number;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** Says which build of the database was read: two that differ may hold different records. */
  readonly databaseBuild: string;
  /** SHA-256 of the plan, and of the measure: the same definition, dates and engine have the same. */
  readonly planHash: string;
  /** Of each column, how many patients have its empty value. Of a measure, of those columns that it reads. */
  readonly missing: readonly { readonly column: string; readonly rows: number }[];
  /** Everybody in the database first. */
  readonly attrition: readonly AttritionStep[];
}
