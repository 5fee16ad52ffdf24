import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '@vitrine/protocol';
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

describe('P2, T5: the agent decides for itself', () => {
  test.each([
    [
      'a repository that is not allowed',
      { repository: 'https://example.org/other' },
      'repository_refused',
    ],
    [
      'an address that would run a program',
      { repository: 'ext::sh -c true' },
      'repository_refused',
    ],
    ['a branch that is not allowed', { branch: 'develop' }, 'commit_refused'],
    ['a commit that is nowhere', { commit: '0'.repeat(40) }, 'commit_refused'],
    ['an action that project.yaml does not have', { action: 'other' }, 'action_refused'],
    ['an image that is not allowed', { action: 'on_r' }, 'image_refused'],
    ['the database, where the task forbids it', { action: 'cohort' }, 'action_refused'],
  ])('%s', async (_, change, code) => {
    await using bench = await AgentBench.make();
    await bench.start();
    await bench.run('first', { job: identifierOf('before') });
    expect(await bench.run('first', change)).toBe(code);
    expect(bench.server.faults).toEqual([]);
  });

  test('a commit of a fork, which the server of the repository has but the branch has not', async () => {
    await using bench = await AgentBench.make();
    await bench.repository.git('checkout', '--quiet', '--detach');
    const commit = await bench.repository.commit({ 'sum.py': 'evil' });
    await bench.repository.git('update-ref', 'refs/pull/1/head', commit);
    await bench.repository.git('checkout', '--quiet', 'main');
    await bench.start();
    expect(await bench.run('first', { commit })).toBe('commit_refused');
  });

  test('a commit that came to the branch after the last look', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    await bench.run('first', { job: identifierOf('before') });
    await bench.repository.commit({ 'new.txt': 'x' });
    expect(await bench.run('first')).toBe('succeeded');
  });

  test('a workspace stays with its repository', async () => {
    await using bench = await AgentBench.make();
    const other = `${bench.repository.folder}/.`;
    const { allow } = bench.configuration;
    await bench.start({ allow: { ...allow, repositories: [...allow.repositories, other] } });
    expect(await bench.run('first')).toBe('succeeded');
    const job = identifierOf('foreign');
    expect(await bench.run('second', { job, repository: other })).toBe('repository_refused');
  });

  test('inputs are of the job that the server names, or of one that ended just now', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const before = identifierOf('before');
    await bench.run('first', { job: before });
    expect(await bench.run('second', { inputs: { first: before } })).toBe('succeeded');
    const job = identifierOf('unheard');
    expect(await bench.run('second', { job, inputs: {} })).toBe('succeeded');
    await bench.repository.commit({ 'sum.py': 'raise SystemExit(1)' });
    expect(await bench.run('first')).toBe('nonzero_exit');
    const other = { job: identifierOf('other'), inputs: { first: identifierOf('lost') } };
    expect(await bench.run('second', other)).toBe('input_missing');
  });

  test('a project.yaml that is not valid, and one that is not there', async () => {
    await using bench = await AgentBench.make({ files: { 'project.yaml': 'actions: 1' } });
    await bench.start();
    expect(await bench.run('first')).toBe('project_refused');
    await bench.repository.git('rm', '--quiet', 'project.yaml');
    await bench.repository.commit({});
    expect(await bench.run('second')).toBe('project_refused');
  });

  test('a database action without a database', async () => {
    await using bench = await AgentBench.make({ configuration: { dummy_data: false } });
    await bench.start();
    expect(await bench.run('cohort', { database_allowed: true })).toBe('job_error');
  });

  test('an archived workspace', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    await writeFile(join(bench.data, 'level3/archives/study.tar.xz'), '');
    expect(await bench.run('first')).toBe('workspace_archived');
  });

  test('a repository that does not answer is the platform’s fault', async () => {
    const gone = '/nonexistent/repository';
    await using bench = await AgentBench.make();
    const { allow } = bench.configuration;
    await bench.start({ allow: { ...allow, repositories: [gone] } });
    expect(await bench.run('first', { repository: gone })).toBe('repository_unreachable');
  });
});

