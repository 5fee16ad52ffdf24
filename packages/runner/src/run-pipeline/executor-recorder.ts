/**
 * Executes study definitions behind the executor: no network, no secrets, the study read-only, one document out
 * (promise P1). This is how `cohort` reaches a sandbox without knowing of one.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  DOCUMENT_PATH,
  type RecorderOutcome,
  type RecorderRun,
  type RunRecorder,
} from '@vitrine/cohort';
import type { ExecutionSpec, Executor, Limits } from '../executor/executor.ts';
import { launchOf } from '../runtime/launch.ts';
import { findRuntime, type RuntimeSetting } from '../runtime/runtimes.ts';
import { logTail } from '../workspace/action-log.ts';
import { workspaceFaults } from '../workspace/faults.ts';
import { openInside } from '../workspace/inside.ts';
import { removeTree } from '../workspace/tree.ts';

export interface ExecutorRecorderOptions {
  readonly executor: Executor;
  readonly runtimes: Readonly<Record<string, RuntimeSetting>>;
  /** Name of the execution; two recordings side by side need two. */
  readonly id: string;
  /** A folder of ours, made and removed with each recording. */
  readonly scratch: string;
  /** What the recorder does not limit itself. */
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
}

/** Where the recorder's own package is seen inside. */
const PACKAGE = '/opt/vitrine/recorder';

const DOCUMENT_FOLDER = dirname(DOCUMENT_PATH);

/** Lines of what the study printed that are handed on. */
const LOG_LINES = 200;

/** A recorder that runs the study's Python in isolation. */
export function executorRecorder(options: ExecutorRecorderOptions): RunRecorder {
  return async (run) => {
    const { executor, id, scratch, signal } = options;
    await removeTree(scratch);
    await mkdir(scratch, { recursive: true });
    // A recording that a crash left behind would otherwise answer for this one.
    await executor.remove(id);
    try {
      await executor.start(specOf(run, options));
      const ended = await executor.wait(id, signal);
      signal?.throwIfAborted();
      if (ended.state !== 'exited') {
        throw workspaceFaults.error('action-not-started', { reason: 'the recorder vanished' });
      }
      const log = logTail(await executor.log(id), LOG_LINES).join('\n');
      return { exitCode: ended.exitCode, log, ...(await outcomeOf(run, scratch, ended.limit)) };
    } finally {
      await executor.stop(id);
      await executor.remove(id);
      await removeTree(scratch);
    }
  };
}

function specOf(run: RecorderRun, options: ExecutorRecorderOptions): ExecutionSpec {
  const runtime = findRuntime('python', 'v2', options.runtimes);
  if (runtime?.kind !== 'programs') {
    throw workspaceFaults.error('action-not-started', { reason: 'there is no Python runtime' });
  }
  const launch = launchOf(runtime, ['python3', ...run.arguments], {
    executor: options.executor.name,
    workspace: run.studyDir,
    cpus: 1,
    backend: 'expectations',
  });
  const extras = launch.environment['PYTHONPATH'];
  return {
    id: options.id,
    runtime: launch.runtime,
    command: launch.command,
    mounts: [
      { source: run.studyDir, target: '/workspace', writable: false },
      { source: run.pythonPath, target: PACKAGE, writable: false },
      { source: options.scratch, target: DOCUMENT_FOLDER, writable: true },
      ...launch.mounts,
    ],
    environment: {
      ...launch.environment,
      PYTHONPATH: extras === undefined ? PACKAGE : `${PACKAGE}:${extras}`,
    },
    limits: {
      ...options.limits,
      wallClockSeconds: run.limits.wallClockSeconds,
      memoryBytes: run.limits.memoryBytes,
      // One byte too many is enough to tell.
      diskBytes: run.limits.documentBytes + 1024 * 1024,
    },
    labels: { 'vitrine.recorder': options.id },
  };
}

/** Reads the document as what it is: a file that study code may have put anything in, or in the place of. */
async function outcomeOf(
  run: RecorderRun,
  scratch: string,
  limit: string | null,
): Promise<Pick<RecorderOutcome, 'limit' | 'document'>> {
  if (limit === 'time' || limit === 'memory') return { limit, document: null };
  if (limit === 'disk') return { limit: 'document', document: null };
  const name = DOCUMENT_PATH.slice(DOCUMENT_FOLDER.length + 1);
  const opened = await openInside(scratch, name);
  if (opened.file === null) return { limit: null, document: null };
  try {
    if (opened.stat.size > run.limits.documentBytes) return { limit: 'document', document: null };
    return { limit: null, document: await opened.file.readFile('utf8') };
  } finally {
    await opened.file.close();
  }
}

/** The folder of a job's recordings. */
export function recordingFolder(jobFolder: string): string {
  return join(jobFolder, 'record');
}
