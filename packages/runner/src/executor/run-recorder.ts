/** Runs the recorder of study definitions on an executor: the cohort package's `RunRecorder`. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  DOCUMENT_PATH,
  type RecorderOutcome,
  type RecorderRun,
  type RunRecorder,
} from '@vitrine/cohort';
import type { ExecutionSpec, Executor, LimitName } from './executor.ts';

/** Where the recorder's Python package lies inside. */
const PYTHON_PATH = '/opt/vitrine/python';

const MEBIBYTE = 2 ** 20;

/** What the limits of an executor mean for a recorder. The others tell of the study's habits, not of its end. */
const LIMITS: Readonly<Record<LimitName, RecorderOutcome['limit']>> = {
  time: 'time',
  memory: 'memory',
  disk: 'document',
  processes: null,
  log: null,
};

/**
 * Makes the recorder's runner. The study is read-only at /workspace; the only thing that leaves is the document, a regular
 * file no longer than the limit, and the log's tail. Nothing of a run remains afterwards, however it ended.
 *
 * @param scratchDir where the folder for each run's document is made.
 */
export function recorderOn(
  executor: Executor,
  runtime: ExecutionSpec['runtime'],
  scratchDir: string = tmpdir(),
): RunRecorder {
  return async (run) => {
    const id = `record-${randomBytes(8).toString('hex')}`;
    await mkdir(scratchDir, { recursive: true });
    const scratch = await mkdtemp(join(scratchDir, `${id}-`));
    const recordDir = join(scratch, 'record');
    try {
      await mkdir(recordDir, { mode: 0o777 });
      await executor.start(specOf(id, run, recordDir, runtime));
      const execution = await executor.wait(id);
      if (execution.state !== 'exited') throw new Error(`the record run ${id} vanished`);
      const document = await readDocument(
        join(recordDir, DOCUMENT_PATH.slice(dirname(DOCUMENT_PATH).length + 1)),
        run.limits.documentBytes,
      );
      return {
        exitCode: execution.exitCode,
        limit: document.tooLarge
          ? 'document'
          : execution.limit === null
            ? null
            : LIMITS[execution.limit],
        document: document.text,
        log: withoutTimes(await executor.log(id)),
      };
    } finally {
      await executor.remove(id);
      // Not our own removal: a study can nest folders deeper than a path can name, and rm can follow.
      await promisify(execFile)('rm', ['-rf', '--', scratch]);
    }
  };
}

function specOf(
  id: string,
  run: RecorderRun,
  recordDir: string,
  runtime: ExecutionSpec['runtime'],
): ExecutionSpec {
  return {
    id,
    runtime,
    command: ['python3', ...run.arguments],
    mounts: [
      { source: run.studyDir, target: '/workspace', writable: false },
      { source: run.pythonPath, target: PYTHON_PATH, writable: false },
      { source: recordDir, target: dirname(DOCUMENT_PATH), writable: true },
    ],
    environment: {
      PYTHONPATH: PYTHON_PATH,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
    limits: {
      wallClockSeconds: run.limits.wallClockSeconds,
      memoryBytes: run.limits.memoryBytes,
      cpus: 2,
      processes: 64,
      // A little more than the document may have, so that one just too long is told from a full disk.
      diskBytes: run.limits.documentBytes + 4 * MEBIBYTE,
      temporaryBytes: 64 * MEBIBYTE,
      logBytes: 64 * 1024,
    },
    labels: { 'vitrine.purpose': 'record' },
  };
}

/** Python's words as the researcher knows them: the time in front of each line says nothing here. */
function withoutTimes(log: string): string {
  return log.replaceAll(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z /gm, '');
}

interface ReadDocument {
  readonly text: string | null;
  readonly tooLarge: boolean;
}

/** Reads a file that the study may have put anything in the place of. */
async function readDocument(path: string, limit: number): Promise<ReadDocument> {
  const nothing: ReadDocument = { text: null, tooLarge: false };
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
  if (file === null) return nothing;
  try {
    const status = await file.stat();
    if (!status.isFile() || status.nlink !== 1) return nothing;
    if (status.size > limit) return { text: null, tooLarge: true };
    return { text: await file.readFile('utf8'), tooLarge: false };
  } finally {
    await file.close();
  }
}
