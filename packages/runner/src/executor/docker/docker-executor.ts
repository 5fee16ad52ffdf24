/**
 * The `docker` executor: one container per execution, on Docker or Podman.
 *
 * Who holds which limit, with nobody watching and with somebody watching:
 *
 * | limit | held by |
 * |---|---|
 * | memory, swap, processors, processes | the engine (cgroups), always |
 * | size of /tmp, of any one file, of the log | the kernel and the engine, always |
 * | wall clock | `timeout` inside the container where the image has coreutils; and every `inspect` and `wait` |
 * | disk, over all files | every `inspect` and `wait`, from the folders' size: nothing holds it while nobody watches |
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { checkId, checkSpec } from '../check-spec.ts';
import type { Execution, ExecutionSpec, Executor, LimitName, Usage } from '../executor.ts';
import { executorFaults } from '../faults.ts';
import { circumstancesOn } from './circumstances.ts';
import { containerName, containerOptions, label } from './container.ts';
import { type LogLine, readLog, renderLog, storedBytes } from './container-log.ts';
import { bytesUnder } from './disk-use.ts';
import { askUnless, connect, type EngineAddress, findImage, reasonOf } from './engine.ts';
import { dockerFaults } from './faults.ts';
import { type Observation, observationsIn } from './observations.ts';
import { controlGroupOf, type Use, useOfStats } from './usage.ts';

/** The engine notes the start of a container after its program has begun; on a busy machine, that much later. */
const START_NOTED_SECONDS = 1;

export interface DockerExecutorOptions {
  readonly address: EngineAddress;
  /** Folder for what the engine forgets (peak use, the limit met). */
  readonly stateDir: string;
}

/** Milliseconds between two looks at a running container: soon at first, so that short programs are seen too. */
const looks = [50, 100, 200, 400, 1000] as const;
/** Milliseconds between two readings of a control group: some 0.1 ms of work each. */
const samplePause = 20;

/** How often, and after which milliseconds, a container is looked for that another process is making. */
const attempts = 100;
const pauseForOther = 50;

type Inspection = Docker.ContainerInspectInfo;

