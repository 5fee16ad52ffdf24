/** P5: an attempt whose caller went or was killed goes on where it stands; nothing of it happens twice. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OUTPUT_LIMITS } from '../workspace/collect.ts';
import { runGit } from '../workspace/git.ts';
import { LEVEL4_RULES } from '../workspace/level4.ts';
import { Workspace } from '../workspace/workspace.ts';
import { type ActionContext, type ActionJob, Detached, executionId } from './action-context.ts';
import { cleanLeftovers } from './clean-leftovers.ts';
import { readProject } from './read-project.ts';
import { runAction } from './run-action.ts';
import { projectOf, TEST_LIMITS, TestStudy } from './testing.ts';

/** Counts its runs in a file that it does not declare, says that it is there, and ends when told to. */
const WAITS = `
import os, time
with open("runs", "a") as f: f.write("x")
while not os.path.exists("go"): time.sleep(0.01)
os.makedirs("output", exist_ok=True)
open("output/made.csv", "w").write("a\\n" + open("runs").read() + "\\n")
`;

class Bench implements AsyncDisposable {
  readonly study: TestStudy;
  readonly code: ActionContext['code'];
  workspace: Workspace;

  private constructor(study: TestStudy, code: ActionContext['code'], workspace: Workspace) {
    this.study = study;
    this.code = code;
    this.workspace = workspace;
  }

  static async make(): Promise<Bench> {
    const study = await TestStudy.make({
      'wait.py': WAITS,
      'project.yaml': projectOf({
        wait: { run: 'python:latest python wait.py', moderately: ['output/made.csv'] },
      }),
    });
    const git = { folder: study.folder };
    await runGit(['init', '-q', '-b', 'main'], git);
    await runGit(['add', '.'], git);
    const who = ['-c', 'user.name=n', '-c', 'user.email=e@example.org'];
    await runGit([...who, 'commit', '-q', '-m', 'm'], git);
    const commit = (await runGit(['rev-parse', 'HEAD'], git)).trim();
    const code = { kind: 'commit', repository: study.folder, commit } as const;
    return new Bench(study, code, await openIn(study));
  }

  /** As the next process would find it. */
  async reopen(): Promise<void> {
    await this.workspace.close();
    this.workspace = await openIn(this.study);
  }

  async job(attempt = 1): Promise<ActionJob> {
    const { pipeline } = await readProject(this.study.folder);
    const action = pipeline?.actions.get('wait');
    if (action === undefined) throw new Error('the study has no such action');
    return { id: 'aaaaaaaaaaaaaaaa', request: 'r', action, attempt };
  }

  async context(change: Partial<ActionContext> = {}): Promise<ActionContext> {
    const { pipeline } = await readProject(this.study.folder);
    if (pipeline === null) throw new Error('the study has no project');
    return {
      workspace: this.workspace,
      pipeline,
      code: this.code,
      executors: this.study.executors,
      limits: TEST_LIMITS,
      outputLimits: OUTPUT_LIMITS,
      level4Rules: LEVEL4_RULES,
      runtimes: {},
      reusableActions: { sources: [], cacheFolder: '' },
      backend: 'expectations',
      databaseAddressFile: null,
      seed: null,
      user: null,
      repo: null,
      now: () => new Date(),
      ...change,
    };
  }

  inside(job: ActionJob, file: string): string {
    return join(this.workspace.jobFolder(executionId(job)), 'workspace', file);
  }

  /** Runs the job until its program runs, and goes. */
  async startAndLeave(job: ActionJob): Promise<void> {
    const leave = new AbortController();
    const context = await this.context({
      signal: leave.signal,
      onProgress: ({ stage }) => {
        if (stage === 'running') leave.abort(new Detached());
      },
    });
    await expect(runAction(job, context)).rejects.toThrow(Detached);
  }

