/**
 * Runs programs in bubblewrap with the machine's own runtimes: no daemon, no image, tens of milliseconds to start.
 *
 * Each job has a folder under the state folder and a supervisor (supervisor/main.py) that outlives us. Everything asked here
 * is answered from that folder and from /proc.
 */
import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../../system-error.ts';
import { checkId, checkSpec } from '../check-spec.ts';
import type { Execution, ExecutionSpec, Executor, Usage } from '../executor.ts';
import { executorFaults } from '../faults.ts';
import { type CgroupHome, cgroupsFor, findCgroupHome, readCounter } from './cgroups.ts';
import {
  createJobFolder,
  lives,
  readCounters,
  readExited,
  readLog,
  readStarted,
} from './job-folder.ts';
import { jobUid, launchPlan } from './launch-plan.ts';
import { seccompFilter } from './seccomp.ts';
import { awaitSupervisor, startSupervisor } from './supervisor.ts';

export interface SandboxOptions {
  /** Folder of our own on a local disk; made when it is absent. */
  readonly stateDir: string;
  /** The bubblewrap program. Default /usr/bin/bwrap. */
  readonly bubblewrap?: string;
  /** The Python 3.9 or newer that runs the supervisor, not the study. Default /usr/bin/python3. */
  readonly python?: string;
  /** Between asking processes to end and ending them. Default 5. */
  readonly graceSeconds?: number;
  /** `none` leaves control groups alone even where they could be used. Default `auto`. */
  readonly cgroups?: 'auto' | 'none';
}

/** How often a wait looks by itself: a supervisor that was killed tells nobody. */
const LOOK_MILLISECONDS = 1000;

/** How often an inspection looks for the record of a job whose supervisor is gone, before it gives up. */
const SETTLING_LOOKS = 50;

/** Makes the executor; nothing is touched until the first call. */
export function createSandboxExecutor(options: SandboxOptions): Executor {
  return new SandboxExecutor(options);
}

class SandboxExecutor implements Executor {
  readonly name = 'sandbox';
  readonly #stateDir: string;
  readonly #bubblewrap: string;
  readonly #python: string;
  readonly #graceSeconds: number;
  readonly #useCgroups: boolean;
  readonly #seccomp: Uint8Array | null = seccompFilter(process.arch);
  #prepared: Promise<CgroupHome | null> | null = null;

  constructor(options: SandboxOptions) {
    this.#stateDir = resolve(options.stateDir);
    this.#bubblewrap = options.bubblewrap ?? '/usr/bin/bwrap';
    this.#python = options.python ?? '/usr/bin/python3';
    this.#graceSeconds = options.graceSeconds ?? 5;
    this.#useCgroups = options.cgroups !== 'none';
  }

