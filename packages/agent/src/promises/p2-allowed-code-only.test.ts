/** P2: only commits reachable from an allowed branch of an allowed repository run; the agent checks for itself (T3, T5). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '@vitrine/protocol';
import { describe, expect, test } from 'vitest';
import { AgentBench, identifierOf } from '../testing.ts';

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
