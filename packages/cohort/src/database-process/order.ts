/** What the database's process is asked to do, and what it answers. All of it is plain data. */
import type { Diagnostic } from '@vitrine/pipeline';
import type { Measure, Study } from '../cohortextractor/study.ts';
import type { OutputFormatName } from '../formats/output-format.ts';
import type { ExtractRecord, KeptExtract } from '../records/extract-record.ts';

/** Where the process may keep what it cannot hold in memory, and how much memory it may take. */
export interface ProcessLimits {
  /** Host path of a folder of its own, which is removed afterwards. */
  readonly temporaryFolder: string;
  readonly memoryMiB: number;
}

/** One file to be made. */
export interface ExtractOrder {
  /** ISO date; null for a study without an index date. */
  readonly indexDate: string | null;
  /** Host path. */
  readonly path: string;
  /** The file that an earlier attempt made, if any. */
  readonly kept: KeptExtract | null;
}

/** A measure at one date. */
export interface MeasureFileOrder {
  /** Its id. */
  readonly measure: string;
  /** ISO date. */
  readonly indexDate: string;
  /** Host path. */
  readonly path: string;
  /** The file that an earlier attempt made, if any. */
  readonly kept: KeptExtract | null;
  /** Whether the file that stands there already is to stay. */
  readonly stays: boolean;
}

export interface MeasureOrder {
  /** ISO dates, earliest first. */
  readonly indexDates: readonly string[];
  /** Those of the study that are to be worked out. */
  readonly measures: readonly Measure[];
  /** One for each measure and date. */
  readonly files: readonly MeasureFileOrder[];
  /** Host path of the folder of the files, for `measure_<id>.csv` of all dates. */
  readonly folder: string;
}

/** The rows of one definition, a file for each index date; or its measures without such files. */
export interface StudyOrder {
  readonly study: Study;
  readonly extracts: readonly ExtractOrder[];
  readonly measures: MeasureOrder | null;
}

export type DatabaseOrder =
  | {
      readonly kind: 'studies';
      readonly studies: readonly StudyOrder[];
      readonly format: OutputFormatName;
      /** Host path of the study's root, for the files that its columns read. */
      readonly directory: string;
      /** ISO date. */
      readonly today: string;
    }
  /** Whether the database is being rebuilt. */
  | { readonly kind: 'maintenance' };

/** What the process is sent first. */
export interface DatabaseTask {
  readonly order: DatabaseOrder;
  readonly limits: ProcessLimits;
}

export type DatabaseAnswer =
  /** A file is whole and in its place. */
  | { readonly kind: 'extract'; readonly path: string; readonly record: ExtractRecord }
  /**
   * The file of a measure is whole and in its place; that of all of its dates, which is put together of the others, has no
   * record of its own.
   */
  | { readonly kind: 'measure'; readonly path: string; readonly record: ExtractRecord | null }
  /** A line for the log. */
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'maintenance'; readonly beingRebuilt: boolean }
  /** The last word: nothing went wrong, or what did. */
  | { readonly kind: 'done' }
  | { readonly kind: 'faults'; readonly diagnostics: readonly Diagnostic[] }
  /** A defect of ours. The stack names files and lines of this program, and no values. */
  | { readonly kind: 'defect'; readonly stack: string };
