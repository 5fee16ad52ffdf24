import type { ImageReference, Output } from '../pipeline.ts';
import type { YamlMap } from '../yaml/node.ts';

/** An action as far as it could be read. It becomes an `Action` when the whole file is without errors. */
export interface ActionDraft {
  readonly name: string;
  /** Offset of the name. */
  readonly at: number;
  /** Null where the command could not be understood. */
  readonly run: RunDraft | null;
  /** The command's text, even where it could not be understood. */
  readonly rawRun: string | null;
  readonly runAt: number;
  readonly needs: readonly NeedDraft[];
  /** Null where no outputs could be read. */
  readonly outputs: OutputsDraft | null;
  readonly config: YamlMap | null;
  readonly dummyDataFile: string | null;
}

export interface RunDraft {
  readonly raw: string;
  readonly image: ImageReference;
  /** All words, the image first. */
  readonly words: readonly string[];
}

export interface NeedDraft {
  readonly name: string;
  readonly at: number;
}

export interface OutputsDraft {
  readonly at: number;
  readonly list: readonly OutputDraft[];
  /** How many levels are given, empty ones included. */
  readonly levels: number;
}

export interface OutputDraft extends Output {
  readonly at: number;
  /** False where the pattern itself breaks a rule; then it is not compared with others. */
  readonly sound: boolean;
}
