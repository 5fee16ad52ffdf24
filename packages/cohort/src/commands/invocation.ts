/** What a command line asks for, once read. */
import type { OutputFormatName } from '../formats/output-format.ts';

/** Where the rows come from. */
export type CohortSource =
  | { readonly kind: 'expectations'; readonly population: number; readonly seed: number | null }
  | { readonly kind: 'dummy-file'; readonly path: string }
  | { readonly kind: 'database' };

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

export type CohortCommand = GenerateCohort | GenerateMeasures | CohortReport | DumpStudyYaml;

export type Invocation =
  | CohortCommand
  /** A command that only a database can serve. */
  | { readonly command: 'database-only' }
  | { readonly command: 'version' }
  | { readonly command: 'help'; readonly text: string };
