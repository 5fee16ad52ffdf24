/** What a running container uses: from its control group where this machine has it, else from the engine's figures. */
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';

/** One look. `atProcessLimit`: it was refused a process, or has as many as it may. */
export interface Use {
  /** Greatest memory so far, with the file cache that the kernel counts for it. */
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  readonly atProcessLimit: boolean;
}

/** The control group of one container. */
export interface ControlGroup {
  /** Takes well under a millisecond, where the engine's figures come once a second. Null once the group has gone. */
  read(): Promise<Use | null>;
}

/** The control group of a process, version 2 or 1. Null when the process is not of this machine, or has gone. */
export async function controlGroupOf(pid: number, id: string): Promise<ControlGroup | null> {
  const text = pid > 0 ? await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '') : '';
  // The engine of another machine has numbers that mean another process here.
  if (!text.includes(id)) return null;
  const groups = new Map(
    text.split('\n').flatMap((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return controllers.split(',').map((controller): [string, string] => [controller, path]);
    }),
  );
  const fileOf = (version1: string, file1: string, file2: string): string => {
    const path1 = groups.get(version1);
    return path1 === undefined
      ? `/sys/fs/cgroup${groups.get('') ?? ''}/${file2}`
      : `/sys/fs/cgroup/${version1}${path1}/${file1}`;
  };
  const files = [
    fileOf('memory', 'memory.max_usage_in_bytes', 'memory.peak'),
    fileOf('cpuacct', 'cpuacct.usage', 'cpu.stat'),
    fileOf('pids', 'pids.events', 'pids.events'),
  ];
  return {
    read: async () => {
      const [memory = '', cpu = '', pids = ''] = await Promise.all(
        files.map((file) => readFile(file, 'utf8').catch(() => '')),
      );
      if (memory === '' && cpu === '' && pids === '') return null;
      return {
        peakMemoryBytes: memory === '' ? null : Number(memory),
        cpuSeconds: cpu === '' ? null : secondsIn(cpu),
        atProcessLimit: Number(/max (\d+)/.exec(pids)?.[1] ?? 0) > 0,
      };
    },
  };
}

/** `cpu.stat` of version 2 has microseconds by name, `cpuacct.usage` of version 1 is nanoseconds alone. */
function secondsIn(cpu: string): number {
  const microseconds = /usage_usec (\d+)/.exec(cpu)?.[1];
  return microseconds === undefined ? Number(cpu) / 1e9 : Number(microseconds) / 1e6;
}

/** The same out of the engine's figures. On control groups 2 the peak is what is used at this moment. */
export function useOfStats(stats: Docker.ContainerStats): Use {
  const pids: { current?: number; limit?: number } = stats.pids_stats ?? {};
  const memory: { usage?: number; max_usage?: number } = stats.memory_stats;
  if (!pids.current) return { peakMemoryBytes: null, cpuSeconds: null, atProcessLimit: false };
  return {
    peakMemoryBytes: memory.max_usage ?? memory.usage ?? null,
    cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
    atProcessLimit: pids.limit !== undefined && pids.current >= pids.limit,
  };
}