describe('T5: what a server says is checked before it is believed', () => {
  const orders = { cancel: [], paused: false, drain: false };
  test.each<[string, number, (task: Task) => string]>([
    ['no JSON', 200, () => '{'],
    ['nothing', 200, () => ''],
    ['another shape', 200, () => '{"tasks": []}'],
    ['one word more', 200, (task) => JSON.stringify({ tasks: [task], ...orders, more: 1 })],
    [
      'a workspace that leads elsewhere',
      200,
      (task) => JSON.stringify({ tasks: [{ ...task, workspace: '../x' }], ...orders }),
    ],
    [
      'a job that leads elsewhere',
      200,
      (task) => JSON.stringify({ tasks: [{ ...task, job: '../../../../etc' }], ...orders }),
    ],
    ['more than is read', 200, () => ' '.repeat(17 * 1024 * 1024)],
    ['the way to another server', 307, () => ''],
    ['a page of something in between', 404, () => '<html>'],
  ])('%s', async (_, status, answer) => {
    await using bench = await AgentBench.make();
    bench.server.falseAnswer = { status, text: answer(await bench.task('wait')) };
    await bench.start();
    expect(await bench.run('first')).toBe('succeeded');
    expect(bench.server.falseAnswer).toBeNull();
    expect(bench.log.filter(({ event }) => event === 'server-not-reached')).toHaveLength(1);
    expect(new Set(bench.server.reports.map(({ job }) => job))).toEqual(
      new Set([identifierOf('first')]),
    );
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

describe('cut off', () => {
  test('what ended while the network was cut arrives in its order when it is mended', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    bench.server.isCut = true;
    await writeFile(bench.inside(job, 'go'), '');
    await expect
      .poll(() => bench.read(`level3/logs/2026-03/${job}/job.json`), { timeout: 20_000 })
      .toContain('succeeded');
    bench.server.isCut = false;
    expect(await bench.server.ended(job)).toEqual([
      'preparing',
      'executing',
      'finalizing',
      'succeeded',
    ]);
  });

  test('answers that get lost change nothing', async () => {
    await using bench = await AgentBench.make();
    bench.server.lostAnswers = 6;
    await bench.start();
    expect(await bench.run('first')).toBe('succeeded');
    const finals = bench.server.outcomes.filter(
      ({ status_code: code, outcome }) => code === 'succeeded' && outcome === 'accepted',
    );
    expect(finals).toHaveLength(1);
    expect(bench.server.faults).toEqual([]);
  });

  test('a disk that takes no reports loses none', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    // As root, permissions stop nobody; a folder that is not there does.
    const reports = join(bench.data, 'agent/reports');
    await rm(reports, { recursive: true });
    await writeFile(reports, '');
    bench.server.isCut = true;
    await writeFile(bench.inside(job, 'go'), '');
    await expect.poll(() => bench.log.map(({ event }) => event)).toContain('reports-not-written');
    bench.server.isCut = false;
    expect((await bench.server.ended(job)).at(-1)).toBe('succeeded');
  });

  test('a job that cannot be written down is not begun, and begins when it can', async () => {
    await using bench = await AgentBench.make();
    await bench.start();
    const jobs = join(bench.data, 'agent/jobs');
    await rm(jobs, { recursive: true });
    await writeFile(jobs, '');
    const task = await bench.task('first');
    bench.server.add(task);
    await expect.poll(() => bench.log.map(({ event }) => event)).toContain('record-not-written');
    expect(bench.server.reports).toEqual([]);
    await rm(jobs);
    await mkdir(jobs);
    expect((await bench.server.ended(task.job)).at(-1)).toBe('succeeded');
  });

  test('a server that knows no such token, or is not well, is asked again', async () => {
    await using bench = await AgentBench.make();
    bench.server.refusal = 401;
    await bench.start();
    await expect
      .poll(() => bench.log.map(({ facts }) => facts['failure']))
      .toContain('unauthorised');
    bench.server.refusal = 503;
    await expect.poll(() => bench.log.map(({ facts }) => facts['failure'])).toContain('failed');
    bench.server.refusal = null;
    expect(await bench.run('first')).toBe('succeeded');
  });

  test.each([-86_400, 86_400])('a clock that is %i seconds off', async (seconds) => {
    await using bench = await AgentBench.make({
      now: () => new Date(Date.now() + seconds * 1000),
    });
    await bench.start();
    expect(await bench.run('first')).toBe('succeeded');
  });
});

describe('P12: the isolation self-test', () => {
  test('nothing runs while the isolation does not hold; the names of the checks are told', async () => {
    const selfTest = [
      { check: 'not-root', passed: false, detail: 'user 0' },
      { check: 'something-new', passed: false, detail: 'x' },
      { check: 'files-outside', passed: true, detail: 'x' },
    ];
    await using bench = await AgentBench.make({ selfTest });
    await bench.start();
    await bench.server.until(() => bench.server.heartbeats.length > 0);
    expect(bench.server.heartbeats[0]?.self_test).toEqual({
      passed: false,
      failed: ['not-root', 'self-test-ran'],
    });
    await bench.server.until(() => bench.server.requests.length > 0);
    expect(bench.server.requests[0]?.free).toEqual({ database: 0, other: 0 });
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
