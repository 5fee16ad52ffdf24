/** What came of an action, as data: for tables, JSON and the next decision. */
import type { Diagnostic, PrivacyLevel } from '@vitrine/pipeline';
import type { LimitName, Usage } from '../executor/executor.ts';
import type { FailureReason } from '../workspace/history.ts';
import type { DisclosureVerdict } from '../workspace/level4.ts';

/** An output, as people want to read it. */
export interface ActionOutput {
  readonly path: string;
  readonly level: PrivacyLevel;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** Of a CSV that may be seen at level 4. */
  readonly rows: number | null;
  readonly columns: number | null;
  /** Why it would be refused, or was, at level 4; null when it passes or never goes there. */
  readonly refusal: string | null;
  /** What must not be released as it is; null when it is not for level 4. */
  readonly disclosure: DisclosureVerdict | null;
}

interface CommonResult {
  readonly job: string;
  readonly action: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** One sentence. */
  readonly message: string;
  readonly hint: string | null;
  readonly usage: Usage;
  /** Limits that were met, even if they did not end it. */
  readonly limits: readonly LimitName[];
  /** Relative to the workspace; null when none was written. */
  readonly logFile: string | null;
  /** Warnings, and the faults of a result that is refused or the platform's. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface SucceededAction extends CommonResult {
  readonly state: 'succeeded';
  readonly outputs: readonly ActionOutput[];
}

export interface FailedAction extends CommonResult {
  readonly state: 'failed';
  readonly reason: FailureReason;
  /** Null when no program ran to an end. */
  readonly exitCode: number | null;
  /** The last lines that it printed. */
  readonly tail: readonly string[];
  /** True when there was more before the tail. */
  readonly tailIsCut: boolean;
  /** Patterns that no file matches. */
  readonly unmatched: readonly string[];
  /** Files that it made and nobody declared, when a pattern is unmatched. */
  readonly didYouMean: readonly string[];
}

export type ActionResult = SucceededAction | FailedAction;

export const NO_USAGE: Usage = {
  peakMemoryBytes: null,
  cpuSeconds: null,
  imageDigest: null,
};
