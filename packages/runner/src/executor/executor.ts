/**
 * The seam behind which a program runs in isolation. Every method is idempotent and keyed by the job's id; the truth is
 * read from the engine or from disk, never from memory, so a caller that was killed just goes on.
 */

/** Every limit of one execution (promise P8). */
export interface Limits {
  readonly wallClockSeconds: number;
  readonly memoryBytes: number;
  /** Processors; fractions allowed. */
  readonly cpus: number;
  /** Processes and threads at one time. */
  readonly processes: number;
  /** How much the program may write under its writable mounts. */
  readonly diskBytes: number;
  /** Size of the private /tmp. */
  readonly temporaryBytes: number;
  /** How much of what it prints is kept. */
  readonly logBytes: number;
}

export type LimitName = 'time' | 'memory' | 'processes' | 'disk' | 'log';

/** A folder or file of the host that the program sees. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

export interface ExecutionSpec {
  /** Job id: 16 characters a–z2–7, or any name of letters, digits, `_` and `-`. */
  readonly id: string;
  /** What the program runs on; which field counts depends on the executor. */
  readonly runtime: {
    /** Image reference, by digest where known (docker). */
    readonly image: string;
    /** Extra read-only host folders that the machine's own runtime needs (sandbox). */
    readonly hostPaths: readonly string[];
  };
  /** Program and arguments; never through a shell. */
  readonly command: readonly string[];
  /** `/workspace` first; always the working directory. */
  readonly mounts: readonly Mount[];
  /** The whole environment inside: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Labels for people who look at the engine. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What was used. */
export interface Usage {
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  /** Content id of the image that it ran in, `sha256:…`; null where there was none. */
  readonly imageDigest: string | null;
}

export type Execution =
  | { readonly state: 'absent' }
  | { readonly state: 'running'; readonly startedAt: Date; readonly usage: Usage }
  | {
      readonly state: 'exited';
      readonly startedAt: Date;
      readonly finishedAt: Date;
      /** 128 + signal number when a signal ended it. */
      readonly exitCode: number;
      /** The limit that ended it or that was met on the way, if one was. */
      readonly limit: LimitName | null;
      /** True when it was cut off from outside, and neither the program nor a limit ended it. */
      readonly interrupted: boolean;
      readonly usage: Usage;
    };

export interface Executor {
  readonly name: 'sandbox' | 'docker';
  /** Starts it unless it is there already. Returns once it runs. */
  start(spec: ExecutionSpec): Promise<void>;
  inspect(id: string): Promise<Execution>;
  /** Waits until it is no longer running. */
  wait(id: string, signal?: AbortSignal): Promise<Execution>;
  /** Ends all of its processes; nothing of it runs afterwards. */
  stop(id: string): Promise<void>;
  /** What it printed so far, each line with its time (ISO, UTC) in front. */
  log(id: string): Promise<string>;
  /** Removes every trace. */
  remove(id: string): Promise<void>;
}
