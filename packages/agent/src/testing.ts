/** What the tests of this package share: studies in real git repositories, and an agent that runs them in the sandbox. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Task } from '@vitrine/protocol';
import { runGit, type SelfTestResult } from '@vitrine/runner';
import { expect } from 'vitest';
import { type Agent, type AgentOptions, startAgent } from './agent.ts';
import type { AgentLogEntry } from './agent-log.ts';
import type { AgentConfiguration } from './configuration.ts';
import { executorFolder } from './data-folder.ts';
import { TestServer } from './testing-server.ts';
import { configurationOf, PASSED, settingsFor } from './testing-settings.ts';

/** For `expect.poll`: long enough for the slowest machine. */
export const PATIENCE = { timeout: 90_000 } as const;

export type Files = Readonly<Record<string, string>>;

/** Writes a column of one number, the sum of what it reads. */
const SUM = `
import os, sys
out, *inputs = sys.argv[1:]
total = 1 + sum(int(open(name).read().split()[1]) for name in inputs)
os.makedirs("output", exist_ok=True)
open(out, "w").write("total\\n%d\\n" % total)
`;

/** Says that it runs by a file, and waits for another. */
const WAIT = `
import os, time
open("runs", "w").close()
while not os.path.exists("go"): time.sleep(0.01)
os.makedirs("output", exist_ok=True)
open("output/waited.csv", "w").write("a\\n1\\n")
`;

/** A study of three actions in a row, one that waits, one that fails, one that reads the database. */
export const STUDY: Files = {
  'sum.py': SUM,
  'wait.py': WAIT,
  'analysis/study_definition.py': 'this is no Python\n',
  'project.yaml': JSON.stringify({
    version: 3,
    expectations: { population_size: 10 },
    actions: {
      first: {
        run: 'python:latest python sum.py output/first.csv',
        outputs: { highly_sensitive: { table: 'output/first.csv' } },
      },
      second: {
        run: 'python:latest python sum.py output/second.csv output/first.csv',
        needs: ['first'],
        outputs: { highly_sensitive: { table: 'output/second.csv' } },
      },
      third: {
        run: 'python:latest python sum.py output/third.csv output/first.csv output/second.csv',
        needs: ['first', 'second'],
        outputs: { moderately_sensitive: { table: 'output/third.csv' } },
      },
      wait: {
        run: 'python:latest python wait.py',
        outputs: { moderately_sensitive: { table: 'output/waited.csv' } },
      },
      fails: {
        run: 'python:latest python -c "raise SystemExit(7)"',
        outputs: { moderately_sensitive: { table: 'output/never.csv' } },
      },
      makes_nothing: {
        run: 'python:latest python -c pass',
        outputs: { moderately_sensitive: { table: 'output/nothing.csv' } },
      },
      cohort: {
        run: 'cohortextractor:latest generate_cohort --study-definition study_definition',
        outputs: { highly_sensitive: { cohort: 'output/input.csv' } },
      },
      on_r: {
        run: 'other:v1 anything',
        outputs: { moderately_sensitive: { table: 'output/r.csv' } },
      },
    },
  }),
};

/** A repository with files on its branch. */
export class Repository {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(folder: string, files: Files): Promise<Repository> {
    await mkdir(folder, { recursive: true });
    const repository = new Repository(folder);
    await repository.git('init', '--quiet', '--initial-branch=main');
    await repository.commit(files);
    return repository;
  }

  async git(...args: readonly string[]): Promise<string> {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    return (await runGit([...who, ...args], { folder: this.folder })).trim();
  }

  /** Commits changed files, and gives the commit. */
  async commit(files: Files): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message=change');
    return this.head();
  }

  head(): Promise<string> {
    return this.git('rev-parse', 'HEAD');
  }
}

/** An identifier of 16 characters for a name. */
export function identifierOf(name: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const digest = createHash('sha256').update(name).digest().subarray(0, 16);
  return [...digest].map((byte) => alphabet.charAt(byte % 32)).join('');
}

