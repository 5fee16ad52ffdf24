import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conformanceLimits } from '../conformance/bench.ts';
import { cgroupsFor, findCgroupHome, readCounter } from './cgroups.ts';
import { jobUid } from './launch-plan.ts';
import { limitReport, probeLimits } from './probe-limits.ts';
import { seccompFilter } from './seccomp.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vitrine-cgroups-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A tree of files as the kernel would show it, and where this process stands in it. */
function machine(files: Readonly<Record<string, string>>, mountinfo: string, ownCgroup: string) {
  for (const [name, text] of Object.entries({ ...files, mountinfo, ownCgroup })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { mountinfo: join(root, 'mountinfo'), ownCgroup: join(root, 'ownCgroup') };
}

const group = (path: string, controllers: string): Record<string, string> => ({
  [`${path}/cgroup.controllers`]: controllers,
  [`${path}/cgroup.procs`]: '',
  [`${path}/cgroup.subtree_control`]: '',
  [`${path}/vitrine/cgroup.subtree_control`]: '',
});

describe('control groups of version 2', () => {
  const mount = () => `29 23 0:26 / ${root}/v2 rw - cgroup2 cgroup2 rw,nsdelegate\n`;

  test('are made in the nearest group that is ours to divide', async () => {
    const files = machine(
      { ...group('v2/user.slice', 'cpu memory pids'), 'v2/user.slice/own.scope/cgroup.procs': '1' },
      mount(),
      '0::/user.slice/own.scope\n',
    );
    const folder = join(root, 'v2/user.slice/vitrine');
    const home = await findCgroupHome(files);
    expect(home).toEqual({
      version: 2,
      folders: { memory: folder, pids: folder, cpu: folder, cpuacct: folder },
    });
    expect(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids +cpu');
  });

  test('without the processor controller still hold memory and processes', async () => {
    const files = machine(group('v2', 'memory pids io'), mount(), '0::/\n');
    const home = await findCgroupHome(files);
    expect(Object.keys(home?.folders ?? {})).toEqual(['memory', 'pids']);
    expect(limitReport(home).cpus.mechanism).toBe('bound to whole processors');
    expect(limitReport(home).memoryBytes).toEqual({
      mechanism: 'control group version 2, memory',
      strength: 'kernel',
    });
  });

  test('are one folder for a job, with these settings', () => {
    const home = {
      version: 2,
      folders: { memory: '/g', pids: '/g', cpu: '/g', cpuacct: '/g' },
    } as const;
    const { folders, settings, counters } = cgroupsFor(home, 'job', {
      ...conformanceLimits,
      cpus: 1.5,
    });
    expect(folders).toEqual(['/g/job']);
    expect(settings.map(({ file, value }) => `${file} ${value}`)).toEqual([
      '/g/job/pids.max 66',
      '/g/job/memory.max 268435456',
      '/g/job/memory.swap.max 0',
      '/g/job/memory.oom.group 1',
      '/g/job/cpu.max 150000 100000',
    ]);
    expect(counters).toEqual({
      oom: '/g/job/memory.events#oom_kill',
      peak: '/g/job/memory.peak',
      refusedProcesses: '/g/job/pids.events#max',
      cpu: '/g/job/cpu.stat#usage_usec',
      cpuUnit: 1e6,
    });
  });
});

describe('control groups of version 1', () => {
  test('are made at the root of each hierarchy, also where two controllers share one', async () => {
    const line = (name: string, options: string): string =>
      `30 23 0:27 / ${root}/${name} rw - cgroup cgroup rw,${options}\n`;
    const files = machine(
      { 'memory/tasks': '', 'cpu,cpuacct/tasks': '' },
      line('memory', 'memory') + line('cpu,cpuacct', 'cpu,cpuacct'),
      '1:memory:/x\n',
    );
    const home = await findCgroupHome(files);
    expect(home?.folders).toEqual({
      memory: join(root, 'memory/vitrine'),
      cpu: join(root, 'cpu,cpuacct/vitrine'),
      cpuacct: join(root, 'cpu,cpuacct/vitrine'),
    });
    if (home === null) return;
    expect(cgroupsFor(home, 'job', conformanceLimits).folders).toHaveLength(2);
    expect(limitReport(home).processes.mechanism).toContain('RLIMIT_NPROC');
  });
});

test('a machine without control groups has none', async () => {
  expect(await findCgroupHome(machine({}, '', ''))).toBeNull();
  expect(await findCgroupHome({ mountinfo: '/absent', ownCgroup: '/absent' })).toBeNull();
  expect((await probeLimits('none')).memoryBytes.strength).toBe('partly');
});

test('the probe leaves no group behind', async () => {
  const report = await probeLimits();
  expect(Object.keys(report).toSorted()).toEqual(Object.keys(conformanceLimits).toSorted());
  const home = await findCgroupHome();
  for (const folder of Object.values(home?.folders ?? {})) {
    expect(existsSync(join(folder, `probe-${process.pid}`))).toBe(false);
  }
});

test.for([
  ['42\n', '', 42],
  ['low 0\nmax 3\noom_kill 2\n', '#oom_kill', 2],
  ['low 0\n', '#oom_kill', null],
  ['max\n', '', null],
] as const)('the counter in %j at %j is %j', async ([text, word, value]) => {
  writeFileSync(join(root, 'counter'), text);
  expect(await readCounter(`${join(root, 'counter')}${word}`)).toBe(value);
});

test('every job has its own user, where enough are mapped', () => {
  expect(jobUid('a', '0 0 4294967295')).toBe(jobUid('a', '0 0 4294967295'));
  expect(jobUid('a', '0 0 4294967295')).not.toBe(jobUid('b', '0 0 4294967295'));
  expect(jobUid('a', '0 0 4294967295')).toBeGreaterThan(1_879_048_191);
  expect(jobUid('a', '         0     100000      65536\n')).toBe(65_535);
});

test('the filter is made for the architectures whose numbers are known', () => {
  for (const architecture of ['x64', 'arm64']) {
    const filter = seccompFilter(architecture);
    expect((filter?.length ?? 1) % 8).toBe(0);
    // BPF_MAXINSNS
    expect((filter?.length ?? 0) / 8).toBeLessThan(4096);
  }
  expect(seccompFilter('riscv64')).toBeNull();
});