export function createDockerExecutor(options: DockerExecutorOptions): Executor {
  const engine = connect(options.address);
  const observations = observationsIn(join(options.stateDir, 'docker'));
  const nextMeasure = new Map<string, number>();
  const circumstances = circumstancesOn(engine);

  const container = (id: string, client: Docker = engine.quick): Docker.Container => {
    checkId(id);
    return client.getContainer(containerName(id));
  };

  const look = async (id: string): Promise<Inspection | null> =>
    await askUnless(engine, `look at execution ${id}`, [404], null, () => container(id).inspect());

  const kill = async (id: string): Promise<void> => {
    // 409: it does not run, which is what was wanted.
    await askUnless(engine, `stop execution ${id}`, [404, 409], null, () =>
      container(id).kill({ signal: 'SIGKILL' }),
    );
    await askUnless(engine, `wait for execution ${id}`, [404], null, () =>
      container(id, engine.patient).wait({ condition: 'not-running' }),
    );
  };

  const endFor = async (id: string, limit: LimitName): Promise<void> => {
    await observations.add(id, { limit });
    await kill(id);
  };

  /** Looks at a running container, notes what it uses, and ends it when it is over a limit. */
  const watch = async (id: string, info: Inspection): Promise<Observation> => {
    const limits = limitsOf(info);
    const ranSeconds = (Date.now() - Date.parse(info.State.StartedAt)) / 1000;
    // A second's grace: `timeout` inside comes first where there is one.
    if (ranSeconds > limits.wallClockSeconds + 1) await endFor(id, 'time');
    const now = Date.now();
    if (now >= (nextMeasure.get(id) ?? 0)) {
      if ((await diskGrowth(info)) > limits.diskBytes) await endFor(id, 'disk');
      // Counting a big folder takes long; it may cost one part in ten of the time.
      nextMeasure.set(id, Date.now() + Math.max(500, 10 * (Date.now() - now)));
    }
    const use = await measure(id, info, ranSeconds);
    return await note(id, use);
  };

  const note = async (id: string, use: Use | null): Promise<Observation> =>
    await observations.add(id, {
      peakMemoryBytes: use?.peakMemoryBytes ?? null,
      cpuSeconds: use?.cpuSeconds ?? null,
      limit: use?.atProcessLimit === true ? 'processes' : null,
    });

  const measure = async (id: string, info: Inspection, ranSeconds: number): Promise<Use | null> => {
    const use = (await (await controlGroupOf(info.State.Pid, info.Id))?.read()) ?? null;
    // The engine makes the asker wait for its next second: not worth it for a program that may be done before.
    if (use !== null || ranSeconds < 1) return use;
    const stats = await askUnless(engine, `measure execution ${id}`, [404, 409], null, () =>
      container(id).stats({ stream: false, 'one-shot': true }),
    );
    return stats === null ? null : useOfStats(stats);
  };

  /** Looks once at how a container ended. */
  const settle = async (id: string, info: Inspection): Promise<Observation> => {
    const seen = await observations.read(id);
    if (seen.settled) return seen;
    const known = seen.limit === 'processes' ? null : seen.limit;
    const limit = known ?? (await limitOfEnd(id, info));
    // What ran out of memory had all of it, however late the last look was.
    const peakMemoryBytes = info.State.OOMKilled ? (info.HostConfig.Memory ?? null) : null;
    return await observations.add(id, { limit, peakMemoryBytes, settled: true });
  };

  const limitOfEnd = async (id: string, info: Inspection): Promise<LimitName | null> => {
    const limits = limitsOf(info);
    if (info.State.OOMKilled) return 'memory';
    const ranSeconds =
      (Date.parse(info.State.FinishedAt) - Date.parse(info.State.StartedAt)) / 1000;
    const isOver = ranSeconds >= limits.wallClockSeconds - START_NOTED_SECONDS;
    if (isOver && info.State.ExitCode === 137) return 'time';
    // One file stops exactly at the limit, as the kernel lets it grow no further.
    if ((await diskGrowth(info)) >= limits.diskBytes) return 'disk';
    return storedBytes(await lines(id)) > limits.logBytes ? 'log' : null;
  };

  const lines = async (id: string): Promise<readonly LogLine[]> => {
    const stream = await askUnless(engine, `read the log of ${id}`, [404], null, () =>
      container(id, engine.patient).logs({ stdout: true, stderr: true, timestamps: true }),
    );
    return stream === null ? [] : readLog(stream);
  };

  /** False when another process has made it meanwhile, or is about to. */
  const create = async (spec: ExecutionSpec): Promise<boolean> => {
    const image = await findImage(engine, spec.runtime.image);
    if (image === null) throw dockerFaults.error('image-absent', { image: spec.runtime.image });
    for (const { source } of spec.mounts) {
      if ((await stat(source).catch(() => null)) === null) {
        throw executorFaults.error('mount-source-missing', { id: spec.id, source });
      }
    }
    await observations.forget(spec.id);
    const container = containerOptions(spec, await circumstances(spec, image));
    const made = await askUnless(engine, `create execution ${spec.id}`, [409], null, () =>
      engine.quick.createContainer(container),
    );
    return made !== null;
  };

  const launch = async (spec: ExecutionSpec): Promise<void> => {
    try {
      // 304: another process started it meanwhile.
      await askUnless(engine, `start execution ${spec.id}`, [304], null, async () => {
        try {
          return await container(spec.id, engine.patient).start();
        } catch (error) {
          if (
            error instanceof Error &&
            /executable file not found|no such file/.test(reasonOf(error))
          ) {
            throw dockerFaults.error('program-absent', {
              program: spec.command[0] ?? '',
              image: spec.runtime.image,
            });
          }
          throw error;
        }
      });
    } catch (error) {
      // A container that never ran must not look like one that waits to be started.
      await askUnless(engine, 'clear up', [404], null, () =>
        container(spec.id).remove({ force: true }),
      );
      throw error;
    }
  };

  /** Looks at the control group until `ended`, closely: the group goes with the last process, and with it the figures. */
  const sample = (id: string, ended: AbortSignal): { latest: Use | null } => {
    const found: { latest: Use | null } = { latest: null };
    const follow = async (): Promise<void> => {
      const info = await look(id);
      const group = info === null ? null : await controlGroupOf(info.State.Pid, info.Id);
      for (let use = await group?.read(); use && !ended.aborted; use = await group?.read()) {
        found.latest = use;
        await sleep(samplePause, null, { signal: ended });
      }
    };
    // The engine being away is told by the one who waits; being told to stop is no fault.
    follow().catch(() => undefined);
    return found;
  };

  const inspect = async (id: string): Promise<Execution> => {
    const info = await look(id);
    if (info === null || info.State.Status === 'created' || info.State.Status === 'removing') {
      return { state: 'absent' };
    }
    const startedAt = new Date(info.State.StartedAt);
    if (isRunning(info)) {
      const seen = await watch(id, info);
      // The watch itself may have ended it.
      return seen.limit === null || isRunning((await look(id)) ?? info)
        ? { state: 'running', startedAt, usage: usage(seen, info) }
        : await inspect(id);
    }
    const seen = await settle(id, info);
    return {
      state: 'exited',
      startedAt,
      finishedAt: new Date(info.State.FinishedAt),
      exitCode: info.State.ExitCode,
      limit: seen.limit,
      // The engine outlives its containers; who kills one by hand means it.
      interrupted: false,
      usage: usage(seen, info),
    };
  };

  return {
    name: 'docker',

    start: async (spec) => {
      checkSpec(spec);
      for (let count = 0; count < attempts; count += 1) {
        const found = await look(spec.id);
        if (found === null) {
          if (await create(spec)) return await launch(spec);
          // Another process has the name, and its container is about to appear.
          await sleep(pauseForOther);
        } else if (found.State.Status === 'created') return await launch(spec);
        else return;
      }
      throw dockerFaults.error('engine-refused', {
        task: `start execution ${spec.id}`,
        reason: 'its name is taken, but no container has it',
      });
    },

    inspect,

    wait: async (id, signal) => {
      const over = new AbortController();
      const ended = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
      // The engine tells of the end at once; the looks in between hold the limits and see the peaks.
      let told: Promise<unknown> | null = container(id, engine.patient)
        .wait({ condition: 'not-running', abortSignal: ended })
        .catch(() => {
          // The connection broke: the looks alone must do, or the next one says what is wrong.
          told = null;
        });
      const asked = told;
      const sampling = sample(id, ended);
      try {
        for (let count = 0; ; count += 1) {
          signal?.throwIfAborted();
          const execution = await inspect(id);
          if (execution.state !== 'running') return execution;
          const pause = sleep(looks[Math.min(count, looks.length - 1)], null, { signal: ended });
          await Promise.race([pause.catch(() => null), ...(told === null ? [] : [told])]);
          if (sampling.latest !== null) await note(id, sampling.latest);
        }
      } finally {
        over.abort();
        await asked;
      }
    },

    stop: async (id) => {
      await kill(id);
    },

    log: async (id) => {
      const info = await look(id);
      if (info === null) return '';
      const { logBytes } = limitsOf(info);
      const all = await lines(id);
      return renderLog(all, logBytes, storedBytes(all) > logBytes);
    },

    remove: async (id) => {
      // 409: it is being removed already.
      await askUnless(engine, `remove execution ${id}`, [404, 409], null, () =>
        container(id, engine.patient).remove({ force: true, v: true }),
      );
      await observations.forget(id);
      nextMeasure.delete(id);
    },
  };
}

function isRunning(info: Inspection): boolean {
  return ['running', 'paused', 'restarting'].includes(info.State.Status);
}

/** The limits that a container was made with, from its labels. Not ours: no limits. */
function limitsOf(
  info: Inspection,
): Record<'wallClockSeconds' | 'diskBytes' | 'logBytes' | 'diskBefore', number> {
  const read = (name: string): number =>
    Number(info.Config.Labels[name] ?? Number.POSITIVE_INFINITY);
  return {
    wallClockSeconds: read(label.wallClockSeconds),
    diskBytes: read(label.diskBytes),
    logBytes: read(label.logBytes),
    diskBefore: read(label.diskBefore),
  };
}

async function diskGrowth(info: Inspection): Promise<number> {
  const writable = info.Mounts.filter((mount) => mount.Type === 'bind' && mount.RW);
  return (await bytesUnder(writable.map((mount) => mount.Source))) - limitsOf(info).diskBefore;
}

function usage({ peakMemoryBytes, cpuSeconds }: Observation, info: Inspection): Usage {
  return { peakMemoryBytes, cpuSeconds, imageDigest: info.Image };
}
