/** Starts the process that alone reads a database's address, gives it its order and passes on its answers. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { removeParts } from '../formats/part-file.ts';
import { combinedPath } from '../measures/generate-measures.ts';
import type { AddressSource } from './database-address.ts';
import { databaseFaults } from './faults.ts';
import type { DatabaseAnswer, DatabaseOrder, DatabaseTask } from './order.ts';

/** What of the surroundings the process is given, besides the address. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'] as const;

/** How long a process that was asked to stop may tidy up. */
const GRACE_MILLISECONDS = 10_000;

/** Most memory that the database engine takes, in MiB: enough for millions of patients, and what it lacks goes to disk. */
const MOST_MEMORY = 6 * 1024;

/** Answers that are news; the last word is told by how the promise ends. */
export type DatabaseNews = Exclude<DatabaseAnswer, { kind: 'done' | 'faults' | 'defect' }>;

export interface DatabaseRun {
  readonly address: AddressSource;
  readonly order: DatabaseOrder;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly news: (news: DatabaseNews) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves when the order is carried out.
 * @throws FaultError what the process says is wrong, or `database-process-died`; the signal's reason when stopped
 */
export async function runDatabaseOrder(run: DatabaseRun): Promise<void> {
  const { signal } = run;
  signal?.throwIfAborted();
  // Whoever gave an earlier order may have been killed together with its process.
  removeParts(filesOf(run.order));
  const temporaryFolder = mkdtempSync(join(tmpdir(), 'vitrine-database-'));
  const child = fork(join(import.meta.dirname, 'main.ts'), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: environmentOf(run),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MILLISECONDS).unref();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const memoryMiB = Math.min(MOST_MEMORY, Math.floor((totalmem() / 2 ** 20) * 0.4));
    const task: DatabaseTask = { order: run.order, limits: { temporaryFolder, memoryMiB } };
    const last = await answersOf(child, task, run.news);
    // A process that was killed could not remove the file that it was writing.
    if (last.kind !== 'done') removeParts(filesOf(run.order));
    signal?.throwIfAborted();
    if (last.kind === 'faults') throw new FaultError(last.diagnostics);
    if (last.kind === 'defect') throw new Error(last.stack);
  } finally {
    signal?.removeEventListener('abort', stop);
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

/** The files that an order makes. */
function filesOf(order: DatabaseOrder): readonly string[] {
  if (order.kind !== 'studies') return [];
  return order.studies.flatMap(({ extracts, measures }) => [
    ...extracts.map(({ path }) => path),
    ...(measures === null
      ? []
      : [
          ...measures.files.map(({ path }) => path),
          ...measures.measures.map((one) => combinedPath(measures.folder, one)),
        ]),
  ]);
}

type LastWord = Extract<DatabaseAnswer, { kind: 'done' | 'faults' | 'defect' }>;

/** Sends the task and waits for the process's end; an end without a last word is a fault. */
async function answersOf(
  child: ChildProcess,
  task: DatabaseTask,
  news: (news: DatabaseNews) => void,
): Promise<LastWord> {
  let last: LastWord | null = null;
  // The engine's native parts may still speak as they die; what they say may hold values, so only its length is told.
  let said = 0;
  child.stderr?.on('data', (piece: Buffer) => {
    said += piece.length;
  });
  return await new Promise((resolve, reject) => {
    child.on('message', (message) => {
      // Both ends are this program, of one version.
      const answer = message as DatabaseAnswer;
      switch (answer.kind) {
        case 'done':
        case 'faults':
        case 'defect':
          last = answer;
          break;
        default:
          news(answer);
      }
    });
    child.once('error', reject);
    child.once('close', (code, killer) => {
      if (last !== null) return resolve(last);
      const how = `${killer === null ? `exit code ${code}` : killer}, ${said} bytes of error output`;
      resolve({
        kind: 'faults',
        diagnostics: [databaseFaults.diagnose('database-process-died', { how })],
      });
    });
    child.send(task, (error) => {
      // A process that is gone already tells so by its close.
      if (error !== null && child.exitCode === null && child.signalCode === null) reject(error);
    });
  });
}

function environmentOf({ address, environment }: DatabaseRun): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name] ?? process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const where =
    address.kind === 'text' ? ['DATABASE_URL', address.text] : ['DATABASE_URL_FILE', address.path];
  return Object.fromEntries([...passed, where]);
}
