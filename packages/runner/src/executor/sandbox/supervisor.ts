/** Starts the supervisor of a job and hears whether the sandbox stands. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a supervisor answers: it runs, another one has or had the job, or why the sandbox could not be made. */
export type Answer =
  | { readonly kind: 'started' }
  | { readonly kind: 'already' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A supervisor that has not heard yet which job it is for. It ends by itself when we are gone. */
interface Waiting {
  readonly process: ChildProcess;
  readonly socket: Socket;
  readonly failed: Promise<never>;
}

const SOURCE = dirname(fileURLToPath(import.meta.url));

/** `-I -S`: no environment, no user's or site's packages; the rest only runs our module, compiled once. */
const BOOT =
  'import sys; sys.path.insert(0, sys.argv[1]); from supervisor.main import main; main()';

/**
 * The one that waits for the next job, by its Python. An interpreter takes a third of a start to come up; so the next
 * one comes up while there is no hurry.
 */
const waiting = new Map<string, Waiting>();

/** Sees to it that a supervisor waits, or is on its way, for the next job. */
export function awaitSupervisor(python: string): void {
  if (waiting.has(python)) return;
  const next = launch(python);
  waiting.set(python, next);
  const forget = (): void => {
    if (waiting.get(python) === next) waiting.delete(python);
  };
  next.process.once('exit', forget);
  next.process.once('error', forget);
}

/**
 * Has a supervisor run the job of a folder, or clean up after one that died.
 *
 * @param python the interpreter of the supervisor itself, not the study's.
 */
export async function startSupervisor(python: string, folder: string): Promise<Answer> {
  const ready = waiting.get(python);
  waiting.delete(python);
  try {
    // The one that waited may have been killed in the meantime; then it has not begun anything.
    const answer =
      (ready === undefined ? '' : await ask(ready, folder).catch(() => '')) ||
      (await ask(launch(python), folder));
    if (answer === 'started') return { kind: 'started' };
    if (answer === 'already') return { kind: 'already' };
    const reason = answer.startsWith('failed ') ? answer.slice('failed '.length) : null;
    return { kind: 'failed', reason: reason ?? (await lastWords(folder)) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    awaitSupervisor(python);
  }
}

/** In a session of its own, so that it outlives us once it has a job; it does not keep us alive. */
function launch(python: string): Waiting {
  const process = spawn(python, ['-I', '-S', '-c', BOOT, SOURCE], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    cwd: '/',
    env: { LC_ALL: 'C.UTF-8' },
  });
  process.unref();
  const failed = new Promise<never>((_, reject) => process.once('error', reject));
  failed.catch(() => undefined);
  const socket = process.stdio[3];
  if (!(socket instanceof Socket)) throw new TypeError('a pipe to a process is not a socket');
  socket.on('error', () => undefined);
  socket.unref();
  return { process, socket, failed };
}

/** Tells it the job and gives its answer, empty when it ended without one. */
async function ask({ socket, failed }: Waiting, folder: string): Promise<string> {
  socket.ref();
  socket.write(`${folder}\0`);
  return (await Promise.race([readLine(socket), failed])).trimEnd();
}

async function readLine(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text;
}

async function lastWords(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'supervisor.err'), 'utf8').catch(() => '');
  return text.trim().split('\n').at(-1) || 'its supervisor ended without a word';
}
