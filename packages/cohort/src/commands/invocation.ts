/** What a command line asks for, once read. */
import type { AddressSource } from '../database-process/database-address.ts';
import type { DialectName } from '../dialect/dialect-name.ts';
import type { OutputFormatName } from '../formats/output-format.ts';

/** Where the rows come from. */
export type CohortSource =
  | { readonly kind: 'expectations'; readonly population: number; readonly seed: number | null }
  | { readonly kind: 'dummy-file'; readonly path: string }
  | { readonly kind: 'database'; readonly address: AddressSource };

export interface GenerateCohort {
  readonly command: 'generate_cohort';
  /** Module name, or all. */
  readonly definition: string | 'all';
  readonly source: CohortSource;
  readonly outputDir: string;
  /** First part of the file names; null for `input` followed by what sets the definition's name apart. */
  readonly outputName: string | null;
  readonly format: OutputFormatName;
  readonly indexDateRange: string | null;
  readonly skipExisting: boolean;
  readonly params: Readonly<Record<string, string>>;
}

export interface GenerateMeasures {
  readonly command: 'generate_measures';
  readonly definition: string | 'all';
  readonly outputDir: string;
  readonly skipExisting: boolean;
  readonly params: Readonly<Record<string, string>>;
  /** Straight from a database, without files of rows between; null for the files made before. */
  readonly database: {
    readonly address: AddressSource;
    readonly indexDateRange: string;
  } | null;
}

export interface CohortReport {
  readonly command: 'cohort_report';
  readonly inputDir: string;
  readonly outputDir: string;
}

export interface DumpStudyYaml {
  readonly command: 'dump_study_yaml';
  readonly definition: string;
  readonly params: Readonly<Record<string, string>>;
}

/** How a definition is worked out: the bare queries, or everything from the model down. */
export interface PlanCommand<C extends 'dump_cohort_sql' | 'explain'> {
  readonly command: C;
  readonly definition: string;
  readonly indexDateRange: string | null;
  readonly dialect: DialectName;
  readonly params: Readonly<Record<string, string>>;
}

export interface Maintenance {
  readonly command: 'maintenance';
  readonly address: AddressSource;
}

export type CohortCommand =
  | GenerateCohort
  | GenerateMeasures
  | CohortReport
  | DumpStudyYaml
  | PlanCommand<'dump_cohort_sql'>
  | PlanCommand<'explain'>
  | Maintenance;

export type Invocation =
  | CohortCommand
  /** A command that would change a database. */
  | { readonly command: 'database-writing'; readonly name: string }
  | { readonly command: 'version' }
  | { readonly command: 'help'; readonly text: string };