  async letGo(job: ActionJob): Promise<void> {
    await writeFile(this.inside(job, 'go'), '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await cleanLeftovers(this.workspace, this.study.executors);
    await this.workspace.close();
    await this.study[Symbol.asyncDispose]();
  }
}

async function openIn(study: TestStudy): Promise<Workspace> {
  const store = { level3: join(study.root, 'level3'), level4: join(study.root, 'level4') };
  for (const tree of Object.values(store)) await mkdir(tree, { recursive: true });
  return Workspace.open(store, { workspace: 'w', repo: null }, new Date());
}

test.for([1, 2])('attempt %i goes on where its caller left it, and runs once', async (attempt) => {
  await using bench = await Bench.make();
  const job = await bench.job(attempt);
  await bench.startAndLeave(job);
  await bench.reopen();
  const stages: string[] = [];
  const again = runAction(
    job,
    await bench.context({
      onProgress: ({ stage }) => {
        stages.push(stage);
        if (stages.length === 1) void bench.letGo(job);
      },
    }),
  );
  const result = await again;
  expect(result).toMatchObject({ state: 'succeeded', job: 'aaaaaaaaaaaaaaaa' });
  expect(new Set(stages)).toEqual(new Set(['running', 'collecting']));
  for (const tree of ['level3', 'level4']) {
    expect(readFileSync(join(bench.study.root, tree, 'output/made.csv'), 'utf8')).toBe('a\nx\n');
  }
  expect(bench.workspace.history.jobs['wait']).toMatchObject({
    job: 'aaaaaaaaaaaaaaaa',
    state: 'succeeded',
    ending: { attempt, reason: null, exitCode: 0, limit: null },
  });
  expect(bench.workspace.manifest.outputs['output/made.csv']?.job_id).toBe('aaaaaaaaaaaaaaaa');
  expect(bench.workspace.history.running).toEqual({});
  expect(await bench.study.executor.inspect(executionId(job))).toEqual({ state: 'absent' });
});

test('a program that was cut off from outside is the platform’s fault, and leaves nothing', async () => {
  await using bench = await Bench.make();
  const job = await bench.job();
  await bench.startAndLeave(job);
  const started = JSON.parse(
    readFileSync(join(bench.study.root, 'state', executionId(job), 'started'), 'utf8'),
  );
  process.kill(started.pid, 'SIGKILL');
  await bench.reopen();
  const result = await runAction(job, await bench.context());
  expect(result).toMatchObject({
    state: 'failed',
    reason: 'platform',
    diagnostics: [{ code: 'action-interrupted' }],
  });
  expect(bench.workspace.history).toEqual({ jobs: {}, running: {} });
  expect(existsSync(join(bench.study.root, 'level3/output'))).toBe(false);
});

test('a scratch folder that was not ready, or whose program is gone, is made afresh', async () => {
  await using bench = await Bench.make();
  const job = await bench.job();
  await bench.startAndLeave(job);
  await bench.study.executor.remove(executionId(job));
  await bench.reopen();
  const result = await runAction(
    job,
    await bench.context({
      onProgress: ({ stage }) => {
        if (stage === 'running') void bench.letGo(job);
      },
    }),
  );
  expect(result).toMatchObject({ state: 'succeeded' });
  expect(readFileSync(join(bench.study.root, 'level3/output/made.csv'), 'utf8')).toBe('a\nx\n');
});

test('the next attempt knows nothing of the one before', async () => {
  await using bench = await Bench.make();
  await bench.startAndLeave(await bench.job(1));
  const second = await bench.job(2);
  const running = runAction(
    second,
    await bench.context({
      onProgress: ({ stage }) => {
        if (stage === 'running') void bench.letGo(second);
      },
    }),
  );
  expect(await running).toMatchObject({ state: 'succeeded' });
  expect(Object.keys(bench.workspace.history.running)).toEqual(['aaaaaaaaaaaaaaaa']);
  const cleaned = await cleanLeftovers(bench.workspace, bench.study.executors);
  expect(cleaned.map(({ job }) => job)).toEqual(['aaaaaaaaaaaaaaaa']);
  expect(readFileSync(join(bench.study.root, 'level3/output/made.csv'), 'utf8')).toBe('a\nx\n');
});
