/** P5, whole: server and agent are killed again and again; the final state is that of an undisturbed run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type JobRequestDetail, jobRequestDetailSchema } from '@vitrine/protocol';
import { runGit } from '@vitrine/runner';
import {
  type Context,
  createJobRequest,
  GitSourceHost,
  issueToken,
  openDatabase,
  SCHEDULING_POLICY,
} from '@vitrine/server';
import { expect, test } from 'vitest';

const KILLS = Number(process.env['SURVIVAL_KILLS'] ?? 6);
const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Adds up what it reads; each action reads the two before it. */
const STEP = `
import os, sys, time
out, *inputs = sys.argv[1:]
time.sleep(0.2)
os.makedirs("output", exist_ok=True)
total = 1 + sum(int(open(name).read().split()[1]) for name in inputs)
open(out, "w").write("total\\n%d\\n" % total)
`;
const names = Array.from({ length: 10 }, (_, index) => `step${index}`);
const needsOf = (index: number): readonly string[] => names.slice(Math.max(0, index - 2), index);
const project = JSON.stringify({
  version: 3,
  expectations: { population_size: 10 },
  actions: Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        run: `python:latest python step.py ${[name, ...needsOf(index)].map((one) => `output/${one}.csv`).join(' ')}`,
        needs: needsOf(index),
        outputs: { moderately_sensitive: { table: `output/${name}.csv` } },
      },
    ]),
  ),
});

async function makeStudy(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'step.py'), STEP);
  await writeFile(join(folder, 'project.yaml'), project);
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  await runGit(['init', '--quiet', '--initial-branch=main'], { folder });
  await runGit(['add', '--all'], { folder });
  await runGit([...who, 'commit', '--quiet', '--message=study'], { folder });
}

/** Asks for every action, before anybody listens. @returns the token of the backend */
async function ask(data: string, repository: string): Promise<string> {
  const database = await openDatabase({ url: null, dataDir: data });
  try {
    const { db } = database;
    const created_at = new Date();
    const sourceHost = new GitSourceHost({ cacheDir: join(data, 'copies'), allowFolders: true });
    const context: Context = {
      database,
      clock: () => new Date(),
      randomBytes,
      sourceHost,
      policy: SCHEDULING_POLICY,
    };
    const organisation = await db
      .insertInto('organisation')
      .values({ slug: 'o', name: 'O', created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const inProject = await db
      .insertInto('project')
      .values({ slug: 'p', name: 'P', lead_organisation_id: organisation.id, created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const person = await db
      .insertInto('person')
      .values({ username: 'researcher', name: 'Researcher', created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const backend = await db
      .insertInto('backend')
      .values({ slug: 'tpp', name: 'TPP', created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const workspace = { name: 'study', repository, branch: 'main', created_at };
    await db
      .insertInto('workspace')
      .values({ ...workspace, project_id: inProject.id, updated_at: created_at })
      .execute();
    await createJobRequest(context, {
      workspace: 'study',
      backend: 'tpp',
      requestedBy: person.id,
      actions: ['run_all'],
      given: { number: 1 },
    });
    return await issueToken(db, {
      owner: { backendId: backend.id },
      label: 'agent',
      scopes: ['agent'],
      createdBy: null,
      now: created_at,
    });
  } finally {
    await database.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A process that is started again and again. */
class Victim {
  readonly #words: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  said = '';

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#words = words;
    this.#environment = environment;
  }

  start(): void {
    const { DATABASE_URL: _, ...environment } = process.env;
    this.#child = spawn(process.execPath, [main, ...this.#words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...environment, ...this.#environment },
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.said += String(chunk);
    });
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

async function requestAt(url: string): Promise<JobRequestDetail | null> {
  const answer = await fetch(`${url}/api/v1/job-requests/1`).catch(() => null);
  if (answer === null) return null;
  if (!answer.ok) throw new Error(`the server answers ${answer.status}: ${await answer.text()}`);
  return jobRequestDetailSchema.parse(await answer.json());
}

test(`${KILLS} kills of server and agent`, { timeout: 120_000 + KILLS * 15_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'vitrine-survival-'));
  const study = join(root, 'study');
  const data = join(root, 'agent');
  await makeStudy(study);
  const token = await ask(join(root, 'server'), study);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(root, 'agent.json');
  await writeFile(
    config,
    JSON.stringify({
      server: url,
      backend: 'tpp',
      data,
      slots: { database: 1, other: 2 },
      drain_seconds: 0,
      allow: { repositories: [study] },
    }),
  );
  const server = new Victim([
    'serve',
    '--development',
    `--port=${port}`,
    `--data=${join(root, 'server')}`,
  ]);
  const agent = new Victim(['agent', `--config=${config}`], { VITRINE_AGENT_TOKEN: token });
  server.start();
  agent.start();
  const isDone = async (): Promise<boolean> => (await requestAt(url))?.finished_at != null;
  try {
    for (let kill = 0; kill < KILLS && !(await isDone()); kill += 1) {
      await delay(1000 + Math.random() * 2500);
      const victim = kill % 3 === 2 ? server : agent;
      await victim.kill();
      victim.start();
    }
    await expect.poll(isDone, { timeout: 100_000, interval: 200 }).toBe(true);
    const request = await requestAt(url);
    expect(request?.jobs.map(({ action, status_code: code }) => [action, code])).toEqual(
      names.map((name) => [name, 'succeeded']),
    );
  } catch (error) {
    throw new Error(`server: ${server.said}\nagent: ${agent.said}`, { cause: error });
  } finally {
    await agent.kill('SIGTERM');
    await server.kill('SIGTERM');
  }
  const sums: number[] = [];
  for (const [index, name] of names.entries()) {
    const sum = 1 + (sums[index - 1] ?? 0) + (sums[index - 2] ?? 0);
    sums.push(sum);
    for (const level of ['level3', 'level4']) {
      const file = join(data, level, 'workspaces/study/output', `${name}.csv`);
      expect(await readFile(file, 'utf8')).toBe(`total\n${sum}\n`);
    }
  }
  const history = JSON.parse(
    await readFile(join(data, 'level3/workspaces/study/metadata/history.json'), 'utf8'),
  );
  expect(history.running).toEqual({});
  for (const left of ['agent/jobs', 'agent/reports', 'level3/workspaces/study/.vitrine/jobs']) {
    expect(await readdir(join(data, left))).toEqual([]);
  }
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});
