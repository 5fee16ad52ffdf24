import { describe, expect, test } from 'vitest';
import type { ExecutionSpec } from '../executor.ts';
import { type Circumstances, containerOptions } from './container.ts';

const spec: ExecutionSpec = {
  id: 'abcdefghij234567',
  runtime: { image: 'vitrine/python:latest', hostPaths: [] },
  command: ['python', 'a.py'],
  mounts: [
    { source: '/srv/w:1', target: '/workspace', writable: true },
    { source: '/srv/lists', target: '/lists', writable: false },
  ],
  environment: { HOME: '/tmp', GREETING: 'a=b c' },
  limits: {
    wallClockSeconds: 60,
    memoryBytes: 1_000_000_000,
    cpus: 1.5,
    processes: 100,
    diskBytes: 2_000_000_000,
    temporaryBytes: 30_000_000,
    logBytes: 400_000,
  },
  labels: { workspace: 'tables' },
};

const now: Circumstances = {
  imageId: 'sha256:1234',
  entrypoint: ['/usr/local/bin/vitrine-entrypoint'],
  timeoutPath: '/usr/bin/timeout',
  user: { uid: 1001, gid: 1002, keepId: false },
  diskBefore: 4096,
};

describe('P1 and P8: what the engine is asked for', () => {
  const options = containerOptions(spec, now);
  const host = options.HostConfig;

  test.each<[string, unknown, unknown]>([
    ['no network', host?.NetworkMode, 'none'],
    ['a root that cannot be written', host?.ReadonlyRootfs, true],
    ['no capability', host?.CapDrop, ['ALL']],
    ['no capability added', host?.CapAdd, undefined],
    ['no new privileges', host?.SecurityOpt, ['no-new-privileges']],
    ['not privileged', host?.Privileged, undefined],
    ['nothing shared with other containers', host?.IpcMode, 'private'],
    ['not root', options.User, '1001:1002'],
    ['memory', host?.Memory, 1_000_000_000],
    ['no swap beyond memory', host?.MemorySwap, 1_000_000_000],
    ['processors', host?.NanoCpus, 1_500_000_000],
    ['processes, with init and timeout beside them', host?.PidsLimit, 102],
    ['never again by itself', host?.RestartPolicy, { Name: 'no' }],
    ['the image by its content', options.Image, 'sha256:1234'],
    ['the working directory', options.WorkingDir, '/workspace'],
    [
      'the environment of the specification',
      options.Env,
      ['HOME=/tmp', 'LANG=C.UTF-8', 'TZ=UTC', 'GREETING=a=b c'],
    ],
    ['the words as they are', options.Cmd, ['python', 'a.py']],
    ['a bounded log', host?.LogConfig?.Config, { 'max-size': '400000', 'max-file': '2' }],
  ])('%s', (_name, asked, expected) => {
    expect(asked).toEqual(expected);
  });

  test('the wall clock is kept inside, in front of the entry point of the image', () => {
    expect(options.Entrypoint).toEqual([
      '/usr/bin/timeout',
      '--signal=KILL',
      '60',
      '/usr/local/bin/vitrine-entrypoint',
    ]);
    expect(containerOptions(spec, { ...now, timeoutPath: null }).Entrypoint).toEqual([
      '/usr/local/bin/vitrine-entrypoint',
    ]);
  });

  test('a mount is never read as "source:target:options"', () => {
    expect(host?.Binds).toBeUndefined();
    expect(host?.Mounts?.map((mount) => [mount.Source, mount.Target, mount.ReadOnly])).toEqual([
      ['/srv/w:1', '/workspace', false],
      ['/srv/lists', '/lists', true],
    ]);
  });

  test('no core dump leaves the container, and no file grows beyond the disk limit', () => {
    expect(host?.Ulimits).toContainEqual({ Name: 'core', Soft: 1, Hard: 1 });
    expect(host?.Ulimits).toContainEqual({
      Name: 'fsize',
      Soft: 2_000_000_000,
      Hard: 2_000_000_000,
    });
  });

  test('a label of the caller cannot change a limit', () => {
    const labels = { 'vitrine.limit.disk-bytes': '1e99' };
    const made = containerOptions({ ...spec, labels }, now);
    expect(made.Labels?.['vitrine.limit.disk-bytes']).toBe('2000000000');
  });
});
