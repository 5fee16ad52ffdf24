/** Starts the supervisor of a job and hears whether the sandbox stands. */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a supervisor answers: it runs, another one has or had the job, or why the sandbox could not be made. */
export type Answer =
  | { readonly kind: 'started' }
  | { readonly kind: 'already' }
  | { readonly kind: 'failed'; readonly reason: string };

const SOURCE = dirname(fileURLToPath(import.meta.url));

/** `-I -S`: no environment, no user's or site's packages; the rest only runs our module, compiled once. */
const BOOT =
  'import sys; sys.path.insert(0, sys.argv[1]); import supervisor; supervisor.main(sys.argv[2])';

/**
 * Starts a supervisor on a job's folder, in a session of its own so that it outlives us.
 *
 * @param python the interpreter for the supervisor itself, not the study's.
 * @param cacheDir where Python keeps the compiled supervisor.
 */
export async function startSupervisor(
  python: string,
  cacheDir: string,
  folder: string,
): Promise<Answer> {
  const errors = await open(join(folder, 'supervisor.err'), 'a', 0o600);
  try {
    const child = spawn(
      python,
      ['-I', '-S', '-X', `pycache_prefix=${cacheDir}`, '-c', BOOT, SOURCE, folder],
      {
        detached: true,
        stdio: ['ignore', 'ignore', errors.fd, 'pipe'],
        cwd: '/',
        env: { LC_ALL: 'C.UTF-8' },
      },
    );
    child.unref();
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    const answer = (await Promise.race([readLine(child.stdio[3]), failed])).trimEnd();
    if (answer === 'started') return { kind: 'started' };
    if (answer === 'already') return { kind: 'already' };
    const reason = answer.startsWith('failed ') ? answer.slice('failed '.length) : null;
    return { kind: 'failed', reason: reason ?? (await lastWords(folder)) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await errors.close();
  }
}

/** Text up to the first line's end, or to the end. */
async function readLine(stream: unknown): Promise<string> {
  if (!isReadable(stream)) return '';
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text;
}

function isReadable(stream: unknown): stream is NodeJS.ReadableStream {
  return typeof stream === 'object' && stream !== null && Symbol.asyncIterator in stream;
}

async function lastWords(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'supervisor.err'), 'utf8');
  return text.trim().split('\n').at(-1) || 'its supervisor ended without a word';
}