export interface BenchOptions {
  readonly configuration?: Partial<AgentConfiguration>;
  readonly selfTest?: readonly SelfTestResult[];
  readonly now?: () => Date;
  readonly files?: Files;
  /** Settings of the runner, by their names in the environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server, a repository, and one agent after the other on one data folder. */
export class AgentBench implements AsyncDisposable {
  readonly root: string;
  readonly server: TestServer;
  readonly repository: Repository;
  readonly log: AgentLogEntry[] = [];
  readonly #options: BenchOptions;
  #agent: Agent | null = null;

  private constructor(
    root: string,
    server: TestServer,
    repository: Repository,
    options: BenchOptions,
  ) {
    this.root = root;
    this.server = server;
    this.repository = repository;
    this.#options = options;
  }

  static async make(options: BenchOptions = {}): Promise<AgentBench> {
    const root = await mkdtemp(join(tmpdir(), 'vitrine-agent-'));
    const repository = await Repository.make(join(root, 'study'), options.files ?? STUDY);
    return new AgentBench(root, await TestServer.start(), repository, options);
  }

  get data(): string {
    return join(this.root, 'data');
  }

  get configuration(): AgentConfiguration {
    return configurationOf(this.server.address, this.data, this.repository.folder, {
      ...this.#options.configuration,
    });
  }

  async start(
    change: Partial<AgentConfiguration> = {},
    selfTest: AgentOptions['selfTest'] = async () => this.#options.selfTest ?? PASSED,
  ): Promise<Agent> {
    const { now } = this.#options;
    this.#agent = await startAgent({
      configuration: { ...this.configuration, ...change },
      settings: await settingsFor(this.data, this.#options.settings),
      selfTest,
      version: '0.1.0',
      log: (entry) => void this.log.push(entry),
      ...(now === undefined ? {} : { now }),
    });
    return this.#agent;
  }

  async stop(drainSeconds = 0): Promise<void> {
    await this.#agent?.stop(drainSeconds);
    this.#agent = null;
  }

  async task(action: string, change: Partial<Task> = {}): Promise<Task> {
    return taskOf(action, this.repository.folder, await this.repository.head(), change);
  }

  /** Has the server give a task of the study, and waits for its end. */
  async run(action: string, change: Partial<Task> = {}): Promise<string> {
    const task = await this.task(action, change);
    this.server.add(task);
    return (await this.server.ended(task.job)).at(-1) ?? '';
  }

  /** Resolves when the agent has nothing in hand. */
  async isIdle(): Promise<void> {
    await expect.poll(() => readdir(join(this.data, 'agent/jobs')), PATIENCE).toEqual([]);
  }

  /** A file below the data folder; null when it is not there. */
  async read(path: string): Promise<string | null> {
    return readFile(join(this.data, path), 'utf8').catch(() => null);
  }

  /** The scratch folder of a job, as its program sees it. */
  inside(execution: string, file: string): string {
    return join(this.data, 'level3/workspaces/study/.vitrine/jobs', execution, 'workspace', file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nobody is to wait for what a test left running.
    await this.stop();
    await this.server[Symbol.asyncDispose]();
    const { executors } = await settingsFor(this.data);
    for (const id of await readdir(executorFolder(this.data)).catch(() => [])) {
      if (/^[a-z0-9-]+$/.test(id)) await executors.executor('sandbox').remove(id);
    }
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function taskOf(
  action: string,
  repository: string,
  commit: string,
  change: Partial<Task> = {},
): Task {
  return {
    job: identifierOf(action),
    attempt: 1,
    job_request: identifierOf('request'),
    workspace: 'study',
    repository,
    branch: 'main',
    commit,
    action,
    inputs: {},
    resources: { cpus: 1, memory_bytes: 2 ** 29, wall_clock_seconds: 60 },
    database_allowed: false,
    lease_seconds: 30,
    requested_by: 'researcher',
    created_at: '2026-03-04T05:06:07Z',
    ...change,
  };
}
