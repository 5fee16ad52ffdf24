/** The network, the server, the disk and the clock fail; the jobs do not. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AgentBench, identifierOf, PATIENCE } from './testing.ts';
import { TestProxy } from './testing-proxy.ts';

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
      .poll(() => bench.read(`level3/logs/2026-03/${job}/job.json`), PATIENCE)
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
    await expect
      .poll(() => bench.log.map(({ event }) => event), PATIENCE)
      .toContain('reports-not-written');
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
    await expect
      .poll(() => bench.log.map(({ event }) => event), PATIENCE)
      .toContain('record-not-written');
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
      .poll(() => bench.log.map(({ facts }) => facts['failure']), PATIENCE)
      .toContain('unauthorised');
    bench.server.refusal = 503;
    await expect
      .poll(() => bench.log.map(({ facts }) => facts['failure']), PATIENCE)
      .toContain('failed');
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

describe('the network between agent and server', () => {
  const isTold = (bench: AgentBench, what: string): boolean =>
    bench.log.some(({ event, facts }) => event === 'server-not-reached' && facts['what'] === what);

  test.each(['cut', 'silent'] as const)('%s in the middle of a job, and mended', async (mode) => {
    await using bench = await AgentBench.make();
    await using proxy = await TestProxy.start(bench.server.address);
    await bench.start({ server: proxy.address, patience_seconds: 2 });
    const job = identifierOf('wait');
    bench.server.add(await bench.task('wait'));
    await bench.server.until(() => bench.server.codes(job).includes('executing'));
    proxy.mode = mode;
    await writeFile(bench.inside(job, 'go'), '');
    await expect
      .poll(() => bench.read(`level3/logs/2026-03/${job}/job.json`), PATIENCE)
      .toContain('succeeded');
    await expect.poll(() => isTold(bench, 'reports'), PATIENCE).toBe(true);
    expect(bench.server.codes(job)).not.toContain('succeeded');
    proxy.mode = 'open';
    expect(await bench.server.ended(job)).toEqual([
      'preparing',
      'executing',
      'finalizing',
      'succeeded',
    ]);
    expect(await bench.run('first')).toBe('succeeded');
    expect(bench.server.faults).toEqual([]);
  });

  test('cut again and again at any byte: each job ends once, and nothing is told that is not so', async () => {
    await using bench = await AgentBench.make();
    await using proxy = await TestProxy.start(bench.server.address);
    const cuts = [100, 700, 8000, 400, 1500];
    let cut = 0;
    proxy.nextCut = () => cuts[cut++ % cuts.length] ?? 0;
    await bench.start({ server: proxy.address });
    const [first, second, third] = ['first', 'second', 'third'].map(identifierOf) as [
      string,
      string,
      string,
    ];
    bench.server.add(await bench.task('first'));
    bench.server.add(await bench.task('second', { inputs: { first } }), [first]);
    bench.server.add(await bench.task('third', { inputs: { first, second } }), [first, second]);
    await bench.server.ended(third);
    for (const job of [first, second, third]) {
      const ends = bench.server.outcomes.filter(
        (outcome) =>
          outcome.job === job &&
          outcome.status_code === 'succeeded' &&
          outcome.outcome === 'accepted',
      );
      expect(ends).toHaveLength(1);
    }
    expect(await bench.read('level4/workspaces/study/output/third.csv')).toBe('total\n4\n');
  });
});
