/**
 * From submit to the first line of the program, and from the end of one program to the start of the next that needs it:
 * a real server (embedded database, or the one of DATABASE_URL), a real agent in a process of its own, the sandbox.
 * The moments are the programs' own, so the start of their interpreter counts as ours.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGit } from '../packages/runner/src/index.ts';
import {
  createJobRequest,
  GitSourceHost,
  issueToken,
  openDatabase,
  startServer,
} from '../packages/server/src/index.ts';
import { type Measurement, median } from './measure.ts';

const RUNS = Number(process.env['BENCH_RUNS'] ?? 40);
const WARM_UP = 5;

const PROGRAM = `
import time
started = time.time()
import os, sys
os.makedirs("output", exist_ok=True)
open(sys.argv[1], "w").write("started,ended\\n%.6f,%.6f\\n" % (started, time.time()))
`;
const PROJECT = {
  version: 3,
  expectations: { population_size: 10 },
  actions: {
    first: {
      run: 'python:latest python moment.py output/first.csv',
      outputs: { moderately_sensitive: { table: 'output/first.csv' } },
    },
    second: {
      run: 'python:latest python moment.py output/second.csv',
      needs: ['first'],
      outputs: { moderately_sensitive: { table: 'output/second.csv' } },
    },
  },
};

const root = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
const study = join(root, 'study');
const data = join(root, 'agent');

const file = (name: string): string => join(study, name);
await mkdir(study);
await writeFile(file('moment.py'), PROGRAM);
await writeFile(file('project.yaml'), JSON.stringify(PROJECT));
for (let other = 0; other < 100; other += 1) {
  await writeFile(file(`code_${other}.py`), `# ${other}\n`.repeat(100));
}
const who = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org'];
await runGit(['init', '--quiet', '--initial-branch=main'], { folder: study });
await runGit(['add', '--all'], { folder: study });
await runGit([...who, 'commit', '--quiet', '--message=study'], { folder: study });

const url = process.env['DATABASE_URL'] || null;
const database = await openDatabase({ url, dataDir: url === null ? join(root, 'server') : null });
const { db } = database;
const created_at = new Date();
// A database that is used again has other names in it.
const mark = randomBytes(4).toString('hex');
const insert = { organisation: 0, project: 0, person: 0, backend: 0 };
for (const table of ['organisation', 'project', 'person', 'backend'] as const) {
  const values = {
    organisation: { slug: `o-${mark}`, name: 'O', created_at },
    project: {
      slug: `p-${mark}`,
      name: 'P',
      lead_organisation_id: insert.organisation,
      created_at,
    },
    person: { username: `researcher-${mark}`, name: 'Researcher', created_at },
    backend: { slug: `b-${mark}`, name: 'B', created_at },
  }[table];
  const row = await db.insertInto(table).values(values).returning('id').executeTakeFirstOrThrow();
  insert[table] = row.id;
}
const place = { repository: study, branch: 'main', created_at, updated_at: created_at };
await db
  .insertInto('workspace')
  .values({ name: `study-${mark}`, project_id: insert.project, ...place })
  .execute();
const token = await issueToken(db, {
  owner: { backendId: insert.backend },
  label: 'agent',
  scopes: ['agent'],
  createdBy: null,
  now: created_at,
});

const sourceHost = new GitSourceHost({ cacheDir: join(root, 'copies'), allowFolders: true });
const server = await startServer({ database, sourceHost, port: 0, development: true });
const config = join(root, 'agent.json');
await writeFile(
  config,
  JSON.stringify({
    server: server.url,
    backend: `b-${mark}`,
    data,
    drain_seconds: 0,
    allow: { repositories: [study] },
  }),
);
const main = join(import.meta.dirname, '../packages/cli/src/main.ts');
const agent = spawn(process.execPath, [main, 'agent', `--config=${config}`], {
  stdio: ['ignore', 'ignore', 'pipe'],
  env: { ...process.env, VITRINE_AGENT_TOKEN: token, VITRINE_EXECUTOR: 'sandbox' },
});
let said = '';
agent.stderr.on('data', (chunk) => {
  said += String(chunk);
});

async function untilEnded(request: number): Promise<void> {
  let news = Promise.withResolvers<void>();
  const forget = database.changes.listen([`request:${request}`], () => news.resolve());
  try {
    for (;;) {
      news = Promise.withResolvers();
      const { rows } = await db
        .selectFrom('job')
        .select(['state', 'status_code'])
        .where('job_request_id', '=', request)
        .execute()
        .then((all) => ({ rows: all }));
      if (rows.some(({ state }) => state === 'failed')) throw new Error(`a job failed: ${said}`);
      if (rows.every(({ state }) => state === 'succeeded')) return;
      await news.promise;
    }
  } finally {
    forget();
  }
}

async function moments(
  action: string,
): Promise<{ readonly started: number; readonly ended: number }> {
  const output = join(data, `level3/workspaces/study-${mark}/output/${action}.csv`);
  const [started = 0, ended = 0] = ((await readFile(output, 'utf8')).split('\n')[1] ?? '')
    .split(',')
    .map((seconds) => Number(seconds) * 1000);
  return { started, ended };
}

const toStart: number[] = [];
const overEdge: number[] = [];
for (let run = -WARM_UP; run < RUNS; run += 1) {
  const submitted = Date.now();
  const request = await createJobRequest(server.site, {
    workspace: `study-${mark}`,
    backend: `b-${mark}`,
    requestedBy: insert.person,
    actions: ['first', 'second'],
  });
  await untilEnded(request.id);
  const [first, second] = [await moments('first'), await moments('second')];
  if (run < 0) continue;
  toStart.push(first.started - submitted);
  overEdge.push(second.started - first.ended);
}

const exited = once(agent, 'exit');
agent.kill('SIGTERM');
await exited;
await server.close();
await database.close();
await rm(root, { recursive: true, maxRetries: 5 });

function line(name: string, values: readonly number[]): Measurement {
  const sorted = values.toSorted((a, b) => a - b);
  const p95 =
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
  const note = `p95 ${Math.round(p95)} ms, worst ${Math.round(sorted.at(-1) ?? Number.NaN)} ms`;
  return { name, median_ms: Math.round(median(values)), runs: RUNS, note };
}
console.log(
  JSON.stringify([
    line('submit to the first line of the program', toStart),
    line('end of a program to the start of the next that needs it', overEdge),
  ]),
);
