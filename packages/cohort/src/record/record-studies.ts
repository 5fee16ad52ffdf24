/** Has study definitions executed by the recorder and reads what it wrote. */
import { fileURLToPath } from 'node:url';
import { type RecordedDocument, recordedDocument } from './document.ts';
import { recordFaults } from './faults.ts';
import { DOCUMENT_PATH, type RecorderRun, type RunRecorder } from './run-recorder.ts';

export interface RecordRequest {
  /** Host path of the study's root. */
  readonly studyDir: string;
  /** Module names, such as `study_definition_bp`, in the order wanted; or every definition in `analysis/`. */
  readonly modules: readonly string[] | 'all';
  /** Values of `--param name=value`. */
  readonly params: Readonly<Record<string, string>>;
  readonly run: RunRecorder;
  /** Replaces single limits of `recorderLimits`. */
  readonly limits?: Partial<RecorderRun['limits']>;
}

/** What recording may use unless said otherwise. A definition that imports pandas and plots takes a second. */
export const recorderLimits: RecorderRun['limits'] = {
  wallClockSeconds: 120,
  memoryBytes: 2 * 2 ** 30,
  documentBytes: 64 * 2 ** 20,
};

/** Host path of the folder that holds the Python package. */
export const recorderPythonPath: string = fileURLToPath(new URL('../../python', import.meta.url));

/**
 * Records the modules. Faults of a study are in the document, module by module: see `faultsOf`.
 *
 * Throws FaultError when there is no document to read: `recording-time-limit`, `recording-memory-limit`,
 * `recording-too-large`, `recording-ended-early`, `recording-unreadable`; and `definitions-missing` when all modules were
 * asked for and there are none.
 */
export async function recordStudies(request: RecordRequest): Promise<RecordedDocument> {
  const limits = { ...recorderLimits, ...request.limits };
  const outcome = await request.run({
    studyDir: request.studyDir,
    pythonPath: recorderPythonPath,
    arguments: recorderArguments(request),
    limits,
  });
  const { limit, exitCode, document: text, log } = outcome;
  switch (limit) {
    case 'time':
      throw recordFaults.error('recording-time-limit', { seconds: limits.wallClockSeconds, log });
    case 'memory':
      throw recordFaults.error('recording-memory-limit', {
        megabytes: mebibytes(limits.memoryBytes),
      });
    case 'document':
      throw recordFaults.error('recording-too-large', {
        megabytes: mebibytes(limits.documentBytes),
      });
    case null:
      break;
  }
  if (exitCode !== 0 || text === null) {
    throw recordFaults.error('recording-ended-early', { exitCode, log });
  }
  // A recorder run that forgot the limit must not make this process swallow what it protects against.
  if (Buffer.byteLength(text) > limits.documentBytes) {
    throw recordFaults.error('recording-too-large', { megabytes: mebibytes(limits.documentBytes) });
  }
  const document = parse(text);
  if (request.modules === 'all') {
    if (document.modules.length === 0) throw recordFaults.error('definitions-missing', {});
  } else {
    const recorded = document.modules.map(({ module }) => module);
    if (recorded.join() !== request.modules.join()) {
      throw recordFaults.error('recording-unreadable', {
        problem: `modules ${recorded.join(', ')} where ${request.modules.join(', ')} were asked for`,
      });
    }
  }
  return document;
}

function recorderArguments({ modules, params }: RecordRequest): readonly string[] {
  return [
    // No compiled files beside the study; text files are UTF-8 whatever the machine's locale.
    ...['-B', '-X', 'utf8', '-m', 'cohortextractor', '--output', DOCUMENT_PATH],
    ...Object.entries(params).map(([name, value]) => `--param=${name}=${value}`),
    ...(modules === 'all' ? ['--all'] : ['--', ...modules]),
  ];
}

function parse(text: string): RecordedDocument {
  try {
    return recordedDocument.parse(JSON.parse(text));
  } catch (error) {
    // The study's process wrote it, so it can be anything.
    const problem = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
    throw recordFaults.error('recording-unreadable', { problem: problem.slice(0, 200) });
  }
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
