/**
 * How the end of an action reads in the fixed vocabulary: the only words in which it leaves (promise P3). Pure.
 */
import { type Action, isDatabaseAction } from '@vitrine/pipeline';
import type { ReportedCode, ReportedUsage } from '@vitrine/protocol';
import type { ActionResult, Ending, FailureReason, LimitName, Usage } from '@vitrine/runner';

/** The code of an action that ran to an end, as the workspace's history has it. */
export function codeOfEnding({ reason, exitCode, limit }: Ending, action: Action): ReportedCode {
  if (reason === null) return 'succeeded';
  if (reason === 'limit') return limit === null ? 'outputs_refused' : codeOfLimit[limit];
  if (reason === 'nonzero-exit') return codeOfExit(exitCode, action);
  return codeOfReason[reason];
}

/** The code of an action that did not, and left no mark in the history. */
export function codeOfFailure(result: Extract<ActionResult, { state: 'failed' }>): ReportedCode {
  for (const { code } of result.diagnostics) {
    const own = codeOfFault[code];
    if (own !== undefined) return own;
    if (code.startsWith('reusable-')) return 'image_refused';
  }
  return codeOfReason[result.reason];
}

/**
 * Memory and time, too coarse to write a message with (threat T6): whole seconds, and memory in steps of a sixteenth of
 * its power of two.
 */
export function coarseUsage({ peakMemoryBytes, cpuSeconds, imageDigest }: Usage): ReportedUsage {
  return {
    peak_memory_bytes: peakMemoryBytes === null ? null : coarseBytes(peakMemoryBytes),
    cpu_seconds: cpuSeconds === null ? null : Math.ceil(cpuSeconds),
    // One of the images that the agent allows.
    image_digest: imageDigest,
  };
}

function coarseBytes(bytes: number): number {
  const step = Math.max(1024 ** 2, 2 ** Math.floor(Math.log2(Math.max(1, bytes))) / 16);
  return Math.ceil(bytes / step) * step;
}

const codeOfLimit: Readonly<Record<LimitName, ReportedCode>> = {
  time: 'out_of_time',
  memory: 'out_of_memory',
  processes: 'too_many_processes',
  disk: 'out_of_disk',
  log: 'nonzero_exit',
};

const codeOfReason: Readonly<Record<FailureReason, ReportedCode>> = {
  'nonzero-exit': 'nonzero_exit',
  'unmatched-patterns': 'unmatched_patterns',
  limit: 'outputs_refused',
  cancelled: 'cancelled_by_user',
  dependency: 'input_missing',
  refused: 'job_error',
  platform: 'internal_error',
};

const codeOfFault: Readonly<Record<string, ReportedCode>> = {
  'input-missing': 'input_missing',
  'input-not-recorded': 'input_missing',
  'commit-not-found': 'commit_refused',
  'code-too-large': 'out_of_disk',
  'folder-is-link': 'outputs_refused',
  'runtime-unknown': 'image_refused',
  'runtime-not-configured': 'image_refused',
  'executor-missing': 'image_unavailable',
  'image-absent': 'image_unavailable',
  'storage-failed': 'storage_unavailable',
};

/** What only programs of ours or of the platform may say with an exit code (pipeline-and-job-runner §2.5). */
function codeOfExit(exitCode: number, action: Action): ReportedCode {
  const { name } = action.run.image;
  const own =
    name === 'cohortextractor' ? COHORT_CODES : isDatabaseAction(action) ? EHRQL_CODES : {};
  return own[exitCode] ?? 'nonzero_exit';
}

const COHORT_CODES: Readonly<Record<number, ReportedCode>> = {
  1: 'definition_invalid',
  2: 'command_invalid',
  // cohort-extractor §5.4: a fault of the moment, records that are being built anew, any other fault of the database.
  3: 'database_unavailable',
  4: 'data_import_in_progress',
  5: 'database_refused',
};

const EHRQL_CODES: Readonly<Record<number, ReportedCode>> = {
  2: 'command_invalid',
  3: 'database_unavailable',
  4: 'data_import_in_progress',
  5: 'database_refused',
  6: 'query_too_complex',
  10: 'definition_invalid',
  11: 'data_file_invalid',
  12: 'permission_missing',
  13: 'assurance_failed',
  14: 'query_too_slow',
};