  async start(spec: ExecutionSpec): Promise<void> {
    checkSpec(spec);
    const folder = this.#folder(spec.id);
    if ((await readStarted(folder)) !== null || (await readExited(folder)) !== null) return;
    const home = await this.#prepare();
    awaitSupervisor(this.#python);
    // Two users of the machine may give a job the same id.
    const key = createHash('sha256').update(this.#stateDir).digest('hex').slice(0, 8);
    const name = `${spec.id}.${key}`;
    const cgroups = home === null ? null : cgroupsFor(home, name, spec.limits);
    const plan = launchPlan(spec, {
      bubblewrap: this.#bubblewrap,
      withSeccomp: this.#seccomp !== null,
      cgroups,
      graceSeconds: this.#graceSeconds,
      hostUid: process.getuid?.() === 0 ? jobUid(name) : null,
    });
    const request = {
      ...spec,
      environment: Object.keys(spec.environment),
      counters: cgroups?.counters ?? null,
    };
    await createJobFolder(this.#stateDir, spec.id, { plan, request, seccomp: this.#seccomp });
    const answer = await startSupervisor(this.#python, folder);
    if (answer.kind === 'failed') {
      await this.#erase(spec.id);
      throw executorFaults.error('sandbox-failed', { id: spec.id, reason: answer.reason });
    }
  }

  async inspect(id: string): Promise<Execution> {
    checkId(id);
    const folder = this.#folder(id);
    for (let look = 0; look < SETTLING_LOOKS; look += 1) {
      const [started, exited] = [await readStarted(folder), await readExited(folder)];
      if (exited !== null) {
        const { peakMemoryBytes, cpuSeconds, ...rest } = exited;
        const usage = { peakMemoryBytes, cpuSeconds, imageDigest: null };
        return { state: 'exited', ...rest, usage };
      }
      if (started === null) return { state: 'absent' };
      if (await lives(started)) {
        return { state: 'running', startedAt: started.startedAt, usage: await usageOf(folder) };
      }
      // It ended between our two looks, or it was killed: then another one cleans up after it and records the end.
      if ((await readExited(folder)) !== null) continue;
      const { kind } = await startSupervisor(this.#python, folder);
      // Somebody else has it cleaned up at this moment.
      if (kind === 'already') await delay(LOOK_MILLISECONDS / SETTLING_LOOKS);
    }
    throw executorFaults.error('execution-record-unreadable', { id, folder });
  }

  async wait(id: string, signal?: AbortSignal): Promise<Execution> {
    for (;;) {
      const change = watchFolder(this.#folder(id), 'exited', signal);
      try {
        const execution = await this.inspect(id);
        if (execution.state !== 'running') return execution;
        await change.happened;
      } finally {
        change.close();
      }
    }
  }

  async stop(id: string): Promise<void> {
    await this.#end(id, 'SIGTERM');
  }

  async log(id: string): Promise<string> {
    checkId(id);
    return readLog(this.#folder(id));
  }

  async remove(id: string): Promise<void> {
    await this.#end(id, 'SIGINT');
    await this.#erase(id);
  }

  /** Has the supervisor end the job, and waits until it has. */
  async #end(id: string, signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
    const execution = await this.inspect(id);
    if (execution.state !== 'running') return;
    const started = await readStarted(this.#folder(id));
    if (started !== null && (await lives(started))) {
      try {
        process.kill(started.pid, signal);
      } catch (error) {
        if (!hasCode(error, 'ESRCH')) throw error;
      }
    }
    await this.wait(id);
  }

  /** Out of sight at once, so that a kill in between leaves no half folder under the id. */
  async #erase(id: string): Promise<void> {
    const gone = join(this.#stateDir, `.gone-${id}-${process.pid}-${Date.now()}`);
    try {
      await rename(this.#folder(id), gone);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return;
      throw error;
    }
    await rm(gone, { recursive: true, force: true });
  }

  #folder(id: string): string {
    return join(this.#stateDir, id);
  }

  /** Once: the state folder, the programs, the place for control groups. */
  #prepare(): Promise<CgroupHome | null> {
    this.#prepared ??= this.#prepareOnce().catch((error: unknown) => {
      this.#prepared = null;
      throw error;
    });
    return this.#prepared;
  }

  async #prepareOnce(): Promise<CgroupHome | null> {
    try {
      await mkdir(this.#stateDir, { recursive: true, mode: 0o700 });
      const probe = join(this.#stateDir, `.probe-${process.pid}-${Date.now()}`);
      await mkdir(probe);
      await rm(probe, { recursive: true });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw executorFaults.error('executor-state-unwritable', { folder: this.#stateDir, reason });
    }
    for (const program of [this.#bubblewrap, this.#python]) {
      if ((await stat(program).catch(() => null)) === null) {
        throw executorFaults.error('sandbox-unavailable', { reason: `${program} is not there.` });
      }
    }
    return this.#useCgroups ? findCgroupHome() : null;
  }
}

async function usageOf(folder: string): Promise<Usage> {
  const counters = await readCounters(folder);
  const cpu = await readCounter(counters?.cpu);
  return {
    peakMemoryBytes: await readCounter(counters?.peak),
    cpuSeconds: cpu === null || counters === null ? null : cpu / counters.cpuUnit,
    // The programs of this machine.
    imageDigest: null,
  };
}

interface Change {
  /** The file appeared, the folder went, it is time to look, or the signal aborted (then it rejects). */
  readonly happened: Promise<void>;
  close(): void;
}

function watchFolder(folder: string, name: string, signal: AbortSignal | undefined): Change {
  const closing = new AbortController();
  const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  const { promise, resolve: happen, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined);
  try {
    const watcher = watch(folder, { signal: stop }, (_, changed) => {
      if (changed === name || changed === null) happen();
    });
    watcher.on('error', () => happen());
  } catch {
    happen();
  }
  delay(LOOK_MILLISECONDS, undefined, { signal: stop }).then(happen, () => {
    if (signal?.aborted === true) reject(signal.reason);
  });
  return { happened: promise, close: () => closing.abort() };
}
