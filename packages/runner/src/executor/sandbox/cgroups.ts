/**
 * Control groups of either version: where this machine lets us make them, and what one job's groups must say.
 */
import { access, constants, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Limits } from '../executor.ts';

/** What is limited or counted by a control group. `cpuacct` is part of `cpu` in version 2. */
export type Controller = 'memory' | 'pids' | 'cpu' | 'cpuacct';

/** The folder, for each controller that can be used, under which the groups of jobs are made. */
export interface CgroupHome {
  readonly version: 1 | 2;
  readonly folders: Readonly<Partial<Record<Controller, string>>>;
}

/** Files of the kernel that this module reads; a test gives others. */
export interface KernelFiles {
  readonly mountinfo: string;
  readonly ownCgroup: string;
}

/** One job's groups: what to make, what to write, where to read. */
export interface JobCgroups {
  readonly folders: readonly string[];
  /** In this order: some limits may not be set before others. */
  readonly settings: readonly CgroupSetting[];
  readonly counters: Counters;
}

export interface CgroupSetting {
  readonly file: string;
  readonly value: string;
  /** Not every kernel has the file; where it is absent there is nothing to limit. */
  readonly ifThere: boolean;
}

/** `FILE` when it holds one number, `FILE#WORD` when the number follows a word. Absent where nothing counts. */
export interface Counters {
  readonly oom?: string;
  readonly refusedProcesses?: string;
  readonly peak?: string;
  readonly cpu?: string;
  /** How many of its units make a second. */
  readonly cpuUnit: number;
}

const OUR_FOLDER = 'vitrine';
const PERIOD_MICROSECONDS = 100_000;

/** Processes of the sandbox itself that count against the job's group: bubblewrap outside and inside. */
const SANDBOX_PROCESSES = 2;

/**
 * Finds where groups can be made, and makes our folder there. Null where none can be.
 *
 * Version 1 serves when our folder can be made at the root of a controller's hierarchy; version 2 when some group at or
 * above our own is ours to divide and holds no process itself (the kernel's "no internal processes" rule).
 */
export async function findCgroupHome(
  files: KernelFiles = { mountinfo: '/proc/self/mountinfo', ownCgroup: '/proc/self/cgroup' },
): Promise<CgroupHome | null> {
  const mounts = parseMounts(await readText(files.mountinfo));
  return (
    (await findVersion1(mounts)) ?? (await findVersion2(mounts, await readText(files.ownCgroup)))
  );
}

interface CgroupMount {
  readonly folder: string;
  /** Which group of the hierarchy is mounted there. */
  readonly root: string;
  readonly version: 1 | 2;
  readonly options: readonly string[];
}

/** The control group lines of proc(5) mountinfo. */
function parseMounts(mountinfo: string): readonly CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', folder = ''] = before.split(' ');
    const [type = '', , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    return [{ folder, root, version: type === 'cgroup' ? 1 : 2, options: options.split(',') }];
  });
}

async function findVersion1(mounts: readonly CgroupMount[]): Promise<CgroupHome | null> {
  const folders: Partial<Record<Controller, string>> = {};
  for (const controller of ['memory', 'pids', 'cpu', 'cpuacct'] as const) {
    const mount = mounts.find(
      ({ version, options }) => version === 1 && options.includes(controller),
    );
    if (mount === undefined) continue;
    const folder = join(mount.folder, OUR_FOLDER);
    if (await canDivide(folder)) folders[controller] = folder;
  }
  return Object.keys(folders).length === 0 ? null : { version: 1, folders };
}

async function findVersion2(
  mounts: readonly CgroupMount[],
  ownCgroup: string,
): Promise<CgroupHome | null> {
  const mount = mounts.find(({ version }) => version === 2);
  const own = /^0::(\/.*)$/m.exec(ownCgroup)?.[1];
  if (mount === undefined || own === undefined) return null;
  const inside =
    mount.root === '/' ? own : own.startsWith(mount.root) ? own.slice(mount.root.length) : '';
  const parts = inside.split('/').filter((part) => part !== '' && part !== '..');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const group = join(mount.folder, ...parts.slice(0, depth));
    const folders = await divide(group);
    if (folders !== null) return { version: 2, folders };
  }
  return null;
}

