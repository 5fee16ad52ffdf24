/** What tests of executors work on: a workspace folder, requests around it, and the processes of this machine. */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Execution, ExecutionSpec, Executor, Limits, Mount } from '../executor.ts';

export interface ConformanceOptions {
  readonly runtime?: ExecutionSpec['runtime'];
  /** Python 3 inside. Default `python3`. */
  readonly python?: string;
  /** How many jobs are started at the same time. Default 50. */
  readonly parallel?: number;
}

/** Roomy enough for every program below that is not about limits. */
export const conformanceLimits: Limits = {
  wallClockSeconds: 60,
  memoryBytes: 256 * 2 ** 20,
  cpus: 2,
  processes: 64,
  diskBytes: 64 * 2 ** 20,
  temporaryBytes: 16 * 2 ** 20,
  logBytes: 2 ** 20,
};

/** A finished program: how it ended and what it printed, without the times. */
export interface Finished {
  readonly execution: Extract<Execution, { state: 'exited' }>;
  readonly lines: readonly string[];
}

export interface Request {
  readonly id?: string;
  readonly limits?: Partial<Limits>;
  readonly mounts?: readonly Mount[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Makes requests around one workspace folder, and cleans up after them. */
export class Bench {
  readonly scratch: string = mkdtempSync(join(tmpdir(), 'vitrine-executor-'));
  readonly workspace: string = join(this.scratch, 'workspace');
  readonly executor: Executor;
  readonly #options: ConformanceOptions;
  readonly #started = new Set<string>();

  constructor(executor: Executor, options: ConformanceOptions = {}) {
    this.executor = executor;
    this.#options = options;
    mkdirSync(this.workspace);
  }

  spec(command: readonly string[], request: Request = {}): ExecutionSpec {
    const id = request.id ?? `test-${randomBytes(8).toString('hex')}`;
    this.#started.add(id);
    return {
      id,
      runtime: this.#options.runtime ?? { image: '', hostPaths: [] },
      command,
      mounts: [
        { source: this.workspace, target: '/workspace', writable: true },
        ...(request.mounts ?? []),
      ],
      environment: request.environment ?? {},
      limits: { ...conformanceLimits, ...request.limits },
      labels: {},
    };
  }

  /** A request for a Python program. */
  python(program: string, request: Request = {}, ...words: readonly string[]): ExecutionSpec {
    return this.spec([this.#options.python ?? 'python3', '-c', program, ...words], request);
  }

  async start(spec: ExecutionSpec): Promise<string> {
    await this.executor.start(spec);
    return spec.id;
  }

  async finish(spec: ExecutionSpec): Promise<Finished> {
    await this.executor.start(spec);
    const execution = await this.executor.wait(spec.id);
    if (execution.state !== 'exited') throw new Error(`it is ${execution.state}`);
    return { execution, lines: withoutTimes(await this.executor.log(spec.id)) };
  }

  run(program: string, request: Request = {}, ...words: readonly string[]): Promise<Finished> {
    return this.finish(this.python(program, request, ...words));
  }

  /** Text of a file of the workspace once a program has put it there. */
  async appears(name: string): Promise<string> {
    const path = join(this.workspace, name);
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(dirname(path), (_, changed) => {
      if (changed === basename(path)) resolve();
    });
    try {
      if (!existsSync(path)) await promise;
    } finally {
      watcher.close();
    }
    return readFileSync(path, 'utf8');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#started].filter(isPlainId).map((id) => this.executor.remove(id)));
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

function isPlainId(id: string): boolean {
  return /^\w[\w-]{0,63}$/.test(id);
}

function withoutTimes(log: string): readonly string[] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice(line.indexOf(' ') + 1));
}

/** Pids on this machine whose command line holds the text. */
export function processesWith(text: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}
