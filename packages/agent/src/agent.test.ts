import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { AgentBench, identifierOf } from './testing.ts';

describe('the road of a job', () => {
  test('three in a row: outputs by level, a log of each, and only codes outside', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const first = identifierOf('first');
    const second = identifierOf('second');
    const third = identifierOf('third');
    bench.server.add(await bench.task('first'));
    bench.server.add(await bench.task('second', { inputs: { first } }), [first]);
    bench.server.add(await bench.task('third', { inputs: { first, second } }), [first, second]);
    expect(await bench.server.ended(third)).toEqual([
      'preparing',
      'executing',
      'finalizing',
      'succeeded',
    ]);
    const level3 = 'level3/workspaces/study';
    expect(await bench.read(`${level3}/output/third.csv`)).toBe('total\n4\n');
    expect(await bench.read('level4/workspaces/study/output/third.csv')).toBe('total\n4\n');
    expect(await bench.read('level4/workspaces/study/output/first.csv')).toBeNull();
    const manifest = JSON.parse((await bench.read(`${level3}/metadata/manifest.json`)) ?? '');
    expect(manifest).toMatchObject({
      workspace: 'study',
      repo: bench.repository.folder,
      outputs: {
        'output/third.csv': { job_id: third, user: 'researcher', level: 'moderately_sensitive' },
      },
    });
    expect(
      JSON.parse((await bench.read(`level3/logs/2026-03/${third}/job.json`)) ?? ''),
    ).toMatchObject({ code: 'succeeded', finished: { action: 'third', ending: { exitCode: 0 } } });
    expect(await bench.read(`level3/logs/2026-03/${third}/log.txt`)).toContain('output/third.csv');
    expect(bench.server.faults).toEqual([]);
    for (const { at } of bench.server.reports) expect(at).toMatch(/:\d\dZ$/);
    const { reports, heartbeats, requests } = bench.server;
    expect(JSON.stringify([reports, heartbeats, requests])).not.toMatch(/output|\.csv|total|third/);
  });

  test.each([
    ['fails', 'nonzero_exit'],
    ['makes_nothing', 'unmatched_patterns'],
    ['second', 'input_missing'],
  ])('%s ends with %s', async (action, code) => {
    await using bench = await AgentBench.make();
    await bench.start();
    expect(await bench.run(action)).toBe(code);
    await bench.isIdle();
  });

  test('a definition that fails is told from a program that fails', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    expect(await bench.run('cohort', { database_allowed: true })).toBe('definition_invalid');
  });

  test('usage is told, coarsely', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    await bench.run('first');
    const usage = bench.server.reports.at(-1)?.usage;
    expect(usage?.cpu_seconds).toBeGreaterThanOrEqual(1);
    expect((usage?.peak_memory_bytes ?? 1) % 2 ** 20).toBe(0);
  });

  test('jobs run side by side, as many as there are places, and a job that ends makes room', async () => {
    await using bench = await AgentBench.make({
      configuration: { slots: { database: 0, other: 2 } },
    });
    await bench.start();
    for (const name of ['one', 'two', 'three']) {
      bench.server.add(await bench.task('wait', { job: identifierOf(name), workspace: name }));
    }
    const isRunning = (name: string): boolean =>
      bench.server.codes(identifierOf(name)).includes('executing');
    await bench.server.until(() => isRunning('one') && isRunning('two'));
    expect(bench.server.codes(identifierOf('three'))).toEqual([]);
    const inside = (name: string): string =>
      bench.inside(identifierOf(name), 'go').replace('/study/.v', `/${name}/.v`);
    await writeFile(inside('two'), '');
    await bench.server.until(() => isRunning('three'));
    await writeFile(inside('one'), '');
    await writeFile(inside('three'), '');
    for (const name of ['one', 'two', 'three']) {
      expect((await bench.server.ended(identifierOf(name))).at(-1)).toBe('succeeded');
    }
  });
});

describe('orders', () => {
  test('a job that is cancelled is stopped, and leaves nothing', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    bench.server.cancel(job);
    expect((await bench.server.ended(job)).at(-1)).toBe('cancelled_by_user');
    const history = JSON.parse(
      (await bench.read('level3/workspaces/study/metadata/history.json')) ?? '',
    );
    expect(history).toEqual({ jobs: {}, running: {} });
  });

  test('to stop what is not in hand is confirmed', async () => {
    await using bench = await AgentBench.make();
    const task = await bench.task('first');
    bench.server.add(task, ['never']);
    bench.server.cancel(task.job);
    await bench.start().catch(() => {});
    await bench.server.until(() => bench.server.reports.length > 0);
    expect(bench.server.codes(task.job)).toEqual(['cancelled_by_user']);
  });
});

describe('attempts', () => {
  test('an older attempt, and one that has ended, never run again', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const task = await bench.task('fails', { attempt: 2 });
    bench.server.add(task);
    await bench.server.ended(task.job);
    await bench.isIdle();
    const before = bench.server.reports.length;
    bench.server.add(task);
    expect(await bench.server.ended(task.job)).toEqual(['nonzero_exit']);
    expect(bench.server.reports.slice(before).map((report) => report.status_code)).toEqual([
      'nonzero_exit',
    ]);
  });

  test('the next attempt of a job that failed runs', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('fails');
    await bench.run('fails');
    bench.server.tryAgain(job);
    expect(await bench.server.ended(job)).toEqual([
      'preparing',
      'executing',
      'finalizing',
      'nonzero_exit',
    ]);
    expect(await bench.read(`level3/logs/2026-03/${job}-2/log.txt`)).toContain('exit code 7');
  });

  test('the same work given again while it runs goes on under the new number', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    bench.server.tryAgain(job);
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    await writeFile(bench.inside(job, 'go'), '');
    expect(await bench.server.ended(job)).toEqual(['executing', 'finalizing', 'succeeded']);
    expect(bench.log.filter(({ event }) => event === 'job-goes-on')).toHaveLength(1);
  });
});

describe('stopping', () => {
  test('a stop waits for what ends in time', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    const stopped = bench.stop(30);
    bench.server.add(await bench.task('first'));
    await writeFile(bench.inside(job, 'go'), '');
    await stopped;
    expect(bench.server.codes(job).at(-1)).toBe('succeeded');
    expect(bench.server.codes(identifierOf('first'))).toEqual([]);
  });

  test('what does not runs on, and the next agent goes on with it', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    await bench.stop(0);
    await writeFile(bench.inside(job, 'go'), '');
    await bench.start();
    expect(await bench.server.ended(job)).toEqual([
      'preparing',
      'executing',
      'finalizing',
      'succeeded',
    ]);
    expect(bench.log.filter(({ event }) => event === 'leftover-cleaned')).toEqual([]);
  });

  test('two agents on one data folder', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    await expect(bench.start()).rejects.toThrow('Another agent works in');
  });
});