/** Makes our folder in a version 2 group and passes the controllers down to it. Null if that cannot be. */
async function divide(group: string): Promise<CgroupHome['folders'] | null> {
  try {
    const offered = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim().split(/\s+/);
    const wanted = (['memory', 'pids', 'cpu'] as const).filter((name) => offered.includes(name));
    if (wanted.length === 0) return null;
    await access(join(group, 'cgroup.procs'), constants.W_OK);
    const enable = wanted.map((name) => `+${name}`).join(' ');
    await writeFile(join(group, 'cgroup.subtree_control'), enable);
    const folder = join(group, OUR_FOLDER);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'cgroup.subtree_control'), enable);
    if (!(await canDivide(folder))) return null;
    const folders = Object.fromEntries(wanted.map((name) => [name, folder]));
    return wanted.includes('cpu') ? { ...folders, cpuacct: folder } : folders;
  } catch {
    return null;
  }
}

/** Whether a group can be made in this folder; makes the folder too. */
async function canDivide(folder: string): Promise<boolean> {
  const attempt = join(folder, `probe-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    await mkdir(attempt, { recursive: true });
    await rmdir(attempt);
    return true;
  } catch {
    return false;
  }
}

/** The groups of one job; `name` must be unlike any other job's on this machine. */
export function cgroupsFor(home: CgroupHome, name: string, limits: Limits): JobCgroups {
  const at = (controller: Controller): string | null => {
    const folder = home.folders[controller];
    return folder === undefined ? null : join(folder, name);
  };
  const [memory, pids, cpu, cpuacct] = [at('memory'), at('pids'), at('cpu'), at('cpuacct')];
  const settings: CgroupSetting[] = [];
  const set = (group: string | null, file: string, value: string, ifThere = false): void => {
    if (group !== null) settings.push({ file: join(group, file), value, ifThere });
  };
  const bytes = String(Math.floor(limits.memoryBytes));
  const processes = String(Math.ceil(limits.processes) + SANDBOX_PROCESSES);
  const quota = String(Math.max(1000, Math.round(limits.cpus * PERIOD_MICROSECONDS)));
  set(pids, 'pids.max', processes);
  if (home.version === 1) {
    set(memory, 'memory.limit_in_bytes', bytes);
    set(memory, 'memory.memsw.limit_in_bytes', bytes, true);
    set(cpu, 'cpu.cfs_period_us', String(PERIOD_MICROSECONDS));
    set(cpu, 'cpu.cfs_quota_us', quota);
  } else {
    set(memory, 'memory.max', bytes);
    set(memory, 'memory.swap.max', '0', true);
    set(memory, 'memory.oom.group', '1', true);
    set(cpu, 'cpu.max', `${quota} ${PERIOD_MICROSECONDS}`);
  }
  return {
    folders: [...new Set([memory, pids, cpu, cpuacct].filter((folder) => folder !== null))],
    settings,
    counters: counters(home.version, memory, pids, cpuacct),
  };
}

function counters(
  version: 1 | 2,
  memory: string | null,
  pids: string | null,
  cpuacct: string | null,
): Counters {
  const oom = version === 1 ? 'memory.oom_control#oom_kill' : 'memory.events#oom_kill';
  const peak = version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak';
  const cpu = version === 1 ? 'cpuacct.usage' : 'cpu.stat#usage_usec';
  return {
    ...(memory === null ? {} : { oom: join(memory, oom), peak: join(memory, peak) }),
    ...(pids === null ? {} : { refusedProcesses: join(pids, 'pids.events#max') }),
    ...(cpuacct === null ? {} : { cpu: join(cpuacct, cpu) }),
    cpuUnit: version === 1 ? 1e9 : 1e6,
  };
}

/** Reads one counter; null where it is not kept or the group is gone. */
export async function readCounter(counter: string | undefined): Promise<number | null> {
  if (counter === undefined) return null;
  const [file = '', word] = counter.split('#');
  const words = (await readText(file)).trim().split(/\s+/);
  const value = words[word === undefined ? 0 : words.indexOf(word) + 1];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : null;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
