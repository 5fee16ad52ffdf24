import type { RunRecorder } from '../record/run-recorder.ts';
import type { ExtractRecord, KeptExtract } from '../records/extract-record.ts';

/** What a command needs of the world. Time and randomness are given, so that a run can be repeated exactly. */
export interface CohortContext {
  /** Host path of the study's root. Nothing outside it is read or written. */
  readonly directory: string;
  /** What people write before the words of a command, for usage and help; as in run lines if it is not given. */
  readonly program?: string;
  /** Executes the study's own Python, in isolation. */
  readonly runRecorder: RunRecorder;
  /** One line of the answer (standard output). */
  readonly print: (line: string) => void;
  /** One line about what is going on (standard error). */
  readonly log: (line: string) => void;
  /** ISO date that `today` stands for. */
  readonly today: string;
  /** Seed of dummy data where the command line gives none; null for the fixed default. */
  readonly seed: number | null;
  /** DATABASE_URL and DATABASE_URL_FILE say where a database's address stands; it is never read here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly progress?: (event: CohortProgress) => void;
  /** Told of each file that came from a database, when it is whole: rows, or a measure at one date. */
  readonly recordExtract?: (record: ExtractRecord) => void;
  /** Files of a cut-off attempt at this very command. Those that still fit are moved into their place. */
  readonly keptExtracts?: readonly KeptExtract[];
  /** Stops the command between two files. */
  readonly signal?: AbortSignal;
}

/** After each file. */
export interface CohortProgress {
  /** The file just made or skipped, relative to the study. */
  readonly file: string;
  readonly done: number;
  readonly total: number;
  /** Of a file that came from a database. */
  readonly rows?: number;
}
