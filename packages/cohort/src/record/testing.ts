/**
 * For tests: a recorder that runs the machine's own Python without isolation, and small studies on disk. Never exported
 * from the package: the product always isolates.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DOCUMENT_PATH, type RunRecorder } from './run-recorder.ts';

/** Debian's Python, which has pandas. */
export const systemPython = '/usr/bin/python3';

/** Runs the recorder with the machine's own Python. Keeps the time limit and the document limit, not the memory limit. */
export const runRecorderUnconfined: RunRecorder = async (run) => {
  const scratch = await mkdtemp(join(tmpdir(), 'vitrine-record-'));
  const path = join(scratch, 'document.json');
  try {
    const child = spawn(
      systemPython,
      run.arguments.map((argument) => argument.replaceAll(DOCUMENT_PATH, path)),
      {
        cwd: run.studyDir,
        env: { PATH: '/usr/bin:/bin', PYTHONPATH: run.pythonPath, HOME: scratch },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: run.limits.wallClockSeconds * 1000,
        killSignal: 'SIGKILL',
      },
    );
    let log = '';
    child.stdout.on('data', (data: Buffer) => {
      log += `standard output: ${data}`;
    });
    child.stderr.on('data', (data: Buffer) => {
      log += data;
    });
    const { promise, resolve, reject } = Promise.withResolvers<NodeJS.Signals | number>();
    child.on('error', reject).on('close', (code, signal) => resolve(signal ?? code ?? 0));
    const ended = await promise;
    const document = await readFile(path, 'utf8').catch(() => null);
    const tooLarge = document !== null && document.length > run.limits.documentBytes;
    return {
      exitCode: typeof ended === 'number' ? ended : 128,
      limit: ended === 'SIGKILL' ? 'time' : tooLarge ? 'document' : null,
      document: tooLarge ? null : document,
      log,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/** A study folder that is removed when the block ends (`await using`). */
export interface TestStudy extends AsyncDisposable {
  readonly directory: string;
}

/** Writes files, text or bytes by relative path, to a folder of their own. */
export async function makeStudy(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<TestStudy> {
  const directory = await mkdtemp(join(tmpdir(), 'vitrine-study-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
