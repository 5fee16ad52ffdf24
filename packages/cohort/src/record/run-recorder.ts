/**
 * The seam through which a study definition is executed. `cohort` says what to run and how much it may use; whoever
 * composes it with an executor (see `runner`) says how it is isolated.
 */

/** One run of the recorder. Inside, the study is at /workspace, read-only, and is the working directory. */
export interface RecorderRun {
  /** Host path of the study's root. */
  readonly studyDir: string;
  /** Host path of the folder that holds our `cohortextractor` package; goes on PYTHONPATH, read-only. */
  readonly pythonPath: string;
  /** Arguments after `python3`. The document is written to the path that stands for `DOCUMENT_PATH` in them. */
  readonly arguments: readonly string[];
  readonly limits: {
    readonly wallClockSeconds: number;
    readonly memoryBytes: number;
    /** Largest document that is accepted. */
    readonly documentBytes: number;
  };
}

/** Path of the document as the recorder sees it, inside its sandbox. */
export const DOCUMENT_PATH = '/record/document.json';

/** What came of it. */
export interface RecorderOutcome {
  readonly exitCode: number;
  /** The limit that ended the run, if one did. */
  readonly limit: 'time' | 'memory' | 'document' | null;
  /** The document's text, or null when none was written. */
  readonly document: string | null;
  /** The tail of what the study printed. */
  readonly log: string;
}

export type RunRecorder = (run: RecorderRun) => Promise<RecorderOutcome>;
