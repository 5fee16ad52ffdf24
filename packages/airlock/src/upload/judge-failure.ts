/** What becomes of an upload after an attempt that failed. Pure. */
import { FaultError } from '@vitrine/pipeline';
import { ConnectionError, type Problem } from '@vitrine/protocol';
import { uploadFaults } from './faults.ts';
import type { UploadFault } from './upload-state.ts';

export interface Judgement {
  readonly fault: UploadFault;
  /** False where another attempt would meet the same. */
  readonly isRetried: boolean;
}

/** Most faults of one answer that are shown. */
const SHOWN = 20;

/** Refusals of the job server that pass by themselves. */
const passing: ReadonlySet<string> = new Set(['release-store-full']);

/** @param error what an attempt threw */
export function judgeFailure(error: unknown): Judgement {
  if (error instanceof FaultError) {
    const fault = faultOf(error);
    return { fault, isRetried: fault.code === 'upload-incomplete' };
  }
  if (!(error instanceof ConnectionError))
    return retried(uploadFaults.diagnose('upload-failed', {}));
  const { failure, message: reason, problem } = error;
  if (problem !== null && isRefusal(error, problem)) {
    return { fault: inWordsOf(problem), isRetried: false };
  }
  switch (failure) {
    case 'unauthorised':
      return retried(uploadFaults.diagnose('upload-token-refused', {}));
    case 'unintelligible':
      return retried(uploadFaults.diagnose('upload-not-understood', { reason }));
    case 'unreachable':
    case 'failed':
    // Without the server's own words something in between has refused it.
    case 'rejected':
      return retried(uploadFaults.diagnose('upload-not-answered', { reason }));
  }
}

/** A judgement of the job server on this release, which the same message would meet again. */
function isRefusal({ failure }: ConnectionError, { code }: Problem): boolean {
  return failure === 'rejected' || (code.startsWith('release-') && !passing.has(code));
}

function inWordsOf({ code, detail, hint, errors = [] }: Problem): UploadFault {
  if (errors.length === 0) return { code, message: detail, hint };
  const shown = errors.slice(0, SHOWN);
  const more = errors.length - shown.length;
  const lines = shown.map(({ message }) => message);
  const hints = new Set([hint, ...shown.map((error) => error.hint ?? hint)]);
  return {
    code,
    message: [...lines, ...(more > 0 ? [`There are ${more} faults more.`] : [])].join('\n'),
    hint: [...hints].join('\n'),
  };
}

/** The fault of an error of ours; of several, all. */
export function faultOf({ diagnostics }: FaultError): UploadFault {
  return {
    code: diagnostics[0]?.code ?? '',
    message: diagnostics.map(({ message }) => message).join('\n'),
    hint: [...new Set(diagnostics.map(({ hint }) => hint))].join('\n'),
  };
}

function retried({ code, message, hint }: UploadFault): Judgement {
  return { fault: { code, message, hint }, isRetried: true };
}
